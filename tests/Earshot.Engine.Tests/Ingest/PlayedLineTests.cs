using Earshot.Audio.Codecs;
using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;

namespace Earshot.Engine.Tests.Ingest;

/// <summary>What the caller heard, rebuilt: every beep within 20 ms of its place, none twice, none missing but those that were cleared.</summary>
public sealed class PlayedLineTests
{
    [Theory]
    [InlineData(0, 0, 0, false)]
    [InlineData(0, 0, 0, true)]
    [InlineData(40, 30, 0, false)]
    [InlineData(40, 30, 0, true)]
    [InlineData(150, 120, 0, true)]
    [InlineData(40, 30, 200, true)]
    [InlineData(40, 30, -200, false)]
    public void Beeps_are_where_the_caller_heard_them_once_a_mark_told_the_round_trip(double upMs, double downMs, double driftPpm, bool marksFirst)
    {
        var rig = new LineRig { UpMs = upMs, DownMs = downMs, DriftPpm = driftPpm, MarksFirst = marksFirst };
        rig.Mark(503, "probe");
        for (int i = 0; i < 60; i++)
        {
            rig.Say(2_007 + (i * 2_000), LineRig.Beeps(3));
            rig.Mark(2_007.1 + (i * 2_000), $"said {i}");
        }
        rig.Run(125_000);
        IsAligned(rig, 180);
        rig.Outbound.Count.ShouldBe(rig.Heard.Count * 2);
        rig.Figures!.FirstMs.ShouldBe(LineRig.FirstTimestampMs);
        rig.Figures.PlaceErrorMs!.Value.ShouldBeInRange((upMs + downMs - 20) / 2, ((upMs + downMs + 20) / 2) + 10);
        rig.Events.CountOf(EventKinds.Heard).ShouldBe(60);
        rig.Events.CountOf(EventKinds.Unheard).ShouldBe(0);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(-100)]
    public void After_an_hour_of_drift_the_place_is_still_right(double driftPpm)
    {
        var rig = new LineRig { DriftPpm = driftPpm, Stall = (1_800_000, 900) };
        for (int i = 0; i < 60; i++)
        {
            rig.Say(5_007 + (i * 60_000), LineRig.Beeps(2));
            rig.Mark(5_007.1 + (i * 60_000), $"said {i}");
            rig.Say(9_013 + (i * 60_000), LineRig.Beeps(1));
        }
        rig.Run(3_600_000);
        List<double> heard = rig.HeardOnsets(), recorded = LineRig.Onsets(rig.Outbound, 16);
        recorded.Count.ShouldBe(180);
        rig.Outbound.Count.ShouldBe(3_600_000 * 16);
        for (int i = 2; i < heard.Count; i++) recorded[i].ShouldBe(heard[i], 20.5, $"beep {i}"); // The first two came before a mark told the round trip.
    }

    [Fact]
    public void The_socket_tells_the_round_trip_while_no_mark_does()
    {
        var rig = new LineRig { AnswersAfterMs = 100 };
        for (int i = 0; i < 5; i++) rig.Say(1_007 + (i * 900), LineRig.Beeps(2));
        rig.Run(7_000);
        IsAligned(rig, 10);
        rig.Figures!.PlaceErrorMs.ShouldBe(45);
    }

    [Fact]
    public void The_error_is_that_of_the_round_trip_by_which_the_speech_was_placed_not_of_a_better_one_that_came_later()
    {
        var line = new PlayedLine(FrameFormat.Telephone, new IngestOptions(), new TimelineLog());
        line.RoundTrip(200);
        for (int at = 0; at < 1000; at += 20)
        {
            if (at == 100) line.Media(new byte[8000], at * 1000); // All of it plays on from there.
            if (at == 600) line.RoundTrip(10);
            line.Advance(at, 20, (at + 20) * 1000);
        }
        line.Frames.ShouldBeGreaterThan(20);
        line.PlaceErrorMs.ShouldBe(110);
    }

    [Fact]
    public void Without_either_the_place_is_off_by_the_round_trip_and_says_that_it_is_not_known()
    {
        var rig = new LineRig();
        rig.Say(1_000, LineRig.Beep(100));
        rig.Run(4_000);
        double off = rig.HeardOnsets().ShouldHaveSingleItem() - LineRig.Onsets(rig.Outbound, 16).ShouldHaveSingleItem();
        off.ShouldBeInRange(60, 80);
        rig.Figures!.PlaceErrorMs.ShouldBeNull();
        rig.Events.Snapshot().Single(e => e.Kind == EventKinds.Heard).Detail.ShouldContain("round trip is not known");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_clear_in_the_middle_cuts_the_utterance_and_its_marks_prove_nothing(bool marksFirst)
    {
        var rig = new LineRig { MarksFirst = marksFirst };
        rig.Mark(100, "probe");
        rig.Say(1_000, LineRig.Beeps(4));
        rig.Mark(1_000.1, "first half");
        rig.Say(1_000.2, LineRig.Beeps(20));
        rig.Mark(1_000.3, "all");
        rig.Clear(2_510);
        rig.Say(2_511, LineRig.Beeps(2));
        rig.Run(8_000);
        IsAligned(rig, rig.HeardOnsets().Count);
        rig.HeardOnsets().Count.ShouldBeInRange(9, 11);
        TimelineEvent unheard = rig.Events.Snapshot().Single(e => e.Kind == EventKinds.Unheard);
        unheard.Detail.ShouldContain("the last mark before it is 'first half'");
        double played = rig.Heard.Count(b => b != MuLaw.Silence) / 8.0;
        played.ShouldBeGreaterThan(0);
        string[] marks = [.. rig.Events.Snapshot().Where(e => e.Kind == EventKinds.Mark).Select(e => e.Detail)];
        marks.Length.ShouldBe(3);
        marks.Single(m => m.Contains("'all'", StringComparison.Ordinal)).ShouldContain("not heard");
        marks.Count(m => m.Contains("not heard", StringComparison.Ordinal)).ShouldBe(1);
        rig.Events.Snapshot().Where(e => e.Kind == EventKinds.Heard).Select(e => Math.Round(e.DurationMs / 100)).ShouldBe([15, 4]);
    }

    [Fact]
    public void A_stall_with_a_burst_moves_nothing()
    {
        var rig = new LineRig { Stall = (3_000, 700) };
        rig.Mark(100, "probe");
        for (int i = 0; i < 6; i++) rig.Say(1_000 + (i * 900), LineRig.Beeps(2));
        rig.Run(8_000);
        IsAligned(rig, 12);
    }

    [Fact]
    public void Packets_in_real_time_are_one_utterance_and_lie_where_they_were_heard()
    {
        var rig = new LineRig();
        rig.Mark(100, "probe");
        byte[] speech = LineRig.Beeps(15);
        for (int i = 0; i < speech.Length / 160; i++) rig.Say(1_003 + (i * 20) + (i % 3), speech[(i * 160)..((i + 1) * 160)]);
        rig.Run(6_000);
        IsAligned(rig, 15);
        rig.Events.CountOf(EventKinds.Heard).ShouldBe(1);
    }

    [Fact]
    public void What_is_still_queued_when_the_call_ends_was_not_heard()
    {
        var rig = new LineRig { UpMs = 0, DownMs = 0 };
        rig.Say(1_000, LineRig.Beeps(50));
        rig.Run(3_000);
        rig.Events.Snapshot().Single(e => e.Kind == EventKinds.Unheard).Detail.ShouldMatch("^80[0-9]{2} ms that were sent were never heard: the call ended");
    }

    private static void IsAligned(LineRig rig, int count)
    {
        List<double> heard = rig.HeardOnsets(), recorded = LineRig.Onsets(rig.Outbound, 16);
        heard.Count.ShouldBe(count);
        recorded.Count.ShouldBe(count);
        for (int i = 0; i < count; i++) Math.Abs(heard[i] - recorded[i]).ShouldBeLessThanOrEqualTo(20.5, $"beep {i}: heard at {heard[i]:0.0} ms, recorded at {recorded[i]:0.0} ms");
    }
}
