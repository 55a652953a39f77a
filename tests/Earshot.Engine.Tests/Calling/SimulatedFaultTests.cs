using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Earshot.Engine.Calling;

namespace Earshot.Engine.Tests.Calling;

public sealed class SimulatedFaultTests
{
    private const int Frames = 400;

    private static readonly SpeechClip Speech = new([.. Enumerable.Range(0, Frames * 160).Select(i => (byte)((i * 31) + (i / 160)))]);

    [Fact]
    public async Task Lost_frames_leave_holes_in_numbers_and_time()
    {
        (SimulatedTrackResult track, CalledServer.Received got) = await CallAsync(new SimulatedFaults { LossPercent = 10 });
        track.FramesLost.ShouldBeInRange(20, 70);
        track.FramesSent.ShouldBe(Frames - track.FramesLost);
        track.Seconds.ShouldBe(Frames * 0.02);
        long[] places = [.. got.Media("inbound").Select(message => (CalledServer.Received.Timestamp(message) - track.FirstTimestampMs) / 20)];
        places.Length.ShouldBe((int)track.FramesSent);
        got.Media("inbound").Select(CalledServer.Received.Sequence).ShouldBe(places.Select(place => place + 2));
        got.Media("inbound").Select(message => long.Parse((string)message["media"]!["chunk"]!)).ShouldBe(places.Select(place => place + 1));
        got.Audio("inbound").SequenceEqual(places.SelectMany(place => Speech.MuLawBytes.Slice((int)place * 160, 160).ToArray())).ShouldBeTrue();
    }

    [Fact]
    public async Task A_lost_stretch_is_where_it_was_asked_for()
    {
        (SimulatedTrackResult track, CalledServer.Received got) = await CallAsync(new SimulatedFaults
        {
            LostStretchAt = TimeSpan.FromSeconds(2),
            LostStretch = TimeSpan.FromMilliseconds(500),
        });
        track.FramesLost.ShouldBe(25);
        got.Media("inbound").Select(CalledServer.Received.Timestamp).ShouldBe(
            Enumerable.Range(0, Frames).Where(i => i is < 100 or >= 125).Select(i => track.FirstTimestampMs + (20L * i)));
    }

    [Fact]
    public async Task A_burst_and_jitter_lose_and_swap_nothing()
    {
        (SimulatedTrackResult track, CalledServer.Received got) = await CallAsync(new SimulatedFaults
        {
            BurstAt = TimeSpan.FromSeconds(1),
            Burst = TimeSpan.FromMilliseconds(233),
            Jitter = TimeSpan.FromMilliseconds(70),
        });
        (track.FramesSent, track.FramesLost, track.Duplicates, track.Reordered).ShouldBe((Frames, 0, 0, 0));
        got.Media("inbound").Select(CalledServer.Received.Sequence).ShouldBe(Enumerable.Range(2, Frames).Select(i => (long)i));
    }

    [Fact]
    public void A_burst_holds_everything_to_its_end()
    {
        var plan = new FaultPlan(new SimulatedFaults { BurstAt = TimeSpan.FromMilliseconds(100), Burst = TimeSpan.FromMilliseconds(233) }, 1);
        for (int frame = 0; frame < 40; frame++)
        {
            plan.Next(frame, frame * 20).DueMs.ShouldBe(frame is >= 5 and < 17 ? 333 : frame * 20);
        }
    }

    [Fact]
    public void Jitter_is_bounded_and_keeps_the_order()
    {
        var plan = new FaultPlan(new SimulatedFaults { Jitter = TimeSpan.FromMilliseconds(50) }, 2);
        double[] due = [.. Enumerable.Range(0, 1000).Select(frame => plan.Next(frame, frame * 20).DueMs)];
        due.ShouldBeInOrder();
        Enumerable.Range(0, 1000).ShouldAllBe(frame => due[frame] >= frame * 20 && due[frame] <= (frame * 20) + 50);
        due.Select((ms, frame) => ms - (frame * 20)).Distinct().Count().ShouldBeGreaterThan(500);
    }

    [Fact]
    public void One_fault_s_pattern_stays_when_another_is_switched_on()
    {
        bool[] Lost(SimulatedFaults faults)
        {
            var plan = new FaultPlan(faults, 3);
            return [.. Enumerable.Range(0, 500).Select(frame => plan.Next(frame, frame * 20).Lost)];
        }

        Lost(new SimulatedFaults { LossPercent = 5 })
            .ShouldBe(Lost(new SimulatedFaults { LossPercent = 5, DuplicatePercent = 50, Jitter = TimeSpan.FromMilliseconds(9) }));
    }

    [Fact]
    public async Task Duplicates_are_the_same_message_again()
    {
        (SimulatedTrackResult track, CalledServer.Received got) = await CallAsync(new SimulatedFaults { DuplicatePercent = 10 });
        track.FramesSent.ShouldBe(Frames);
        track.Duplicates.ShouldBeInRange(20, 70);
        got.Media("inbound").Count().ShouldBe(Frames + (int)track.Duplicates);
        got.Messages.Distinct().Count().ShouldBe(Frames + 3);
        got.Audio("inbound").SequenceEqual(Speech.MuLawBytes.ToArray()).ShouldBeTrue();
    }

    [Fact]
    public async Task Reordered_frames_are_near_their_place_and_none_is_missing()
    {
        (SimulatedTrackResult track, CalledServer.Received got) = await CallAsync(new SimulatedFaults { ReorderPercent = 10 });
        long[] sequence = [.. got.Media("inbound").Select(CalledServer.Received.Sequence)];
        sequence.Order().ShouldBe(Enumerable.Range(2, Frames).Select(i => (long)i));
        sequence.SequenceEqual(sequence.Order()).ShouldBeFalse();
        track.Reordered.ShouldBeInRange(20, 70);
        sequence.Select((number, place) => Math.Abs(number - 2 - place)).Max().ShouldBeInRange(1, 8);
        got.Audio("inbound").SequenceEqual(Speech.MuLawBytes.ToArray()).ShouldBeTrue();
        track.MuLawSha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Speech.MuLawBytes)));
    }

    [Fact]
    public async Task All_faults_at_once_still_add_up()
    {
        (SimulatedTrackResult track, CalledServer.Received got) = await CallAsync(new SimulatedFaults
        {
            LossPercent = 5,
            DuplicatePercent = 5,
            ReorderPercent = 10,
            Jitter = TimeSpan.FromMilliseconds(60),
            BurstAt = TimeSpan.FromSeconds(3),
            Burst = TimeSpan.FromMilliseconds(400),
        });
        (track.FramesSent + track.FramesLost).ShouldBe(Frames);
        track.MuLawSha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(got.Audio("inbound"))));
    }

    [Fact]
    public async Task A_dropped_socket_breaks_without_a_word()
    {
        (SimulatedTrackResult track, CalledServer.Received got) = await CallAsync(
            new SimulatedFaults { DropSocketAfter = TimeSpan.FromSeconds(2) }, SimulatedCallOutcome.SocketDropped);
        track.FramesSent.ShouldBe(100);
        got.CloseCode.ShouldBeNull();
        got.Events("stop").ShouldBeEmpty();
        got.Broken.ShouldBeTrue();
    }

    [Fact]
    public async Task A_stream_can_end_without_a_stop()
    {
        (_, CalledServer.Received got) = await CallAsync(new SimulatedFaults { Ending = StreamEnding.CloseWithoutStop });
        got.Events("stop").ShouldBeEmpty();
        got.CloseCode.ShouldBe(1000);
    }

    [Fact]
    public async Task A_stream_can_fall_silent()
    {
        (_, CalledServer.Received got) = await CallAsync(
            new SimulatedFaults { Ending = StreamEnding.Silence, SilenceFor = TimeSpan.FromMilliseconds(50) });
        got.Events("stop").ShouldBeEmpty();
        got.CloseCode.ShouldBeNull();
        got.Media("inbound").Count().ShouldBe(Frames);
    }

    private static async Task<(SimulatedTrackResult Track, CalledServer.Received Got)> CallAsync(
        SimulatedFaults faults, SimulatedCallOutcome expected = SimulatedCallOutcome.Completed)
    {
        await using var server = new CalledServer();
        using var simulator = new CarrierSimulator(TimeProvider.System);
        SimulatedCallResult result = await simulator.CallAsync(
            new SimulatedCallOptions { Url = server.Media, Speech = Speech, Tracks = StreamTracks.Inbound, Faults = faults, Speed = 100, Seed = 77 },
            CancellationToken.None);
        result.Outcome.ShouldBe(expected, string.Join('\n', result.Errors));
        CalledServer.Received got = server.Single();
        await got.Ended.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        return (result.Streams[0].Tracks.ShouldHaveSingleItem(), got);
    }
}
