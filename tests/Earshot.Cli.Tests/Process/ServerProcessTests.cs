using System.Security.Cryptography;
using Earshot.Engine.Calling;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;
using Earshot.Testing;

namespace Earshot.Cli.Tests.Process;

[Collection(WholeMachine.Name)]
public sealed class ServerProcessTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Recordings => folder.Sub("recordings");

    private string Data => folder.Sub("data");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task SIGTERM_seals_every_running_file()
    {
        using ServerProcess server = await ServerProcess.StartAsync(Recordings, Data);
        Task<IReadOnlyList<SimulatedCallResult>> calls = CallLoad.PlaceAsync(CallLoad.Options(server, 5), 20, TimeSpan.FromMilliseconds(200));
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, TestContext.Current.CancellationToken);
        (int exitCode, TimeSpan took) = await server.TerminateAsync(TimeSpan.FromSeconds(30));
        exitCode.ShouldBe(0, server.Log);
        took.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        IReadOnlyList<SimulatedCallResult> results = await calls;
        results.ShouldAllBe(c => c.Outcome == SimulatedCallOutcome.SocketClosed);
        results.SelectMany(c => c.Streams).ShouldAllBe(s => s.CloseCode == 1001);
        var manifests = new ManifestStore(new FolderStorage(Recordings));
        var store = new CallStore(new CatalogDatabase("sqlite:" + Path.Combine(Data, "earshot.db")));
        foreach (SimulatedCallResult call in results)
        {
            (store.Find(call.CallSid)!.State, store.Find(call.CallSid)!.EndReason).ShouldBe(("complete", "server-stopped"));
            foreach (RecordingRow row in store.Recordings(call.CallSid))
            {
                RecordingManifest manifest = manifests.ReadRecording(row.Id)!;
                (manifest.State, manifest.EndReason).ShouldBe(("complete", "server-stopped"));
                byte[] wav = File.ReadAllBytes(Path.Combine(Recordings, row.Id + ".wav"));
                manifest.WavSha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(wav)));
                WaveAssert.Samples(wav).Length.ShouldBe((int)(manifest.DurationSeconds * 16_000));
            }
            store.Recordings(call.CallSid).Count.ShouldBe(2);
        }
        Directory.EnumerateFiles(Recordings, "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_hundred_calls_with_every_fault_are_recorded_with_each_sent_frame_in_its_place()
    {
        using ServerProcess server = await ServerProcess.StartAsync(Recordings, Data);
        SimulatedCallOptions options = CallLoad.Options(server, 42) with
        {
            Duration = TimeSpan.FromSeconds(10),
            Faults = new SimulatedFaults
            {
                LossPercent = 3,
                DuplicatePercent = 2,
                ReorderPercent = 3,
                Jitter = TimeSpan.FromMilliseconds(30),
                BurstAt = TimeSpan.FromSeconds(4),
                Burst = TimeSpan.FromMilliseconds(233),
                LostStretchAt = TimeSpan.FromSeconds(7),
                LostStretch = TimeSpan.FromMilliseconds(500),
            },
        };
        IReadOnlyList<SimulatedCallResult> results = await CallLoad.PlaceAsync(options, 200, TimeSpan.FromSeconds(2));
        results.ShouldAllBe(c => c.Outcome == SimulatedCallOutcome.Completed);
        (await server.TerminateAsync(TimeSpan.FromSeconds(30))).ExitCode.ShouldBe(0);

        var storage = new FolderStorage(Recordings);
        var manifests = new ManifestStore(storage);
        int tracks = 0;
        foreach (string stem in manifests.CallStems())
        {
            CallManifest call = manifests.ReadCall(stem)!;
            SimulatedStreamResult stream = results.SelectMany(c => c.Streams).Single(s => s.StreamSid == call.StreamSid);
            (call.State, call.JournalMissing, call.Malformed).ShouldBe(("complete", 0, 0));
            foreach (RecordingManifest manifest in call.Recordings.Select(r => manifests.ReadRecording(r)!))
            {
                SimulatedTrackResult sent = stream.Tracks.Single(t => t.Track == manifest.Track);
                using var coded = new MemoryStream();
                new JournalExport(storage, new IngestOptions()).Write(stem, manifest.Track == "inbound" ? Track.Inbound : Track.Outbound, ExportFormat.MuLaw, coded);
                string journal = Convert.ToHexStringLower(SHA256.HashData(coded.ToArray()));
                (manifest.MulawSha256, journal).ShouldBe((sent.MuLawSha256, sent.MuLawSha256), $"{manifest.Track} of {call.StreamSid}: sender, manifest and journal");
                (manifest.Frames, manifest.Duplicates, manifest.Late, manifest.UnwrittenMs).ShouldBe((sent.FramesSent, sent.Duplicates, 0, 0));
                Placed(storage, stem, manifest);
                tracks++;
            }
        }
        tracks.ShouldBe(400);
    }

    [Fact]
    public async Task A_disk_that_fills_harms_no_call_and_recording_resumes_when_there_is_room()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root") Assert.Skip("only root can mount a small disk");
        string disk = folder.Sub("disk");
        Directory.CreateDirectory(disk);
        (_, string errors, int exit) = Tools.Run("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", disk]);
        if (exit != 0) Assert.Skip("a small disk cannot be mounted here: " + errors.Trim());
        try
        {
            string ballast = Path.Combine(disk, "ballast");
            File.WriteAllBytes(ballast, new byte[5 << 20]);
            using ServerProcess server = await ServerProcess.StartAsync(Path.Combine(disk, "recordings"), Data, "Recording:MinimumFreeBytes=0");
            Task<IReadOnlyList<SimulatedCallResult>> calls = CallLoad.PlaceAsync(CallLoad.Options(server, 9) with { Duration = TimeSpan.FromSeconds(12) }, 4, TimeSpan.FromMilliseconds(100));
            await Until(server, inTrouble => inTrouble == 4, "all streams in trouble");
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, TestContext.Current.CancellationToken);
            File.Delete(ballast);
            await Until(server, inTrouble => inTrouble == 0, "no stream in trouble");
            IReadOnlyList<SimulatedCallResult> results = await calls;
            results.ShouldAllBe(c => c.Outcome == SimulatedCallOutcome.Completed);
            (await server.TerminateAsync(TimeSpan.FromSeconds(30))).ExitCode.ShouldBe(0);

            var storage = new FolderStorage(Path.Combine(disk, "recordings"));
            var manifests = new ManifestStore(storage);
            foreach (string stem in manifests.CallStems())
            {
                CallManifest call = manifests.ReadCall(stem)!;
                call.State.ShouldBe("complete");
                call.Events.Select(e => e.Kind).ShouldContain(EventKinds.RecordingTrouble);
                call.Events.Select(e => e.Kind).ShouldContain(EventKinds.RecordingResumed);
                SimulatedStreamResult sent = results.SelectMany(c => c.Streams).Single(s => s.StreamSid == call.StreamSid);
                foreach (RecordingManifest manifest in call.Recordings.Select(r => manifests.ReadRecording(r)!))
                {
                    manifest.MulawSha256.ShouldBe(sent.Tracks.Single(t => t.Track == manifest.Track).MuLawSha256, "all was received");
                    manifest.DurationSeconds.ShouldBe(sent.Tracks[0].Seconds);
                    manifest.UnwrittenMs.ShouldBe(0, "what the disk did not take for so short a time waited in memory");
                    using var rendered = new MemoryStream();
                    new JournalExport(storage, new IngestOptions()).Write(stem, manifest.Track == "inbound" ? Track.Inbound : Track.Outbound, ExportFormat.Wav16k, rendered);
                    rendered.ToArray().AsSpan().SequenceEqual(File.ReadAllBytes(storage.PathOf(manifest.Segments.Single().File))).ShouldBeTrue();
                }
            }
            manifests.CallStems().Count.ShouldBe(4);
        }
        finally
        {
            Tools.Run("umount", ["-l", disk]);
        }
    }

    private static async Task Until(ServerProcess server, Func<int, bool> reached, string what)
    {
        using var http = new HttpClient();
        for (int i = 0; i < 200; i++)
        {
            string metrics = await http.GetStringAsync(new Uri(server.Url + "/metrics"));
            string line = metrics.Split('\n').Single(l => l.StartsWith("earshot_streams_in_trouble ", StringComparison.Ordinal));
            if (reached(int.Parse(line.Split(' ')[1]))) return;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        Assert.Fail($"{what}: not within 10 s; {server.Log}");
    }

    /// <summary>Each media message of the journal lies where its timestamp says, in the track at the carrier's rate.</summary>
    private static void Placed(FolderStorage storage, string stem, RecordingManifest manifest)
    {
        using var rendered = new MemoryStream();
        new JournalExport(storage, new IngestOptions()).Write(stem, manifest.Track == "inbound" ? Track.Inbound : Track.Outbound, ExportFormat.Wav8k, rendered);
        short[] line = WaveAssert.Samples(rendered.ToArray());
        line.Length.ShouldBe((int)(manifest.DurationSeconds * 8000));
        new JournalReader().ReadAll(storage, stem, new PlaceCheck(line, manifest));
    }

    private sealed class PlaceCheck(short[] line, RecordingManifest manifest) : IJournalVisitor
    {
        private readonly Earshot.Engine.MediaStreams.MediaStreamReader reader = new();
        private readonly byte[] audio = new byte[4096];
        private readonly short[] pcm = new short[4096];

        public void OnEntry(in JournalEntry entry)
        {
            if (reader.Read(entry.Message, out Earshot.Engine.MediaStreams.MediaMessage message) != Earshot.Engine.MediaStreams.MediaMessageVerdict.Ok || message.Kind != Earshot.Engine.MediaStreams.MediaMessageKind.Media) return;
            if (System.Text.Encoding.ASCII.GetString(message.Track) != manifest.Track) return;
            Earshot.Engine.MediaStreams.MediaStreamReader.TryDecodePayload(message.Payload, audio, out int bytes).ShouldBeTrue();
            Earshot.Audio.Codecs.MuLaw.Decode(audio.AsSpan(0, bytes), pcm);
            int place = (int)(message.TimestampMs - manifest.StartOffsetMs) * 8;
            line.AsSpan(place, bytes).SequenceEqual(pcm.AsSpan(0, bytes)).ShouldBeTrue($"{manifest.Track} {manifest.StreamSid}: frame at {message.TimestampMs} ms");
        }
    }
}
