using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;
using Earshot.Engine.MediaStreams;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Ingest;

public sealed class FrameSequencerTests
{
    private readonly SyntheticCall call = new();
    private readonly DecodedCall decoded = new();

    public FrameSequencerTests() => decoded.Send(call.Start());

    [Fact]
    public void Frames_in_order_follow_one_another_from_a_first_timestamp_that_is_not_0()
    {
        List<SyntheticFrame> frames = call.RunBoth(57, 100);
        decoded.Send(frames).Complete().ShouldHold(frames, 2000);
        decoded.Inbound.FirstMs.ShouldBe(57);
        decoded.Inbound.Frames.ShouldBe(100);
        decoded.Events.Snapshot().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Lost_time_is_filled_exactly_whether_its_numbers_are_missing_or_not(bool numbered)
    {
        List<SyntheticFrame> frames = call.Run("inbound", 100, 10);
        for (int i = 0; i < 7 && numbered; i++) call.Lose();
        frames.AddRange(call.Run("inbound", 100 + (17 * 20), 30));
        decoded.Send(frames).Complete().ShouldHold(frames, 940);
        decoded.Inbound.LostMs.ShouldBe(140);
        TimelineEvent loss = decoded.Events.Snapshot().ShouldHaveSingleItem();
        (loss.Kind, loss.AtMs, loss.DurationMs).ShouldBe((EventKinds.Loss, 300, 140));
    }

    [Fact]
    public void Suppressed_silence_is_filled_at_once_because_no_number_is_missing()
    {
        List<SyntheticFrame> frames = [.. call.Run("inbound", 0, 5), .. call.Run("inbound", 5000, 1)];
        decoded.Send(frames);
        decoded.Ms(Track.Inbound).ShouldBe(5020);
        decoded.Complete().ShouldHold(frames, 5020);
    }

    [Fact]
    public void Lost_frames_at_the_end_of_a_wait_are_put_in_place_when_the_stream_ends()
    {
        List<SyntheticFrame> frames = call.Run("inbound", 0, 5);
        call.Lose();
        frames.AddRange(call.Run("inbound", 120, 3));
        decoded.Send(frames);
        decoded.Ms(Track.Inbound).ShouldBe(100, "the last three wait for the missing one");
        decoded.Complete().ShouldHold(frames, 180);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Swaps_are_put_right_wherever_they_are_the_very_first_frame_included(int by)
    {
        for (int at = 0; at < 20; at++)
        {
            var own = new SyntheticCall();
            var result = new DecodedCall();
            result.Send(own.Start());
            List<SyntheticFrame> frames = own.RunBoth(60, 40);
            List<SyntheticFrame> sent = [.. frames];
            SyntheticFrame moved = sent[at];
            sent.RemoveAt(at);
            sent.Insert(at + by, moved);
            result.Send(sent).Complete().ShouldHold(frames, 800);
            (result.Inbound.LostMs + result.Outbound.LostMs).ShouldBe(0);
            (result.Inbound.Late + result.Outbound.Late).ShouldBe(0);
            (result.Inbound.Reordered + result.Outbound.Reordered).ShouldBe(1);
            result.Inbound.FirstMs.ShouldBe(60);
        }
    }

    [Fact]
    public void A_frame_overtaken_by_one_from_behind_a_long_loss_is_put_right()
    {
        List<SyntheticFrame> frames = call.Run("inbound", 0, 12);
        for (int i = 0; i < 25; i++) call.Lose();
        frames.AddRange(call.Run("inbound", (12 + 25) * 20, 20));
        List<SyntheticFrame> sent = [.. frames];
        (sent[10], sent[11], sent[12]) = (frames[11], frames[12], frames[10]);
        decoded.Send(sent).Complete().ShouldHold(frames, 57 * 20);
        (decoded.Inbound.Late, decoded.Inbound.LostMs).ShouldBe((0, 500));
    }

    [Fact]
    public void A_frame_later_than_the_window_stays_out_and_is_counted()
    {
        List<SyntheticFrame> frames = call.Run("inbound", 0, 40);
        List<SyntheticFrame> sent = [.. frames];
        SyntheticFrame late = sent[10];
        sent.RemoveAt(10);
        sent.Insert(30, late);
        decoded.Send(sent).Complete();
        decoded.ShouldHold(frames.Where(f => f != late), 800);
        (decoded.Inbound.Late, decoded.Inbound.LostMs, decoded.Inbound.Frames).ShouldBe((1, 20, 39));
        decoded.Events.CountOf(EventKinds.Late).ShouldBe(1);
    }

    [Fact]
    public void A_frame_that_comes_again_is_dropped_on_either_track_soon_or_while_it_waits()
    {
        List<SyntheticFrame> frames = call.RunBoth(0, 10);
        call.Lose();
        List<SyntheticFrame> behind = call.RunBoth(220, 30);
        decoded.Send(frames).Send(frames.TakeLast(4)).Send(behind.Take(3)).Send(behind.Take(3)).Send(behind.Skip(3)).Complete();
        decoded.ShouldHold([.. frames, .. behind], 820);
        (decoded.Inbound.Duplicates + decoded.Outbound.Duplicates).ShouldBe(7);
        decoded.Events.CountOf(EventKinds.Duplicate).ShouldBe(7);
    }

    [Fact]
    public void Timestamps_that_shake_by_2_ms_are_never_filled()
    {
        var random = new Random(3);
        List<SyntheticFrame> frames = [.. Enumerable.Range(0, 3000).Select(i => call.Media("inbound", 100 + (i * 20) + random.Next(-2, 3)))];
        decoded.Send(frames).Complete();
        decoded.Ms(Track.Inbound).ShouldBe(60_000);
        decoded.Inbound.LostMs.ShouldBe(0);
        decoded.Inbound.DriftMs.ShouldBeLessThanOrEqualTo(4);
        decoded.Events.Snapshot().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(21)]
    [InlineData(19)]
    public void Slow_drift_is_reported_and_not_filled(int stepMs)
    {
        List<SyntheticFrame> frames = [.. Enumerable.Range(0, 1000).Select(i => call.Media("inbound", i * stepMs))];
        decoded.Send(frames).Complete();
        decoded.Ms(Track.Inbound).ShouldBe(20_000);
        decoded.Inbound.LostMs.ShouldBe(0);
        decoded.Inbound.DriftMs.ShouldBe(999);
    }

    [Fact]
    public void A_jump_beyond_what_is_ever_filled_is_an_event()
    {
        List<SyntheticFrame> frames = [.. call.Run("inbound", 0, 5), .. call.Run("inbound", 3_600_000, 5)];
        decoded.Send(frames).Complete();
        decoded.Ms(Track.Inbound).ShouldBe(200);
        decoded.Events.Snapshot().ShouldHaveSingleItem().Kind.ShouldBe(EventKinds.ClockJump);
        decoded.Inbound.LostMs.ShouldBe(0);
    }

    [Fact]
    public void The_longest_jump_that_is_filled_is_the_setting()
    {
        List<SyntheticFrame> frames = [.. call.Run("inbound", 0, 1), .. call.Run("inbound", 120_020, 1)];
        decoded.Send(frames).Complete().ShouldHold(frames, 120_040);
    }

    [Fact]
    public void A_clock_that_goes_back_loses_no_audio()
    {
        List<SyntheticFrame> frames = [.. call.Run("inbound", 10_000, 5), .. call.Run("inbound", 300, 5)];
        decoded.Send(frames).Complete();
        decoded.Coded(Track.Inbound).ShouldBe(frames.SelectMany(f => f.Audio).Select(b => (byte?)b));
        decoded.Events.Snapshot().ShouldHaveSingleItem().Kind.ShouldBe(EventKinds.ClockBack);
    }

    [Fact]
    public void A_clock_that_goes_back_right_behind_a_loss_loses_no_audio()
    {
        List<SyntheticFrame> frames = call.Run("inbound", 10_000, 5);
        call.Lose();
        frames.AddRange(call.Run("inbound", 10_120, 2));
        frames.AddRange(call.Run("inbound", 300, 200));
        decoded.Send(frames).Complete();
        decoded.Coded(Track.Inbound).Where(b => b is not null).ShouldBe(frames.SelectMany(f => f.Audio).Select(b => (byte?)b));
        decoded.Inbound.LostMs.ShouldBe(20);
        decoded.Inbound.Late.ShouldBe(0);
    }

    [Fact]
    public void A_stall_and_its_burst_are_reported_and_never_filled()
    {
        List<SyntheticFrame> frames = call.Run("inbound", 0, 100);
        for (int i = 0; i < 100; i++) decoded.Send(frames[i].Message, arrivalMs: i is >= 50 and < 62 ? (50 * 20) + 233 : i * 20);
        decoded.Complete().ShouldHold(frames, 2000);
        (decoded.Inbound.Stalls, decoded.Inbound.LostMs).ShouldBe((1, 0));
        decoded.Inbound.LongestStallMs.ShouldBe(253);
        decoded.Events.Snapshot().ShouldHaveSingleItem().Kind.ShouldBe(EventKinds.Stall);
    }

    [Fact]
    public void A_loss_is_not_a_stall_too()
    {
        List<SyntheticFrame> frames = call.Run("inbound", 0, 10);
        for (int i = 0; i < 10; i++) call.Lose();
        frames.AddRange(call.Run("inbound", 400, 20));
        foreach (SyntheticFrame frame in frames) decoded.Send(frame.Message, arrivalMs: frame.TimestampMs);
        decoded.Complete().ShouldHold(frames, 800);
        decoded.Inbound.Stalls.ShouldBe(0);
    }

    [Fact]
    public void A_reader_s_own_interval_does_not_read_as_a_stall()
    {
        var polled = new DecodedCall(arrivalResolutionUs: 20_000);
        var own = new SyntheticCall();
        polled.Send(own.Start());
        foreach (SyntheticFrame frame in own.Run("inbound", 0, 50)) polled.Send(frame.Message, arrivalMs: Math.Ceiling(frame.TimestampMs / 80.0) * 80);
        polled.Inbound.Stalls.ShouldBe(0);
        decoded.Send(own.Run("inbound", 0, 1)[0].Message);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(160)]
    [InlineData(161)]
    [InlineData(320)]
    [InlineData(1)]
    [InlineData(4000)]
    public void A_frame_lasts_as_long_as_its_bytes(int bytes)
    {
        double ms = bytes / 8.0;
        List<SyntheticFrame> frames = [.. Enumerable.Range(0, 50).Select(i => call.Media("inbound", (long)(i * ms), bytes))];
        decoded.Send(frames).Complete();
        decoded.Coded(Track.Inbound).ShouldBe(frames.SelectMany(f => f.Audio).Select(b => (byte?)b));
        decoded.Samples(Track.Inbound).ShouldBe(WaveAssert.Rendered(frames.SelectMany(f => f.Audio).ToArray()));
        decoded.Inbound.DriftMs.ShouldBeLessThan(1);
    }

    [Fact]
    public void Without_numbers_timestamps_alone_put_frames_in_place()
    {
        List<SyntheticFrame> frames = call.Run("inbound", 0, 60);
        List<byte[]> sent = [.. frames.Select(f => Edited(f.Message, $"\"sequenceNumber\":\"{f.Sequence}\",", ""))];
        (sent[20], sent[21]) = (sent[21], sent[20]);
        sent.RemoveAt(40);
        sent.Insert(50, sent[50]);
        foreach (byte[] message in sent) decoded.Send(message);
        decoded.Complete().ShouldHold(frames.Where((_, i) => i != 40), 1200);
        (decoded.Inbound.LostMs, decoded.Inbound.Late, decoded.Inbound.Frames).ShouldBe((20, 1, 59));
    }

    [Fact]
    public void Without_timestamps_frames_follow_one_another()
    {
        List<SyntheticFrame> frames = call.Run("inbound", 0, 20);
        foreach (SyntheticFrame f in frames) decoded.Send(Edited(f.Message, $"\"timestamp\":\"{f.TimestampMs}\",", ""));
        decoded.Complete().ShouldHold(frames, 400);
    }

    [Fact]
    public void Frames_that_wait_are_bounded_whatever_comes()
    {
        List<SyntheticFrame> begin = call.Run("inbound", 0, 5);
        decoded.Send(begin);
        call.Lose();
        for (int i = 0; i < 2000; i++) decoded.Send(call.Media("inbound", 5000, bytes: 1).Message);
        byte[] numberless = Edited(call.Media("inbound", 5000, bytes: 1).Message, $"\"sequenceNumber\":\"{call.Sequence}\",", "");
        for (int i = 0; i < 2000; i++) decoded.Send(numberless);
        decoded.Ms(Track.Inbound).ShouldBeGreaterThan(5000, "they did not wait for ever");
        int before = decoded.Coded(Track.Inbound).Count(b => b is not null);
        before.ShouldBeGreaterThan((5 * 160) + 4000 - 300);
    }

    [Theory]
    [InlineData("audio/x-alaw", 8000)]
    [InlineData("audio/x-l16", 8000)]
    [InlineData("audio/x-l16", 16000)]
    [InlineData("audio/x-mulaw", 16000)]
    public void Other_formats_are_decoded_and_filled_by_their_own_rate(string encoding, int rateHz)
    {
        var own = new SyntheticCall();
        var result = new DecodedCall();
        result.Send(own.Start(new MediaFormat(encoding, rateHz, 1)));
        int bytes = rateHz / 50 * (encoding.EndsWith("l16", StringComparison.Ordinal) ? 2 : 1);
        List<SyntheticFrame> frames = [.. Enumerable.Range(0, 30).Where(i => i is < 10 or >= 15).Select(i => own.Media("inbound", i * 20, bytes))];
        result.Send(frames).Complete();
        result.Samples(Track.Inbound).Count.ShouldBe(600 * 16);
        result.Coded(Track.Inbound).Count(b => b is null).ShouldBe(100 * rateHz / 1000);
        short[] pcm = [.. frames.Take(10).SelectMany(f => Decode(encoding, f.Audio))];
        short[] expected = rateHz == 16000 ? pcm : WaveAssert.Upsampled(pcm);
        result.Samples(Track.Inbound).Take(3000).ShouldBe(expected.Take(3000));
    }

    [Fact]
    public void A_format_that_cannot_be_decoded_gives_no_samples_and_no_fault()
    {
        var result = new DecodedCall();
        var own = new SyntheticCall();
        result.Send(own.Start(new MediaFormat("audio/opus", 48_000, 2))).Send(own.Run("inbound", 0, 5)).Complete();
        result.Decoder.Facts!.FormatSupported.ShouldBeFalse();
        result.Outcomes.ShouldAllBe(o => o == SetAside.No);
        result.Samples(Track.Inbound).ShouldBeEmpty();
    }

    /// <summary>Every frame that is sent in time lies where its timestamp says, whatever happens around it.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_faults_leave_every_sent_frame_in_its_place(int seed)
    {
        var random = new Random(seed);
        var plan = new RandomDelivery(random, call, frames: 300);
        decoded.Send(plan.Delivered).Complete();
        decoded.ShouldHold(plan.Sent, plan.DurationMs);
        (decoded.Inbound.Duplicates + decoded.Outbound.Duplicates).ShouldBe(plan.Duplicates);
        (decoded.Inbound.Late + decoded.Outbound.Late).ShouldBe(0);
        decoded.Decoder[Track.Inbound]!.Pipeline.CodedSha256().ShouldBe(SyntheticCall.Sha256(plan.Sent.Where(f => f.Track == "inbound")));
        decoded.Decoder[Track.Outbound]!.Pipeline.CodedSha256().ShouldBe(SyntheticCall.Sha256(plan.Sent.Where(f => f.Track == "outbound")));
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 200)];

    private static byte[] Edited(byte[] message, string from, string to)
    {
        string text = System.Text.Encoding.UTF8.GetString(message);
        text.ShouldContain(from);
        return System.Text.Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
    }

    private static short[] Decode(string encoding, byte[] audio)
    {
        if (encoding.EndsWith("l16", StringComparison.Ordinal)) return [.. audio.Chunk(2).Select(b => BitConverter.ToInt16(b))];
        short[] pcm = new short[audio.Length];
        if (encoding.EndsWith("alaw", StringComparison.Ordinal)) Earshot.Audio.Codecs.ALaw.Decode(audio, pcm);
        else Earshot.Audio.Codecs.MuLaw.Decode(audio, pcm);
        return pcm;
    }
}
