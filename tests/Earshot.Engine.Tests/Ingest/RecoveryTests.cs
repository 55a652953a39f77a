using System.Security.Cryptography;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.Recording;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Ingest;

public sealed class RecoveryTests
{
    private const string Inbound = "technician_MZ0123456789abcdef0123456789abcdef_20260304_050607";
    private const string CallStem = "call_MZ0123456789abcdef0123456789abcdef_20260304_050607";

    /// <summary>Where a recording can be cut: what is done to the files of a call that was cut off.</summary>
    public static TheoryData<string> Cuts =>
    [
        "as it lies", "wav shorter", "wav torn byte", "wav header only", "wav empty", "wav gone", "both wavs gone", "journal shorter", "journal torn line", "journal torn line, wav shorter",
        "journal header only", "call manifest gone", "call manifest unreadable", "recording manifest there", "second segment gone", "temporary manifest left",
    ];

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task What_was_cut_off_is_completed_from_what_is_there(string cut)
    {
        (FaultyStorage whole, FaultyStorage left, string sent) = await Record(cut.Contains("segment", StringComparison.Ordinal) ? TimeSpan.FromSeconds(1) : TimeSpan.FromHours(1));
        Cut(left, cut);
        bool journalWhole = !cut.StartsWith("journal", StringComparison.Ordinal);
        byte[] wavBefore = left.Exists(Inbound + ".wav") ? left.Bytes(Inbound + ".wav") : [];

        await using var rig = new EngineRig(left);
        RecoveredStream result = rig.Get<StreamRecovery>().Run().ShouldHaveSingleItem();
        result.Problem.ShouldBeNull();
        if (cut == "journal header only")
        {
            (rig.Call().State, rig.Call().EndReason).ShouldBe(("recovered", "recovered"));
            return;
        }
        (string stem, RecordingManifest manifest) = rig.Recordings()["inbound"];
        stem.ShouldBe(Inbound);
        (manifest.State, manifest.EndReason, manifest.Speaker).ShouldBe(("recovered", "recovered", "technician"));
        short[] recovered = rig.Samples(manifest);
        short[] expected = Joined(whole);
        if (journalWhole)
        {
            WaveAssert.Same(expected, recovered);
            manifest.MulawSha256.ShouldBe(sent);
            if (manifest.Segments.Count == 1) manifest.WavSha256.ShouldBe(Hex(whole.Bytes(Inbound + ".wav")), "the file is the one that an uninterrupted recording gives");
        }
        else
        {
            recovered.Length.ShouldBeGreaterThanOrEqualTo((wavBefore.Length - WaveAssert.HeaderBytes) / 2);
            recovered.AsSpan().CommonPrefixLength(expected).ShouldBeGreaterThanOrEqualTo(Math.Max(recovered.Length - 64, (wavBefore.Length - WaveAssert.HeaderBytes) / 2), "nothing that the WAV had is lost; the resampler's tail may end it");
        }
        manifest.WavSha256.ShouldBe(Hex(left.Bytes(manifest.Segments[0].File)));
        (rig.Call().State, rig.Call().Recordings.Count).ShouldBe(("recovered", 2));
        if (!cut.StartsWith("call manifest", StringComparison.Ordinal)) rig.Call().From.ShouldBe("+15550100");
        rig.Get<CallStore>().Find(SyntheticCall.DefaultCallSid)!.State.ShouldBe("recovered");
        rig.Get<CallStore>().Recordings(SyntheticCall.DefaultCallSid).Count.ShouldBe(2);

        Dictionary<string, string> once = Hashes(left);
        rig.Get<StreamRecovery>().Run().ShouldBeEmpty();
        Hashes(left).ShouldBe(once);
    }

    /// <summary>The disk did not take the audio for a time, and then did; the journal, which has more room in memory, stayed whole.</summary>
    [Theory]
    [InlineData(3600, 9600, 19_200)]
    [InlineData(3600, 0, 6400)]
    [InlineData(3600, 9_999, 20_001)]
    [InlineData(1, 9600, 41_600)]
    public async Task A_hole_inside_the_files_is_filled_from_the_journal(int segmentSeconds, int from, int to)
    {
        (FaultyStorage whole, FaultyStorage left, _) = await Record(TimeSpan.FromSeconds(segmentSeconds));
        short[] expected = Joined(whole);
        Dig(left, Inbound, from, to).ShouldBe(to - from);

        await using var rig = new EngineRig(left);
        RecoveredStream result = rig.Get<StreamRecovery>().Run().ShouldHaveSingleItem();

        result.Problem.ShouldBeNull();
        result.Appended.ShouldBeGreaterThanOrEqualTo(to - from);
        RecordingManifest manifest = rig.Recordings()["inbound"].Manifest;
        WaveAssert.Same(expected, rig.Samples(manifest));
        (manifest.LostMs, manifest.UnwrittenMs).ShouldBe((0, 0));
        manifest.Segments.ShouldAllBe(s => s.Sha256 == Hex(left.Bytes(s.File)));
    }

    /// <summary>The disk took nothing for so long that the journal lacks messages too.</summary>
    [Theory]
    [InlineData(5_000)]
    [InlineData(150_000)]
    public async Task Time_that_the_journal_lacks_is_kept_and_is_no_loss_of_the_carrier_s(int gapMs)
    {
        (FaultyStorage storage, List<SyntheticFrame> frames) = WithGap(gapMs, gapMs);
        int gap = gapMs * 16, total = gap + 32_000;
        short[] whole = new short[total];
        short[] first = WaveAssert.Rendered([.. frames.Take(50).SelectMany(f => f.Audio)]), second = WaveAssert.Rendered([.. frames.Skip(50).SelectMany(f => f.Audio)]);
        first.CopyTo(whole, 0);
        second.CopyTo(whole, gap + 16_000);
        await using var rig = new EngineRig(storage);
        short[] exported = WaveAssert.Samples(rig.Export(Track.Inbound, ExportFormat.Wav16k));
        exported.Length.ShouldBe(total);
        exported[(gap + 16_200)..].ShouldBe(whole[(gap + 16_200)..]);

        rig.Get<StreamRecovery>().Run().ShouldHaveSingleItem().Problem.ShouldBeNull();

        RecordingManifest manifest = rig.Recordings()["inbound"].Manifest;
        WaveAssert.Same(exported, rig.Samples(manifest));
        (manifest.LostMs, manifest.UnwrittenMs, manifest.DurationSeconds).ShouldBe((0, gapMs, total / 16_000.0));
        TimelineEvent told = manifest.Events.Where(e => e.Kind is EventKinds.Loss or EventKinds.ClockJump or EventKinds.RecordingTrouble).ShouldHaveSingleItem();
        (told.Kind, told.AtMs, told.DurationMs).ShouldBe((EventKinds.RecordingTrouble, told.AtMs, gapMs));
        told.AtMs.ShouldBe(1100, 10);
        rig.Call().JournalMissing.ShouldBe(gapMs / 20);
    }

    [Fact]
    public async Task Time_that_the_journal_lacks_and_the_recording_has_is_not_missing()
    {
        (FaultyStorage storage, List<SyntheticFrame> frames) = WithGap(5_000, 5_000);
        short[] whole = WaveAssert.Rendered([.. frames.Take(50).SelectMany(f => f.Audio), .. SyntheticCall.AudioOf("inbound", 1, 40_000), .. frames.Skip(50).SelectMany(f => f.Audio)]);
        using var output = new MemoryStream();
        using (var writer = new Earshot.Audio.Wave.WaveWriter(output, Earshot.Audio.Wave.WaveFormat.Pcm16(16_000), leaveOpen: true)) writer.Write(whole);
        storage.Put(Inbound + ".wav", output.ToArray());
        Dig(storage, Inbound, 102_400, 104_000);
        await using var rig = new EngineRig(storage);
        rig.Get<StreamRecovery>().Run().ShouldHaveSingleItem().Problem.ShouldBeNull();
        RecordingManifest manifest = rig.Recordings()["inbound"].Manifest;
        WaveAssert.Same(whole, rig.Samples(manifest));
        manifest.LostMs.ShouldBe(0);
        manifest.UnwrittenMs.ShouldBeLessThan(1);
    }

    /// <summary>A note of what is lacking does not make every jump of the carrier's clock time that passed.</summary>
    [Fact]
    public async Task A_jump_of_the_clock_beside_a_gap_in_the_journal_stays_a_jump()
    {
        (FaultyStorage storage, _) = WithGap(jumpMs: 36_000_000, passedMs: 2_000);
        await using var rig = new EngineRig(storage);
        rig.Get<StreamRecovery>().Run().ShouldHaveSingleItem().Problem.ShouldBeNull();
        RecordingManifest manifest = rig.Recordings()["inbound"].Manifest;
        (manifest.DurationSeconds, manifest.Events.Count(e => e.Kind == EventKinds.ClockJump)).ShouldBe((2, 1));
    }

    /// <summary>Zeros that are silence stay, whatever a journal that is not in step with the files would put there.</summary>
    [Fact]
    public async Task What_is_not_in_step_with_the_files_is_not_written_into_them()
    {
        (_, FaultyStorage left, _) = await Record(TimeSpan.FromHours(1));
        string wav = Inbound + ".wav";
        byte[] other = left.Bytes(wav);
        for (int i = WaveAssert.HeaderBytes; i < other.Length; i++) other[i] ^= 0x15;
        other.AsSpan(WaveAssert.HeaderBytes + 20_000, 12_800).Clear();
        left.Put(wav, [.. other]);
        await using var rig = new EngineRig(left);
        rig.Get<StreamRecovery>().Run().ShouldHaveSingleItem().Problem.ShouldBeNull();
        left.Bytes(wav).AsSpan(WaveAssert.HeaderBytes, other.Length - WaveAssert.HeaderBytes).SequenceEqual(other.AsSpan(WaveAssert.HeaderBytes)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_microphone_s_recording_gets_nothing_from_the_telephone_band_within_what_it_has()
    {
        (_, FaultyStorage left, _) = await Record(TimeSpan.FromHours(1));
        string agent = Inbound.Replace("technician", "agent", StringComparison.Ordinal), journal = CallStem + ".wire.jsonl";
        Dig(left, Inbound, 9600, 19_200);
        Dig(left, agent, 9600, 19_200);
        byte[] lines = left.Bytes(journal);
        int header = lines.AsSpan().IndexOf((byte)'\n') + 1;
        left.Put(journal, [.. lines[..header], .. "{\"us\":1,\"microphone\":true}\n"u8, .. lines[header..]]);
        await using var rig = new EngineRig(left);
        rig.Get<StreamRecovery>().Run().ShouldHaveSingleItem().Problem.ShouldBeNull();
        rig.Samples(rig.Recordings()["outbound"].Manifest)[9600..19_200].ShouldAllBe(s => s == 0);
        rig.Samples(rig.Recordings()["inbound"].Manifest)[9600..19_200].Count(s => s == 0).ShouldBeLessThan(100);
    }

    /// <summary>Recovery is killed behind each of its changes, or its disk fails there, and runs again.</summary>
    [Theory]
    [InlineData("as it lies", 3600)]
    [InlineData("wav gone", 3600)]
    [InlineData("wav torn byte", 3600)]
    [InlineData("both wavs gone", 3600)]
    [InlineData("second segment gone", 1)]
    [InlineData("hole", 3600)]
    [InlineData("hole over segments", 1)]
    public async Task Recovery_can_be_cut_off_itself_and_run_again(string cut, int segmentSeconds)
    {
        (_, FaultyStorage left, _) = await Record(TimeSpan.FromSeconds(segmentSeconds));
        Cut(left, cut);
        var moments = new List<FaultyStorage>();
        FaultyStorage straight = left.Copy();
        straight.Changed = s => moments.Add(s.Copy());
        await using (var rig = new EngineRig(straight)) rig.Get<StreamRecovery>().Run().Single().Problem.ShouldBeNull();
        Dictionary<string, string> expected = Hashes(straight);
        moments.Count.ShouldBeGreaterThan(8);
        for (int i = 0; i < moments.Count; i++)
        {
            await using var again = new EngineRig(moments[i]);
            again.Get<StreamRecovery>().Run();
            Hashes(moments[i]).ShouldBe(expected, $"killed behind change {i}");
            again.Get<CallStore>().Find(SyntheticCall.DefaultCallSid)!.State.ShouldBe("recovered", $"killed behind change {i}");
            again.Get<CallStore>().Recordings(SyntheticCall.DefaultCallSid).Count.ShouldBe(2, $"killed behind change {i}");
        }
        for (long n = 0; n < straight.Operations; n++)
        {
            FaultyStorage failing = left.Copy();
            failing.PartOfFailedWrite = 0.4;
            failing.FailAt(n);
            await using var rig = new EngineRig(failing);
            if (rig.Get<StreamRecovery>().Run() is [{ Problem: not null }]) rig.Get<StreamRecovery>().Run().Single().Problem.ShouldBeNull();
            Hashes(failing).ShouldBe(expected, $"change {n} failed");
        }
    }

    /// <summary>The process went, or the catalog failed, between the last manifest and the rows.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_is_closed_on_disk_alone_enters_the_catalog_and_its_work_is_due(bool hasOpenRow)
    {
        var storage = new FaultyStorage();
        await using (var first = new EngineRig(storage))
        {
            StreamSession session = first.Open();
            var call = new SyntheticCall();
            session.Send(call.Start());
            session.Send(call.RunBoth(100, 20));
            session.Send(call.Stop());
            await session.StoredAsync();
        }
        await using var rig = new EngineRig(storage);
        CallStore store = rig.Get<CallStore>();
        string stem = rig.Manifests.CallStems().Single();
        if (hasOpenRow) store.Save(CatalogRecords.From(stem, rig.Call() with { State = RecordingStates.Recording, EndedAt = null }, []));
        Dictionary<string, string> before = Hashes(storage);

        RecoveredStream entered = rig.Get<StreamRecovery>().Run().ShouldHaveSingleItem();

        (entered.Stem, entered.CallSid, entered.Appended, entered.Problem).ShouldBe((stem, SyntheticCall.DefaultCallSid, 0, null));
        (store.Find(SyntheticCall.DefaultCallSid)!.State, store.Recordings(SyntheticCall.DefaultCallSid).Count).ShouldBe(("complete", 2));
        rig.Get<AfterWorkStore>().Pending(10).ShouldBe([SyntheticCall.DefaultCallSid]);
        Hashes(storage).ShouldBe(before);
        rig.Get<AfterWorkStore>().Queue(SyntheticCall.DefaultCallSid);
        rig.Get<StreamRecovery>().Run().ShouldBeEmpty();
        rig.Get<AfterWorkStore>().Pending(10).ShouldBeEmpty("what the catalog has is not stored again");
    }

    [Fact]
    public async Task A_stream_that_runs_in_this_process_is_left_alone()
    {
        await using var rig = new EngineRig();
        StreamSession session = rig.Open();
        var call = new SyntheticCall();
        session.Send(call.Start());
        session.Send(call.RunBoth(100, 20));
        for (int n = 0; n < 400 && (rig.Manifests.CallStems() is not [var stem] || rig.Manifests.ReadCall(stem) is null); n++) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        rig.Get<StreamRecovery>().Run().ShouldBeEmpty();
        rig.Call().State.ShouldBe("recording");
        session.Send(call.Stop());
        await session.StoredAsync();
        rig.Get<StreamRecovery>().Run().ShouldBeEmpty();
        rig.Call().State.ShouldBe("complete");
    }

    /// <summary>A journal that has a whole line, or a manifest beside it, even one that cannot be read, stays.</summary>
    [Theory]
    [InlineData("", null, false)]
    [InlineData("{\"journal\":1,\"streamSid\":\"MZ", null, false)]
    [InlineData("{\"journal\":1,\"str\n", null, true)]
    [InlineData("", "{", true)]
    public async Task A_journal_that_was_cut_off_before_its_first_line_goes(string journal, string? manifest, bool stays)
    {
        var storage = new FaultyStorage();
        storage.Put(CallStem + ".wire.jsonl", System.Text.Encoding.UTF8.GetBytes(journal));
        if (manifest is not null) storage.Put(CallStem + ".json", System.Text.Encoding.UTF8.GetBytes(manifest));
        await using var rig = new EngineRig(storage);
        rig.Get<StreamRecovery>().Run().Count.ShouldBe(stays ? 1 : 0);
        storage.Exists(CallStem + ".wire.jsonl").ShouldBe(stays);
        rig.Get<StreamRecovery>().Run().Count.ShouldBe(stays ? 1 : 0);
    }

    [Fact]
    public async Task A_stream_that_was_not_recorded_is_closed()
    {
        var storage = new FaultyStorage();
        FaultyStorage? left = null;
        await using (var rig = new EngineRig(storage, configure: o => o.Recording.Enabled = false))
        {
            storage.Changed = s => left ??= s.Copy();
            StreamSession session = rig.Open();
            session.Send(new SyntheticCall().Start());
            await session.Opened!;
            session.End(EndReason.SocketClosed);
            await session.StoredAsync();
        }
        await using var next = new EngineRig(left);
        next.Call().State.ShouldBe("recording");
        next.Get<StreamRecovery>().Run().Single().Problem.ShouldBeNull();
        (next.Call().State, next.Call().Recording).ShouldBe(("recovered", "disabled"));
    }

    [Fact]
    public async Task Two_speakers_of_one_name_keep_their_own_files_through_a_recovery()
    {
        (FaultyStorage left, List<SyntheticFrame> frames) = await CutOff(new SyntheticCall(), TimeSpan.FromHours(1), ("speaker", "agent"));
        await using var rig = new EngineRig(left);
        rig.Get<StreamRecovery>().Run().Single().Problem.ShouldBeNull();
        foreach ((string track, (string stem, RecordingManifest manifest)) in rig.Recordings())
        {
            manifest.Speaker.ShouldBe("agent");
            manifest.MulawSha256.ShouldBe(SyntheticCall.Sha256(frames.Where(f => f.Track == track)));
            WaveAssert.Same(WaveAssert.Rendered([.. frames.Where(f => f.Track == track).SelectMany(f => f.Audio)]), rig.Samples(manifest), stem);
        }
        rig.Recordings().Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_catalog_can_be_rebuilt_from_the_folder_alone()
    {
        await using var rig = new EngineRig();
        StreamSession[] sessions = [.. Enumerable.Range(0, 6).Select(_ => rig.Open())];
        for (int i = 0; i < sessions.Length; i++)
        {
            var call = new SyntheticCall($"MZ{i:d32}", $"CA{i / 2:d32}"); // Each call has two streams.
            sessions[i].Send(call.Start(null, ("from", "+1555"), ("record", i == 5 ? "off" : "on")));
            sessions[i].Send(call.RunBoth(0, 20));
            call.Lose();
            sessions[i].Send(call.RunBoth(420, 5));
            sessions[i].Send("nonsense"u8.ToArray());
        }
        for (int n = 0; n < 400 && sessions.Sum(s => rig.Get<CallStore>().Streams(s.Facts!.CallSid.Value).Count) < 12; n++) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        foreach (StreamSession session in sessions.Reverse())
        {
            session.End(EndReason.SocketClosed);
            await session.StoredAsync();
            rig.Get<CallStore>().Find(session.Facts!.CallSid.Value)!.State.ShouldBe(Array.IndexOf(sessions, session) % 2 == 1 ? "recording" : "complete", "a call runs while one of its streams does");
        }
        string before = Dump(rig);
        before.Length.ShouldBeGreaterThan(5000);
        ReindexResult result = rig.Get<Reindexer>().Run();
        (result.Streams, result.Recordings, result.Unreadable.Count).ShouldBe((6, 10, 0));
        Dump(rig).ShouldBe(before);
    }

    [Fact]
    public async Task A_manifest_that_cannot_be_read_is_named_and_the_rest_is_taken()
    {
        (_, FaultyStorage left, _) = await Record(TimeSpan.FromHours(1));
        await using var rig = new EngineRig(left);
        rig.Get<StreamRecovery>().Run();
        left.Put(Inbound + ".json", "{"u8.ToArray());
        left.Put("call_other.json", "nonsense"u8.ToArray());
        ReindexResult result = rig.Get<Reindexer>().Run();
        (result.Streams, result.Recordings).ShouldBe((1, 1));
        result.Unreadable.ShouldBe([Inbound + ".json", "call_other.json"], ignoreOrder: true);
    }

    /// <summary>One call recorded to its end, and the same call as a killed process leaves it shortly before.</summary>
    [Fact]
    public async Task What_the_caller_heard_is_recovered_from_the_journal_too()
    {
        var whole = new FaultyStorage();
        await using (var rig = new EngineRig(whole))
        {
            var call = new SyntheticCall();
            StreamSession session = rig.Open();
            session.IsTwoWay = true;
            long zero = TimeProvider.System.GetTimestamp();
            long At(double ms) => zero + (long)(ms * TimeProvider.System.TimestampFrequency / 1000);
            session.OnText(SyntheticCall.Connected, zero);
            session.OnText(System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(call.Start()).Replace("""["inbound","outbound"]""", """["inbound"]""", StringComparison.Ordinal)), zero);
            for (int i = 0; i < 200; i++)
            {
                session.OnText(call.Media("inbound", 100 + (i * 20)).Message, At((i * 20) + 45));
                if (i % 50 == 20) session.OnSent(System.Text.Encoding.UTF8.GetBytes($$$"""{"event":"media","streamSid":"{{{call.StreamSid}}}","media":{"payload":"{{{Convert.ToBase64String(SyntheticCall.AudioOf("outbound", i, 7000))}}}"}}"""), At((i * 20) + 51));
                if (i == 30) session.OnRoundTrip(TimeSpan.FromMilliseconds(83));
                if (i == 90) session.OnSent(System.Text.Encoding.UTF8.GetBytes($$$"""{"event":"clear","streamSid":"{{{call.StreamSid}}}"}"""), At((i * 20) + 52));
            }
            session.OnText(call.Stop(), At(4_100));
            await session.StoredAsync();
        }
        FaultyStorage left = whole.Copy();
        string agent = left.List().Single(n => n.StartsWith("agent_", StringComparison.Ordinal) && n.EndsWith(".wav", StringComparison.Ordinal)), stem = agent[..^4];
        string callStem = left.List().Single(n => n.EndsWith(".wire.jsonl", StringComparison.Ordinal))[..^".wire.jsonl".Length];
        left.Delete(stem + ".json");
        left.Put(agent, left.Bytes(agent)[..30_044]);
        left.Put(callStem + ".json", System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(left.Bytes(callStem + ".json")).Replace("\"complete\"", "\"recording\"", StringComparison.Ordinal)));
        await using var again = new EngineRig(left);
        again.Get<StreamRecovery>().Run().ShouldHaveSingleItem().Problem.ShouldBeNull();
        left.Bytes(agent).ShouldBe(whole.Bytes(agent));
        RecordingManifest manifest = again.Manifests.ReadRecording(stem)!;
        manifest.DurationSeconds.ShouldBe(4);
        manifest.Events.Count(e => e.Kind == EventKinds.Unheard).ShouldBe(2, "what was cleared, and what was still queued at the end");
    }

    private static async Task<(FaultyStorage Whole, FaultyStorage Left, string Sent)> Record(TimeSpan segment)
    {
        (FaultyStorage left, List<SyntheticFrame> frames) = await CutOff(new SyntheticCall(), segment);
        FaultyStorage whole = left.Copy();
        await using var rig = new EngineRig(whole, new ManualTimeProvider());
        byte[] audio = [.. frames.Where(f => f.Track == "inbound").SelectMany(f => f.Audio)];
        short[] samples = WaveAssert.Rendered(audio);
        using var output = new MemoryStream();
        using (var writer = new Earshot.Audio.Wave.WaveWriter(output, Earshot.Audio.Wave.WaveFormat.Pcm16(16_000), leaveOpen: true)) writer.Write(samples);
        whole.Put(Inbound + ".wav", output.ToArray());
        foreach (string more in whole.List().Where(n => n.StartsWith(Inbound + ".", StringComparison.Ordinal) && n != Inbound + ".wav").ToList()) whole.Delete(more);
        return (whole, left, SyntheticCall.Sha256(frames.Where(f => f.Track == "inbound")));
    }

    private static async Task<(FaultyStorage Left, List<SyntheticFrame> Frames)> CutOff(SyntheticCall call, TimeSpan segment, params (string, string)[] parameters)
    {
        var time = new ManualTimeProvider();
        var storage = new FaultyStorage();
        await using var rig = new EngineRig(storage, time, o => o.Recording.SegmentLength = segment);
        StreamSession session = rig.Open();
        session.Send(time, SyntheticCall.Connected);
        session.Send(time, call.Start(null, [("from", "+15550100"), .. parameters]));
        List<SyntheticFrame> frames = call.RunBoth(100, 150);
        int i = 0;
        foreach (SyntheticFrame frame in frames)
        {
            session.Send(time, frame.Message);
            if (++i % 40 != 0) continue;
            time.Advance(400);
            long wait = TimeProvider.System.GetTimestamp();
            long wanted = 44 + (Math.Max(0, ((i / 2) * 320) - 64) * 2L);
            while (storage.List().Where(n => n.StartsWith("technician", StringComparison.Ordinal) || n.StartsWith("agent_", StringComparison.Ordinal)).Where(n => n.EndsWith(".wav", StringComparison.Ordinal)).Sum(storage.LengthOf) < wanted
                && TimeProvider.System.GetElapsedTime(wait) < TimeSpan.FromSeconds(2))
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
        await Task.Delay(TimeSpan.FromMilliseconds(60), TimeProvider.System);
        time.Advance(400);
        for (int n = 0; n < 400 && !EndsWith(storage, frames[^1].Message); n++) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        await Task.Delay(TimeSpan.FromMilliseconds(60), TimeProvider.System);
        FaultyStorage left = storage.Copy();
        session.End(EndReason.SocketClosed);
        time.Advance(400);
        await Task.WhenAny(session.Stored, Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System));
        left.List().ShouldContain(Inbound.Replace("technician", parameters.Length > 0 ? "agent" : "technician", StringComparison.Ordinal) + ".wav");
        return (left, frames);
    }

    private static bool EndsWith(FaultyStorage storage, byte[] message) =>
        storage.Bytes(CallStem + ".wire.jsonl") is var journal && journal.AsSpan().LastIndexOf(message) >= 0;

    private static void Cut(FaultyStorage s, string cut)
    {
        string wav = Inbound + ".wav", journal = CallStem + ".wire.jsonl", call = CallStem + ".json";
        if (cut.Contains("wav shorter", StringComparison.Ordinal)) s.Put(wav, s.Bytes(wav)[..20_044]);
        if (cut == "wav torn byte") s.Put(wav, s.Bytes(wav)[..20_045]);
        if (cut == "wav header only") s.Put(wav, s.Bytes(wav)[..44]);
        if (cut == "wav empty") s.Put(wav, []);
        if (cut is "wav gone" or "both wavs gone") s.Delete(wav);
        if (cut == "both wavs gone") s.Delete(wav.Replace("technician", "agent", StringComparison.Ordinal));
        if (cut == "journal shorter") s.Put(journal, s.Bytes(journal)[..(s.Bytes(journal).AsSpan(0, 50_000).LastIndexOf((byte)'\n') + 1)]);
        if (cut.Contains("torn line", StringComparison.Ordinal)) s.Put(journal, s.Bytes(journal)[..60_001]);
        if (cut == "journal header only") s.Put(journal, s.Bytes(journal)[..(s.Bytes(journal).AsSpan().IndexOf((byte)'\n') + 1)]);
        if (cut == "call manifest gone") s.Delete(call);
        if (cut == "call manifest unreadable") s.Put(call, s.Bytes(call)[..40]);
        if (cut.StartsWith("hole", StringComparison.Ordinal)) Dig(s, Inbound, 9600, 25_600);
        if (cut == "second segment gone") s.Delete(Inbound + ".2.wav");
        if (cut == "temporary manifest left") s.Put(call + ".tmp", s.Bytes(call)[..40]);
    }

    /// <summary>A journal alone: 1 s of a track, a note of messages that are lacking, 1 s whose timestamps are so much later.</summary>
    private static (FaultyStorage Storage, List<SyntheticFrame> Frames) WithGap(int jumpMs, int passedMs)
    {
        var call = new SyntheticCall { TwoWay = true };
        var header = new JournalHeader { StreamSid = SyntheticCall.DefaultStreamSid, CallSid = SyntheticCall.DefaultCallSid, StartedAt = ManualTimeProvider.Begin, ZeroAt = ManualTimeProvider.Begin, TrackStems = [Inbound, Inbound.Replace("technician", "agent", StringComparison.Ordinal)] };
        var lines = new PooledBytes();
        lines.Append(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(header, ManifestJson.Compact.JournalHeader));
        lines.Append("\n"u8);
        JournalLine.Append(lines, 1, outgoing: false, call.Start(), isJson: true);
        List<SyntheticFrame> frames = call.Run("inbound", 100, 50);
        for (int i = 0; i < jumpMs / 20; i++) call.Lose();
        frames.AddRange(call.Run("inbound", 1100 + jumpMs, 50));
        for (int i = 0; i < frames.Count; i++)
        {
            if (i == 50) JournalLine.AppendGap(lines, 1_100_000, jumpMs / 20);
            JournalLine.Append(lines, ((i * 20) + 120 + (i < 50 ? 0 : passedMs)) * 1000L, outgoing: false, frames[i].Message, isJson: true);
        }
        var storage = new FaultyStorage();
        storage.Put(CallStem + ".wire.jsonl", lines.Span.ToArray());
        lines.Release();
        return (storage, frames);
    }

    /// <summary>Makes a recording's samples zero from one place to another, over its segments. Gives how many there were.</summary>
    private static int Dig(FaultyStorage s, string stem, int from, int to)
    {
        int start = 0, dug = 0;
        for (int n = 1; s.Exists(FileNames.Segment(stem, n)); n++)
        {
            byte[] bytes = s.Bytes(FileNames.Segment(stem, n));
            int samples = (bytes.Length - WaveAssert.HeaderBytes) / 2, first = Math.Clamp(from - start, 0, samples), last = Math.Clamp(to - start, 0, samples);
            bytes.AsSpan(WaveAssert.HeaderBytes + (first * 2), (last - first) * 2).Clear();
            s.Put(FileNames.Segment(stem, n), bytes);
            dug += last - first;
            start += samples;
        }
        return dug;
    }

    private static short[] Joined(FaultyStorage storage) => WaveAssert.Samples(storage.Bytes(Inbound + ".wav"));

    private static Dictionary<string, string> Hashes(FaultyStorage storage) => storage.List().ToDictionary(n => n, n => Hex(storage.Bytes(n)), StringComparer.Ordinal);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string Dump(EngineRig rig)
    {
        CallStore store = rig.Get<CallStore>();
        var all = store.List(null, 100).OrderBy(c => c.CallSid, StringComparer.Ordinal).Select(c => new
        {
            Call = store.Find(c.CallSid),
            Streams = store.Streams(c.CallSid),
            Recordings = store.Recordings(c.CallSid).Select(r => new { r, Segments = store.Segments(r.Id) }),
            Events = store.Events(c.CallSid).OrderBy(e => e.StreamStem, StringComparer.Ordinal).ThenBy(e => e.AtMs).ThenBy(e => e.Track, StringComparer.Ordinal).ThenBy(e => e.Detail, StringComparer.Ordinal),
        });
        return System.Text.Json.JsonSerializer.Serialize(all);
    }
}
