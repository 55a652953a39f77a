using System.Globalization;
using Earshot.Engine.Calling;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;
using Earshot.Testing;

namespace Earshot.Cli.Tests.Process;

/// <summary>kill -9 at any instant loses at most a second of audio, what is left opens as it lies, and a restart finishes it.</summary>
[Collection(WholeMachine.Name)]
public sealed class KillTests : IDisposable
{
    private const int Kills = 50;
    private const int Calls = 20;
    private const double PromisedMs = 1000;

    private readonly TemporaryFolder folder = new();
    private readonly List<double> lossesMs = [];
    private double worstMachineStallMs;

    private string Recordings => folder.Sub("recordings");

    private string Data => folder.Sub("data");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Killed_at_fifty_moments_during_twenty_calls_no_file_misses_more_than_a_second()
    {
        var random = new Random(20260304);
        using var watch = new StallWatch();
        IReadOnlyList<SimulatedCallResult> before = [];
        for (int round = 0; round <= Kills; round++)
        {
            using ServerProcess server = await ServerProcess.StartAsync(Recordings, Data);
            RestartFinished(before, round);
            if (round == Kills) break;
            Task<IReadOnlyList<SimulatedCallResult>> calls = CallLoad.PlaceAsync(CallLoad.Options(server, random.Next()), Calls, TimeSpan.FromMilliseconds(300));
            await Recorded(calls);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 2000)), TimeProvider.System, TestContext.Current.CancellationToken);
            long lookBack = TimeProvider.System.GetTimestamp() - (TimeProvider.System.TimestampFrequency * 3 / 2);
            server.Kill();
            double stallMs = watch.LongestSince(lookBack);
            before = await calls;
            LiesTrue(before, round, stallMs);
        }
        string[] notAsked = [.. Tools.MissingReaders];
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{lossesMs.Count} files after {Kills} kills: worst loss {lossesMs.Max():0} ms, median {lossesMs.Order().ElementAt(lossesMs.Count / 2):0} ms; the machine's longest stall {worstMachineStallMs:0} ms{(notAsked.Length > 0 ? "; not installed: " + string.Join(", ", notAsked) : "")}"));
        lossesMs.Count.ShouldBeGreaterThan(Kills * Calls * 2 * 9 / 10);
    }

    /// <summary>Waits until most calls are on disk: a machine that has other work takes its time to begin.</summary>
    private async Task Recorded(Task calls)
    {
        while (!calls.IsCompleted && Directory.EnumerateFiles(Recordings, "*.wav").Count() <= Calls) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    /// <summary>The files as the killed process left them.</summary>
    private void LiesTrue(IReadOnlyList<SimulatedCallResult> calls, int round, double stallMs)
    {
        worstMachineStallMs = Math.Max(worstMachineStallMs, stallMs);
        var files = new List<string>();
        var seconds = new List<double>();
        foreach (SimulatedStreamResult stream in calls.SelectMany(c => c.Streams))
            foreach (SimulatedTrackResult track in stream.Tracks)
            {
                double sentMs = track.FramesSent * 20, heldMs = 0;
                if (CallLoad.WavOf(Recordings, stream.StreamSid, track.Track) is { } wav)
                {
                    heldMs = WaveAssert.Samples(File.ReadAllBytes(wav), wav, tornEnd: true).Length / 16.0;
                    files.Add(wav);
                    seconds.Add(heldMs / 1000);
                }
                lossesMs.Add(sentMs - heldMs);
                (sentMs - heldMs).ShouldBeLessThanOrEqualTo(PromisedMs + stallMs, $"round {round}, {track.Track} of {stream.StreamSid}: {sentMs} ms sent, {heldMs} ms on disk{(stallMs > 0 ? $"; this machine stood still for {stallMs:0} ms" : "")}");
            }
        files.Count.ShouldBeGreaterThan(Calls);
        foreach ((string reader, double[] durations) in Tools.DurationsOf(round % 10 == 0 ? files : [.. files.Take(2)]))
            for (int i = 0; i < durations.Length; i++) durations[i].ShouldBe(seconds[i], 0.001, $"{reader}: {files[i]}");
    }

    /// <summary>After the restart: every call is in the catalog, and each WAV has all that its journal has.</summary>
    private void RestartFinished(IReadOnlyList<SimulatedCallResult> calls, int round)
    {
        if (calls.Count == 0) return;
        var storage = new FolderStorage(Recordings);
        var manifests = new ManifestStore(storage);
        var store = new CallStore(new CatalogDatabase("sqlite:" + Path.Combine(Data, "earshot.db")));
        HashSet<string> sids = [.. calls.SelectMany(c => c.StreamSids)];
        foreach (SimulatedCallResult call in calls.Where(c => c.Streams.Count > 0)) store.Find(call.CallSid)!.State.ShouldBe("recovered", $"round {round}");
        int checkedTracks = 0;
        foreach (string stem in manifests.CallStems())
        {
            CallManifest manifest = manifests.ReadCall(stem)!;
            sids.Remove(manifest.StreamSid).ShouldBeTrue();
            manifest.State.ShouldBe("recovered");
            for (var track = Track.Inbound; track <= Track.Outbound; track++)
            {
                using var rendered = new MemoryStream();
                if (!new JournalExport(storage, new IngestOptions()).Write(stem, track, ExportFormat.Wav16k, rendered)) continue;
                string wav = CallLoad.WavOf(Recordings, manifest.StreamSid, track.Name())!;
                File.ReadAllBytes(wav).AsSpan().SequenceEqual(rendered.ToArray()).ShouldBeTrue($"round {round}: {wav} is not what its journal has");
                checkedTracks++;
            }
        }
        checkedTracks.ShouldBeGreaterThan(Calls);
        sids.Count(sid => CallLoad.WavOf(Recordings, sid, "inbound") is not null).ShouldBe(0, "every file belongs to a call manifest");
        foreach (string file in Directory.EnumerateFiles(Recordings, "*_*")) File.Delete(file);
    }
}
