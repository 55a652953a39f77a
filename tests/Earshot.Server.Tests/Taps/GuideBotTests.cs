using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Earshot.Audio.Codecs;
using Earshot.Engine.Calling;
using Earshot.Engine.Catalog;
using Earshot.Server.Tests.Calls;
using Earshot.Server.Streams;
using Earshot.Testing;

namespace Earshot.Server.Tests.Taps;

/// <summary>The bot that the tap's guide shows, as it stands there.</summary>
public sealed partial class GuideBotTests
{
    private const int EchoSamples = 16_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_guide_s_bot_says_back_a_second_later_what_the_caller_says()
    {
        string guide = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "docs", "guides", "tap.md"), Cancel);
        string port = FreePort().ToString();
        using Process bot = NodeOracle.BeginText(Script().Match(guide).Groups[1].Value.Replace("8080", port, StringComparison.Ordinal));
        try
        {
            (await bot.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancel)).ShouldBe($"the bot listens on ws://127.0.0.1:{port}/media");
            await using EarshotTestServer server = await EarshotTestServer.StartAsync(s =>
            {
                s.Bots["ECHO"] = new() { Url = $"ws://127.0.0.1:{port}/media" };
                (s.Voice.Mode, s.Voice.Bot) = (VoiceOptions.ConnectMode, "ECHO");
            });
            var coded = new byte[16_000];
            MuLaw.Encode(SpeechWave.Pattern(8000, (0.5, 0), (1, 1), (0.5, 0)), coded);
            using var carrier = new CarrierSimulator(TimeProvider.System);
            await carrier.CallAsync(new SimulatedCallOptions { Url = $"{server.BaseAddress}twilio/voice", AuthToken = EarshotTestServer.AuthToken, Speech = new SpeechClip(coded), Duration = TimeSpan.FromSeconds(4) }, Cancel);
            string callSid = await Stored(server);
            (int said, int heard) = (FirstLoud(server, "inbound", callSid), FirstLoud(server, "outbound", callSid));
            (heard - said).ShouldBeInRange(EchoSamples - 3200, EchoSamples + 8000);
        }
        finally
        {
            bot.Kill();
        }
    }

    [GeneratedRegex("```js\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Script();

    /// <summary>Where a track becomes loud, in samples of the call's clock.</summary>
    private static int FirstLoud(EarshotTestServer server, string track, string callSid)
    {
        RecordingRow row = server.Get<CallStore>().Recordings(callSid).Single(r => r.Track == track);
        int at = Array.FindIndex(WaveAssert.Samples(File.ReadAllBytes(Path.Combine(server.Recordings, row.Id + ".wav"))), s => Math.Abs((int)s) > 1000);
        at.ShouldBeGreaterThan(-1, $"nothing is heard of {track}");
        return at + (int)(row.StartOffsetMs * 16);
    }

    private static async Task<string> Stored(EarshotTestServer server)
    {
        for (int i = 0; i < 400; i++)
        {
            if ((await server.GetJson("/api/calls"))["calls"]!.AsArray().Where(c => c.Text("state") == "complete").Select(c => c.Text("callSid")).FirstOrDefault() is { } sid) return sid;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
        }
        throw new TimeoutException("no call was stored");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
