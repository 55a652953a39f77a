using Earshot.Engine.Calling;
using Earshot.Testing;

namespace Earshot.Cli.Tests.Process;

/// <summary>Simulated calls into a server process, with content that is nowhere digital silence.</summary>
internal static class CallLoad
{
    /// <summary>Half a minute of noise: no two frames are the same.</summary>
    public static SpeechClip Noise(int seed)
    {
        byte[] bytes = new byte[30 * 8000];
        new Random(seed).NextBytes(bytes);
        return new SpeechClip(bytes);
    }

    public static SimulatedCallOptions Options(ServerProcess server, int seed) => new()
    {
        Url = server.Webhook,
        AuthToken = ServerProcess.AuthToken,
        Speech = Noise(1),
        Duration = TimeSpan.FromSeconds(20),
        Seed = seed,
    };

    /// <summary>Places calls at once and waits for all of them.</summary>
    public static async Task<IReadOnlyList<SimulatedCallResult>> PlaceAsync(SimulatedCallOptions options, int calls, TimeSpan spread)
    {
        using var carrier = new CarrierSimulator(TimeProvider.System);
        return await carrier.CallAsync(options, calls, spread, null, CancellationToken.None);
    }

    /// <summary>The file of a stream's track; null when there is none.</summary>
    public static string? WavOf(string recordings, string streamSid, string track) =>
        Directory.EnumerateFiles(recordings, $"{(track == "inbound" ? "technician" : "agent")}_{streamSid}_*.wav").SingleOrDefault();
}
