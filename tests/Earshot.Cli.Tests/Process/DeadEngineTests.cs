using System.Text.Json;
using Earshot.Engine.Calling;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;
using Earshot.Testing;

namespace Earshot.Cli.Tests.Process;

/// <summary>An engine that never answers costs text, never audio.</summary>
[Collection(WholeMachine.Name)]
public sealed class DeadEngineTests : IDisposable
{
    private const int Calls = 50;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Fifty_calls_with_a_dead_engine_lose_no_audio_and_the_server_says_what_fails()
    {
        await using SpeechEndpoint dead = await SpeechEndpoint.StartAsync((_, context) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        using ServerProcess server = await ServerProcess.StartAsync(folder.Sub("recordings"), folder.Sub("data"),
            "Transcription:Engine=openai", $"Transcription:OpenAi:BaseUrl={dead.BaseUrl}", "Transcription:Live:Enabled=true", "Transcription:Timeout=2s", "Transcription:MostAttempts=1", "Transcription:Live:MostLag=2s", "Analysis:VoiceActivity=energy");
        string path = folder.Sub("speech.wav");
        WriteSpeech(path);
        SpeechClip.TryLoad(path, out SpeechClip? speech, out string? problem).ShouldBeTrue(problem);
        Task<IReadOnlyList<SimulatedCallResult>> placing = CallLoad.PlaceAsync(CallLoad.Options(server, 9) with { Speech = speech, Duration = TimeSpan.FromSeconds(14) }, Calls, TimeSpan.FromSeconds(1));
        string standing = await Standing(server);
        standing.ShouldContain("did not answer within 2 s");
        IReadOnlyList<SimulatedCallResult> results = await placing;
        results.ShouldAllBe(c => c.Outcome == SimulatedCallOutcome.Completed);
        (await server.TerminateAsync(TimeSpan.FromSeconds(30))).ExitCode.ShouldBe(0, server.Log);
        dead.Received.ShouldNotBeEmpty();
        var manifests = new ManifestStore(new FolderStorage(folder.Sub("recordings")));
        RecordingManifest[] made = [.. manifests.CallStems().SelectMany(s => manifests.ReadCall(s)!.Recordings).Select(r => manifests.ReadRecording(r)!)];
        made.Length.ShouldBe(2 * Calls);
        foreach (RecordingManifest manifest in made)
        {
            SimulatedTrackResult sent = results.SelectMany(c => c.Streams).Single(s => s.StreamSid == manifest.StreamSid).Tracks.Single(t => t.Track == manifest.Track);
            (manifest.State, manifest.LostMs, manifest.UnwrittenMs, manifest.Frames, manifest.MulawSha256).ShouldBe(("complete", 0, 0, sent.FramesSent, sent.MuLawSha256));
        }
    }

    /// <summary>What the live feed says of the first call whose engine fails.</summary>
    private static async Task<string> Standing(ServerProcess server)
    {
        using var client = new HttpClient();
        using Stream stream = await client.GetStreamAsync(server.Url + "/api/live", TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        for (int i = 0; i < 4000; i++)
        {
            if (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is not { } line || !line.StartsWith("data: ", StringComparison.Ordinal)) continue;
            using var json = JsonDocument.Parse(line[6..]);
            foreach (JsonElement call in json.RootElement.GetProperty("calls").EnumerateArray())
            {
                if (call.GetProperty("text") is { ValueKind: JsonValueKind.Object } text && text.GetProperty("standing") is var standing && standing.GetProperty("state").GetString() == "failing") return standing.GetProperty("reason").GetString()!;
            }
        }
        return "nobody said that the engine fails";
    }

    private static void WriteSpeech(string path)
    {
        short[] audio = SpeechWave.Pattern(8000, [.. Enumerable.Range(0, 7).SelectMany(_ => ((double, double)[])[(1.2, 0), (0.8, 1)])]);
        using var writer = new Earshot.Audio.Wave.WaveWriter(File.Create(path), Earshot.Audio.Wave.WaveFormat.Pcm16(8000));
        writer.Write(audio);
    }
}
