using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Earshot.Audio.Codecs;
using Earshot.Audio.Wave;
using Earshot.Engine.Calling;
using Earshot.Engine.Catalog;
using Earshot.Server.Streams;
using Earshot.Server.Taps;
using Earshot.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Earshot.Server.Tests.Taps;

/// <summary>Whole calls in real time: webhook, tap, a bot that talks back, and the stereo file that is left. A known beep pattern goes in at both far ends.</summary>
public sealed class BothSidesTests
{
    private const int BeepMs = 80;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("plain")]
    [InlineData("clear")]
    [InlineData("stall")]
    public async Task Every_beep_lies_where_it_was_said_and_where_it_was_heard(string what)
    {
        await using WebApplication bot = await BeepBot.StartAsync(clears: what == "clear");
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s =>
        {
            (s.Voice.Mode, s.Voice.Bot) = (VoiceOptions.ConnectMode, "beeps");
            s.Bots["beeps"] = new BotOptions { Url = bot.Urls.First().Replace("http", "ws", StringComparison.Ordinal) + "/" };
        });
        byte[] said = BeepBot.Beeps(6);
        var heard = new List<byte>();
        using var carrier = new CarrierSimulator(TimeProvider.System);
        SimulatedCallResult result = await carrier.CallAsync(new SimulatedCallOptions
        {
            Url = server.BaseAddress + "twilio/voice",
            AuthToken = EarshotTestServer.AuthToken,
            Speech = new SpeechClip(said),
            Duration = TimeSpan.FromSeconds(6),
            Heard = frame => heard.AddRange(frame),
            Faults = what == "stall" ? new SimulatedFaults { BurstAt = TimeSpan.FromSeconds(2), Burst = TimeSpan.FromMilliseconds(500) } : SimulatedFaults.None,
            Seed = 3,
        }, Cancel);
        result.Outcome.ShouldBe(SimulatedCallOutcome.Completed, string.Join('\n', result.Errors));
        if (what == "clear") result.Streams[0].Playback!.ClearedSeconds.ShouldBeGreaterThan(1);
        while (server.Get<CallStore>().Find(result.CallSid)?.State != "complete") await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        byte[] file = await server.Client.GetByteArrayAsync(new Uri($"/api/calls/{result.CallSid}/audio?layout=stereo", UriKind.Relative), Cancel);
        short[] both = MemoryMarshal.Cast<byte, short>(file.AsSpan(WaveHeader.Size)).ToArray();
        double[] left = Onsets([.. both.Where((_, i) => i % 2 == 0)], 16), right = Onsets([.. both.Where((_, i) => i % 2 == 1)], 16);
        double[] saidAt = Onsets(Decode(said), 8), heardAt = Onsets(Decode([.. heard]), 8);
        ShouldAgree(left, saidAt, 20.5);
        // The carrier's own lateness in this process is not the recording's.
        ShouldAgree(right, heardAt, 20.5 + result.LatestMs);
        string journal = File.ReadAllText(Directory.GetFiles(server.Recordings, "*.wire.jsonl").ShouldHaveSingleItem());
        journal.Split("roundTripUs").Length.ShouldBeGreaterThan(6, "the round trip is asked for six times in the first second, so that the first words are placed by a good one");
        heardAt.Length.ShouldBeGreaterThan(5);
        IReadOnlyList<EventRow> events = server.Get<CallStore>().Events(result.CallSid);
        events.Count(e => e.Kind == "unheard").ShouldBe(what == "clear" ? 1 : 0);
        events.Count(e => e.Kind == "heard").ShouldBeGreaterThan(0);
    }

    private static void ShouldAgree(double[] found, double[] expected, double toleranceMs)
    {
        found.Length.ShouldBe(expected.Length, $"{string.Join(' ', found)} for {string.Join(' ', expected)}");
        for (int i = 0; i < found.Length; i++) found[i].ShouldBe(expected[i], toleranceMs, $"beep {i}");
    }

    private static short[] Decode(byte[] muLaw)
    {
        short[] samples = new short[muLaw.Length];
        MuLaw.Decode(muLaw, samples);
        return samples;
    }

    private static double[] Onsets(short[] samples, int samplesPerMs)
    {
        var onsets = new List<double>();
        int last = -1_000_000;
        for (int i = 0; i < samples.Length; i++)
        {
            if (Math.Abs((int)samples[i]) < 2000) continue;
            if (i - last > 40 * samplesPerMs) onsets.Add((double)i / samplesPerMs);
            last = i;
        }
        return [.. onsets];
    }

    /// <summary>Answers the start with a mark, and each second of the caller with beeps; in the middle of the second answer it may change its mind.</summary>
    private static class BeepBot
    {
        /// <summary>Beeps of 80 ms, one each 600 ms.</summary>
        public static byte[] Beeps(int count)
        {
            short[] beep = [.. Enumerable.Range(0, BeepMs * 8).Select(i => (short)(12_000 * Math.Cos(2 * Math.PI * i / 8)))];
            byte[] coded = new byte[beep.Length];
            MuLaw.Encode(beep, coded);
            return [.. Enumerable.Range(0, count).SelectMany(_ => (byte[])[.. Enumerable.Repeat(MuLaw.Silence, 260 * 8), .. coded, .. Enumerable.Repeat(MuLaw.Silence, 260 * 8)])];
        }

        public static async Task<WebApplication> StartAsync(bool clears)
        {
            WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
            builder.Logging.SetMinimumLevel(LogLevel.None);
            WebApplication app = builder.Build();
            app.UseWebSockets();
            app.Run(context => TalkAsync(context, clears));
            await app.StartAsync(Cancel);
            return app;
        }

        private static async Task TalkAsync(HttpContext context, bool clears)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            byte[] buffer = new byte[8192];
            int frames = 0;
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (part.MessageType == System.Net.WebSockets.WebSocketMessageType.Close) break;
                JsonNode message = JsonNode.Parse(buffer.AsSpan(0, part.Count))!;
                string sid = (string?)message["streamSid"] ?? "";
                async Task Send(string text) => await socket.SendAsync(Encoding.UTF8.GetBytes(text).AsMemory(), System.Net.WebSockets.WebSocketMessageType.Text, true, CancellationToken.None);
                Task Mark(string name) => Send($$$"""{"event":"mark","streamSid":"{{{sid}}}","mark":{"name":"{{{name}}}"}}""");
                Task Say(int beeps) => Send($$$"""{"event":"media","streamSid":"{{{sid}}}","media":{"payload":"{{{Convert.ToBase64String(Beeps(beeps))}}}"}}""");
                if ((string?)message["event"] != "media") continue;
                frames++;
                if (frames == 10) await Mark("probe");
                if (frames == 50) { await Say(2); await Mark("one"); }
                if (frames == 140) { await Say(clears ? 8 : 4); await Mark("two"); }
                if (frames == 190 && clears) { await Send($$$"""{"event":"clear","streamSid":"{{{sid}}}"}"""); await Say(2); }
            }
            await socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        }
    }
}
