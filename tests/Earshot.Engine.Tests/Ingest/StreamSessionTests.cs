using System.Security.Cryptography;
using System.Text;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.MediaStreams;
using Earshot.Engine.Recording;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Ingest;

public sealed class StreamSessionTests
{
    private readonly SyntheticCall call = new();

    [Fact]
    public async Task A_call_is_on_disk_as_it_was_sent()
    {
        await using var rig = new EngineRig();
        (StreamSession session, List<SyntheticFrame> frames) = await Play(rig);
        (session.EndReason, session.Events.Snapshot().Count).ShouldBe((EndReason.Stop, 0));
        foreach ((string track, string speaker) in new[] { ("inbound", "technician"), ("outbound", "agent") })
        {
            byte[] audio = [.. frames.Where(f => f.Track == track).SelectMany(f => f.Audio)];
            (string stem, RecordingManifest manifest) = rig.Recordings()[track];
            stem.ShouldBe($"{speaker}_{call.StreamSid}_{session.StartedAt.UtcDateTime:yyyyMMdd_HHmmss}");
            (manifest.State, manifest.EndReason, manifest.Speaker, manifest.StartOffsetMs, manifest.Frames).ShouldBe(("complete", "stop", speaker, 57, 100));
            (manifest.DurationSeconds, manifest.LostMs, manifest.UnwrittenMs, manifest.Duplicates).ShouldBe((2, 0, 0, 0));
            manifest.MulawSha256.ShouldBe(Hex(audio));
            manifest.WavSha256.ShouldBe(Hex(rig.Bytes(stem + ".wav")));
            WaveAssert.Same(WaveAssert.Rendered(audio), rig.Samples(manifest));
            rig.Get<CallStore>().FindRecording(stem)!.MulawSha256.ShouldBe(manifest.MulawSha256);
        }
        CallManifest whole = rig.Call();
        (whole.State, whole.Recording, whole.CallSid, whole.AccountSid, whole.Messages, whole.Malformed).ShouldBe(("complete", "enabled", call.CallSid, SyntheticCall.AccountSid, 203, 0));
        whole.Recordings.Count.ShouldBe(2);
        rig.Get<CallStore>().Find(call.CallSid)!.State.ShouldBe("complete");
        rig.Get<LiveStreams>().Count.ShouldBe(0);
    }

    [Fact]
    public async Task Each_stage_is_reached_once_and_in_order()
    {
        await using var rig = new EngineRig();
        (StreamSession session, _) = await Play(rig);
        IReadOnlyList<StageReached> stages = session.Stages.Snapshot();
        stages.Select(s => (s.Stage, s.Track)).ShouldBe(
            new (CallStage, Track?)[] { (CallStage.SocketAccepted, null), (CallStage.Connected, null), (CallStage.RecordingOpened, null) }
                .Concat(Enumerable.Range((int)CallStage.FirstMedia, 6).SelectMany(s => new (CallStage, Track?)[] { ((CallStage)s, Track.Inbound), ((CallStage)s, Track.Outbound) })));
        stages.Single(s => s.Stage == CallStage.RecordingOpened).At.ShouldBeLessThanOrEqualTo(stages.Where(s => s.Stage == CallStage.WrittenToWav).Min(s => s.At));
        rig.Call().Stages.Count.ShouldBe(stages.Count);
    }

    [Fact]
    public async Task The_silence_before_a_bots_first_word_is_no_audio_that_was_written()
    {
        await using var rig = new EngineRig();
        var twoWay = new SyntheticCall { TwoWay = true };
        StreamSession session = rig.Open();
        session.Attach(new TakesAll());
        session.IsTwoWay = true;
        session.Send(twoWay.Start());
        long at = 0;
        for (; at < 1000; at += SyntheticCall.FrameMs) session.Send(twoWay.Media("inbound", at).Message);
        while (!session.Stages.Has(CallStage.WrittenToWav, Track.Inbound)) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        session.Stages.Has(CallStage.WrittenToWav, Track.Outbound).ShouldBeFalse();
        session.Outbound.Media(new byte[1600]).ShouldBeTrue();
        for (; at < 2000; at += SyntheticCall.FrameMs) session.Send(twoWay.Media("inbound", at).Message);
        session.Send(twoWay.Stop());
        await session.StoredAsync();
        StageReached[] outbound = [.. session.Stages.Snapshot().Where(s => s.Track == Track.Outbound)];
        outbound.Select(s => s.Stage).ShouldBe(Enumerable.Range((int)CallStage.FirstMedia, 6).Select(s => (CallStage)s));
        outbound.Single(s => s.Stage == CallStage.WrittenToWav).At.ShouldBeGreaterThanOrEqualTo(outbound.Single(s => s.Stage == CallStage.Resampled).At);
    }

    private sealed class TakesAll : ICarrierLine
    {
        public bool TrySend(ReadOnlySpan<byte> message) => true;
    }

    [Theory]
    [InlineData(nameof(ExportFormat.MuLaw))]
    [InlineData(nameof(ExportFormat.Wav8k))]
    [InlineData(nameof(ExportFormat.Wav16k))]
    [InlineData(nameof(ExportFormat.Jsonl))]
    public async Task The_journal_renders_what_was_received_bit_for_bit(string name)
    {
        var format = Enum.Parse<ExportFormat>(name);
        await using var rig = new EngineRig();
        StreamSession session = rig.Open();
        List<byte[]> sent = [SyntheticCall.Connected, call.Start()];
        List<SyntheticFrame> frames = call.RunBoth(100, 40);
        call.Lose();
        call.Lose();
        frames.AddRange(call.RunBoth(100 + (41 * 20), 10));
        sent.AddRange(frames.Select(f => f.Message));
        sent.Add(call.Stop());
        foreach (byte[] message in sent) session.Send(message);
        await session.StoredAsync();
        byte[] exported = rig.Export(Track.Outbound, format);
        byte[] received = [.. frames.Where(f => f.Track == "outbound").SelectMany(f => f.Audio)];
        byte[] onClock = [.. received[..6400], .. Enumerable.Repeat((byte)0xFF, 160), .. received[6400..]];
        switch (format)
        {
            case ExportFormat.MuLaw:
                exported.ShouldBe(received);
                break;
            case ExportFormat.Wav8k:
                short[] pcm = new short[onClock.Length];
                Earshot.Audio.Codecs.MuLaw.Decode(onClock, pcm);
                WaveAssert.Same(pcm, WaveAssert.Samples(exported));
                break;
            case ExportFormat.Wav16k:
                exported.ShouldBe(rig.Bytes(rig.Recordings()["outbound"].Stem + ".wav"));
                WaveAssert.Same(WaveAssert.Rendered(onClock), WaveAssert.Samples(exported));
                break;
            default:
                exported.ShouldBe(sent.SelectMany(m => m.Append((byte)'\n')).ToArray());
                break;
        }
    }

    [Fact]
    public async Task What_cannot_be_used_is_counted_and_journalled_and_the_good_audio_around_it_is_kept()
    {
        await using var rig = new EngineRig();
        StreamSession session = rig.Open();
        var other = new SyntheticCall("MZffffffffffffffffffffffffffffffff");
        byte[] otherStart = other.Start();
        List<byte[]> bad =
        [
            "not json"u8.ToArray(),
            "{\"event\":\"media\"}"u8.ToArray(),
            "{\"event\":\"media\",\n\"x\":1"u8.ToArray(),
            [0xFF, 0xFE, 0x00],
            otherStart,
            other.Media("inbound", 0).Message,
            call.Media("sideways", 0).Message,
        ];
        List<SyntheticFrame> early = other.Run("inbound", 0, 1);
        session.Send(early);
        session.Send(call.Start());
        List<SyntheticFrame> frames = [];
        foreach (byte[] message in bad)
        {
            frames.AddRange(call.RunBoth(20 * (frames.Count / 2), 5));
            session.Send(frames.TakeLast(10));
            session.Send(message);
        }
        session.Send(call.Stop());
        await session.StoredAsync();
        rig.Export(Track.Inbound, ExportFormat.MuLaw).ShouldBe(frames.Where(f => f.Track == "inbound").SelectMany(f => f.Audio).ToArray());
        WaveAssert.Same(WaveAssert.Rendered([.. frames.Where(f => f.Track == "outbound").SelectMany(f => f.Audio)]), rig.Samples(rig.Recordings()["outbound"].Manifest));
        rig.Call().Malformed.ShouldBe(bad.Count + 1);
        rig.Call().Messages.ShouldBe(bad.Count + frames.Count + 3);
        (session.Events.CountOf(EventKinds.Malformed), session.Events.CountOf(EventKinds.Foreign)).ShouldBe((4, 4));
        byte[] journal = rig.Export(Track.Inbound, ExportFormat.Jsonl);
        foreach (byte[] message in bad.Append(early[0].Message)) journal.AsSpan().IndexOf(message).ShouldBeGreaterThanOrEqualTo(0);
    }

    [Theory]
    [InlineData("off", true)]
    [InlineData("False", true)]
    [InlineData("on", false)]
    public async Task Of_a_call_with_record_off_nothing_is_on_disk_but_its_call_manifest(string record, bool off)
    {
        await using var rig = new EngineRig();
        StreamSession session = rig.Open();
        session.Send(SyntheticCall.Connected);
        session.Send(call.Start(null, ("record", record)));
        List<SyntheticFrame> frames = call.RunBoth(0, 100);
        session.Send(frames);
        session.Send(call.Stop());
        await session.StoredAsync();
        if (!off)
        {
            rig.Recordings().Count.ShouldBe(2);
            return;
        }
        string only = rig.Storage.List().ShouldHaveSingleItem();
        only.ShouldBe($"call_{call.StreamSid}_{session.StartedAt.UtcDateTime:yyyyMMdd_HHmmss}.json");
        byte[] manifest = rig.Bytes(only);
        foreach (SyntheticFrame frame in frames) manifest.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Convert.ToBase64String(frame.Audio))).ShouldBe(-1);
        (rig.Call().State, rig.Call().Recording, rig.Call().DurationSeconds).ShouldBe(("complete", "disabled", 2));
        rig.Get<CallStore>().Streams(call.CallSid).ShouldHaveSingleItem().Recording.ShouldBe("disabled");
    }

    [Fact]
    public async Task With_recording_switched_off_short_streams_of_one_name_each_leave_a_closed_manifest()
    {
        await using var rig = new EngineRig(time: new ManualTimeProvider(), configure: o => o.Recording.Enabled = false);
        StreamSession[] sessions = [.. Enumerable.Range(0, 20).Select(_ => rig.Open())];
        foreach (StreamSession session in sessions)
        {
            var own = new SyntheticCall();
            session.Send(own.Start());
            session.Send(own.Stop());
        }
        await Task.WhenAll(sessions.Select(s => s.StoredAsync()));
        rig.Manifests.CallStems().Count.ShouldBe(20);
        rig.Manifests.CallStems().ShouldAllBe(stem => rig.Manifests.ReadCall(stem)!.State == "complete");
    }

    [Fact]
    public async Task A_message_again_and_again_changes_nothing_after_the_first_time()
    {
        await using var rig = new EngineRig();
        StreamSession session = rig.Open();
        byte[] start = call.Start();
        session.Send(start);
        List<SyntheticFrame> frames = call.RunBoth(0, 30);
        foreach (SyntheticFrame frame in frames)
        {
            session.Send(frame.Message);
            session.Send(frame.Message);
        }
        session.Send(call.Stop());
        await session.StoredAsync();
        (rig.Recordings()["inbound"].Manifest.Duplicates, rig.Recordings()["outbound"].Manifest.Duplicates).ShouldBe((30, 30));
        rig.Recordings()["inbound"].Manifest.MulawSha256.ShouldBe(SyntheticCall.Sha256(frames.Where(f => f.Track == "inbound")));
    }

    [Theory]
    [InlineData("../../etc/passwd", "../../../tmp/x")]
    [InlineData("MZ/../../..", "..")]
    [InlineData("", ".")]
    [InlineData("a\0b", "con\\nul:")]
    [InlineData("Ünïcödé 💥", "zażółć")]
    [InlineData("$(reboot)", "`id`")]
    [InlineData("300", "300")]
    [InlineData("call", "call_center")]
    public async Task Hostile_names_never_leave_the_folder(string sid, string speaker)
    {
        if (sid == "300") (sid, speaker) = (new string('s', 300), new string('p', 300));
        await using var rig = new EngineRig();
        string root = rig.Storage.Location, parent = Path.GetDirectoryName(root)!;
        var own = new SyntheticCall(sid, sid);
        StreamSession session = rig.Open();
        session.Send(own.Start(null, ("speaker", speaker), ("speaker.outbound", speaker)));
        if (session.Facts is null)
        {
            sid.ShouldBeEmpty();
            return;
        }
        session.Send(own.RunBoth(0, 20));
        session.Send(own.Stop());
        await session.StoredAsync();
        Directory.EnumerateFileSystemEntries(parent).Select(p => Path.GetFileName(p)).ShouldAllBe(n => n == "recordings" || n.StartsWith("earshot.db"));
        string[] files = [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)];
        files.ShouldAllBe(f => Path.GetDirectoryName(f) == root);
        files.Length.ShouldBe(6, "two WAVs with a manifest each, a journal, a call manifest");
        foreach (string file in files) Path.GetFileName(file).ShouldMatch("^[A-Za-z0-9_-]{1,160}(\\.wav|\\.json|\\.wire\\.jsonl)$");
        rig.Recordings().Values.ShouldAllBe(r => r.Manifest.Speaker == speaker && r.Manifest.Frames == 20);
        rig.Get<Reindexer>().Run().Unreadable.ShouldBeEmpty();
    }

    [Fact]
    public async Task Names_that_are_taken_get_a_number_and_nothing_is_overwritten()
    {
        await using var rig = new EngineRig(time: new ManualTimeProvider());
        var sessions = new List<StreamSession>();
        for (int i = 0; i < 3; i++)
        {
            var own = new SyntheticCall();
            StreamSession session = rig.Open();
            sessions.Add(session);
            session.Send(own.Start());
            session.Send(own.RunBoth(1000 * i, 10 + i));
            session.Send(own.Stop());
        }
        var time = (ManualTimeProvider)rig.Get<TimeProvider>();
        for (int i = 0; i < 200 && !sessions.TrueForAll(s => s.Stored.IsCompleted); i++)
        {
            time.Advance(50);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
        string stem = $"technician_{SyntheticCall.DefaultStreamSid}_20260304_050607";
        string[] stems = [stem, stem + "_2", stem + "_3"];
        stems.Select(s => rig.Manifests.ReadRecording(s)!.Frames).Order().ShouldBe([10, 11, 12]);
        stems.ShouldAllBe(s => rig.Manifests.Sha256(s + ".wav") == rig.Manifests.ReadRecording(s)!.WavSha256);
        rig.Manifests.CallStems().Count.ShouldBe(3);
    }

    [Fact]
    public void No_start_in_time_and_nothing_for_too_long_end_the_stream()
    {
        var time = new ManualTimeProvider();
        var rig = new EngineRig(time: time, configure: o => o.Recording.Enabled = false);
        StreamSession mute = rig.Open(), silent = rig.Open();
        silent.Send(time, call.Start());
        time.Advance(4900);
        mute.CheckTime(time.GetTimestamp());
        mute.EndReason.ShouldBe(EndReason.None);
        time.Advance(200);
        mute.CheckTime(time.GetTimestamp());
        mute.EndReason.ShouldBe(EndReason.NoStart);
        mute.Ended.IsCompleted.ShouldBeTrue();
        time.Advance(24_800);
        silent.CheckTime(time.GetTimestamp());
        silent.EndReason.ShouldBe(EndReason.None);
        time.Advance(200);
        silent.CheckTime(time.GetTimestamp());
        silent.EndReason.ShouldBe(EndReason.Idle);
    }

    [Fact]
    public async Task The_first_reason_for_the_end_counts_and_nothing_is_taken_after_it()
    {
        await using var rig = new EngineRig();
        StreamSession session = rig.Open();
        session.Send(call.Start());
        List<SyntheticFrame> frames = call.RunBoth(0, 10);
        session.Send(frames);
        session.End(EndReason.SocketClosed);
        session.End(EndReason.Idle);
        session.Send(call.RunBoth(200, 10));
        await session.StoredAsync();
        session.EndReason.ShouldBe(EndReason.SocketClosed);
        rig.Recordings()["inbound"].Manifest.Frames.ShouldBe(10);
        rig.Call().EndReason.ShouldBe("socket-closed");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Sender_journal_and_manifest_agree_whatever_happens_on_the_way(int seed)
    {
        await using var rig = new EngineRig();
        StreamSession session = rig.Open();
        session.Send(call.Start());
        var plan = new RandomDelivery(new Random(seed), call, 400);
        session.Send(plan.Delivered);
        session.Send(call.Stop());
        await session.StoredAsync();
        foreach ((string track, (string stem, RecordingManifest manifest)) in rig.Recordings())
        {
            string sent = SyntheticCall.Sha256(plan.Sent.Where(f => f.Track == track));
            manifest.MulawSha256.ShouldBe(sent);
            Hex(rig.Export(track == "inbound" ? Track.Inbound : Track.Outbound, ExportFormat.MuLaw)).ShouldBe(sent);
            rig.Samples(manifest).Length.ShouldBe((int)plan.DurationMs * 16);
            rig.Export(track == "inbound" ? Track.Inbound : Track.Outbound, ExportFormat.Wav16k).ShouldBe(rig.Bytes(stem + ".wav"));
        }
    }

    [Fact]
    public async Task Twenty_thousand_random_messages_crash_nothing_and_harm_no_other_call()
    {
        await using var rig = new EngineRig();
        var random = new Random(11);
        StreamSession attacked = rig.Open(), calm = rig.Open();
        var quiet = new SyntheticCall("MZcccccccccccccccccccccccccccccccc", "CAcccccccccccccccccccccccccccccccc");
        calm.Send(quiet.Start());
        attacked.Send(call.Start());
        List<SyntheticFrame> frames = [];
        byte[][] seeds = [SyntheticCall.Connected, call.Start(), call.Media("inbound", 0).Message, call.Media("outbound", 1L << 40).Message, "{\"event\":\"dtmf\",\"streamSid\":\"MZ0123456789abcdef0123456789abcdef\",\"dtmf\":{\"track\":\"inbound_track\",\"digit\":\"1\"}}"u8.ToArray(), "[]"u8.ToArray(), []];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] message = [.. seeds[random.Next(seeds.Length)]];
            for (int n = random.Next(0, 4); n > 0 && message.Length > 0; n--) message[random.Next(message.Length)] = (byte)random.Next(256);
            attacked.Send(message);
            if (i % 200 != 0) continue;
            frames.Add(quiet.Media("inbound", i / 10));
            calm.Send(frames[^1].Message);
        }
        attacked.End(EndReason.SocketClosed);
        calm.Send(quiet.Stop());
        await Task.WhenAll(attacked.StoredAsync(), calm.StoredAsync());
        string stem = rig.Manifests.CallStems().Single(s => s.Contains("cccc", StringComparison.Ordinal));
        rig.Manifests.ReadRecording(rig.Manifests.ReadCall(stem)!.Recordings.Single())!.MulawSha256.ShouldBe(SyntheticCall.Sha256(frames));
        rig.Manifests.ReadCall(rig.Manifests.CallStems().First(s => s != stem))!.State.ShouldBe("complete");
    }

    [Fact]
    public async Task A_frame_allocates_nothing_in_the_steady_state()
    {
        await using var rig = new EngineRig();
        StreamSession session = rig.Open();
        session.Send(call.Start());
        List<SyntheticFrame> frames = call.RunBoth(0, 1240);
        long zero = TimeProvider.System.GetTimestamp();
        foreach (SyntheticFrame frame in frames.Take(2000)) session.Send(frame.Message, zero + (frame.TimestampMs * TimeProvider.System.TimestampFrequency / 1000));
        long least = long.MaxValue;
        for (int round = 0; round < 12; round++)
        {
            List<SyntheticFrame> part = frames.GetRange(2000 + (round * 40), 40);
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, TestContext.Current.CancellationToken); // The writers take the batch.
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (SyntheticFrame frame in part) session.Send(frame.Message, zero + (frame.TimestampMs * TimeProvider.System.TimestampFrequency / 1000));
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        session.End(EndReason.SocketClosed);
        await session.StoredAsync();
        least.ShouldBe(0, "bytes for 40 frames");
        rig.Recordings()["inbound"].Manifest.Frames.ShouldBe(1240);
    }

    private async Task<(StreamSession Session, List<SyntheticFrame> Frames)> Play(EngineRig rig)
    {
        StreamSession session = rig.Open();
        session.Send(SyntheticCall.Connected);
        session.Send(call.Start());
        List<SyntheticFrame> frames = call.RunBoth(57, 100);
        session.Send(frames);
        session.Send(call.Stop());
        await session.StoredAsync();
        return (session, frames);
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
