using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Earshot.Audio.Codecs;
using Earshot.Engine.Access;
using Earshot.Engine.Calling;
using Earshot.Engine.Transcription;
using Earshot.Server.Settings;
using Earshot.Server.Tests.Calls;
using Earshot.Server.Tests.Pages;
using Earshot.Testing;
using Microsoft.Playwright;

namespace Earshot.Server.Tests.Transcription;

/// <summary>What is said in a running call, on its page and for a program that listens.</summary>
public sealed class LiveTextTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Text_appears_on_the_page_of_a_running_call_and_is_there_when_the_call_is_over()
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.SayingAsync("is anybody there <b>");
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => Use(s, endpoint));
        using var carrier = new CarrierSimulator(TimeProvider.System);
        Task<SimulatedCallResult> calling = carrier.CallAsync(Call(server), Cancel);
        string callSid = await Running(server);
        await using WatchedPage watched = await chromium.OpenAsync(server.BaseAddress);
        await watched.Page.GotoAsync($"/calls/{callSid}");
        ILocator line = watched.Page.Locator("earshot-transcript .talk li").First;
        await line.WaitForAsync(new() { Timeout = 20_000 });
        (await line.Locator(".text").TextContentAsync()).ShouldBe("is anybody there <b>");
        (await line.Locator(".who").TextContentAsync()).ShouldBe("technician");
        calling.IsCompleted.ShouldBeFalse("the text must come while the call runs");
        await calling;
        ILocator kept = watched.Page.Locator("#transcript .talk li").First;
        await kept.WaitForAsync(new() { Timeout = 30_000 });
        (await kept.Locator(".text").TextContentAsync()).ShouldBe("is anybody there <b>");
        watched.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_subscriber_gets_each_line_as_it_is_said_and_the_socket_ends_with_the_call()
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.SayingAsync("is anybody there");
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => Use(s, endpoint));
        using var carrier = new CarrierSimulator(TimeProvider.System);
        Task<SimulatedCallResult> calling = carrier.CallAsync(Call(server), Cancel);
        string callSid = await Running(server);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{server.BaseAddress.Authority}/api/calls/{callSid}/transcript/stream"), Cancel);
        var messages = new List<JsonNode>();
        bool early = false;
        var buffer = new byte[1 << 16];
        while (true)
        {
            WebSocketReceiveResult got = await socket.ReceiveAsync(buffer, Cancel);
            if (got.MessageType == WebSocketMessageType.Close) break;
            messages.Add(JsonNode.Parse(Encoding.UTF8.GetString(buffer, 0, got.Count))!);
            early |= messages[^1].Text("type") == "line" && !calling.IsCompleted;
        }
        early.ShouldBeTrue("lines must come while the call runs");
        ((int?)socket.CloseStatus, socket.CloseStatusDescription).ShouldBe((4000, "the call's words are complete"));
        JsonNode[] lines = [.. messages.Where(m => m.Text("type") == "line")];
        lines.Select(l => l["line"].Text("track")).ShouldAllBe(t => t == "inbound");
        lines.Select(l => (int)l["number"]!).ShouldBe(Enumerable.Range(1, lines.Length));
        messages[^1].Text("state").ShouldBe("ended");
        await calling;

        using var late = new ClientWebSocket();
        await late.ConnectAsync(new Uri($"ws://{server.BaseAddress.Authority}/api/calls/CAnone/transcript/stream"), Cancel);
        await late.ReceiveAsync(buffer, Cancel);
        ((int?)late.CloseStatus).ShouldBe(4404);
    }

    [Fact]
    public async Task Whoever_watches_the_live_calls_is_written_down_once_a_call_and_sees_the_calls_alone_while_that_fails()
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.SayingAsync("is anybody there");
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => Use(s, endpoint));
        string log = server.Get<AccessLog>().Path;
        Directory.CreateDirectory(log); // In the way of the file.
        using var carrier = new CarrierSimulator(TimeProvider.System);
        Task<SimulatedCallResult> calling = carrier.CallAsync(Call(server), Cancel);
        string callSid = await Running(server);
        while (server.Get<LiveTranscription>().OfCall(callSid) is not [{ } heard, ..] || heard.Newest(1).Count == 0) await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, Cancel);
        using (var watching = new StreamReader(await server.Client.GetStreamAsync("/api/live", Cancel)))
            for (int i = 0; i < 10; i++) (await Look(watching))["calls"]![0]!["text"].ShouldBeNull();
        Directory.Delete(log);
        for (int watcher = 0; watcher < 2; watcher++)
        {
            using var watching = new StreamReader(await server.Client.GetStreamAsync("/api/live", Cancel));
            int withWords = 0;
            for (int i = 0; i < 60 && withWords < 5; i++)
                if ((await Look(watching))["calls"]![0]!["text"]?["lines"] is JsonArray { Count: > 0 }) withWords++;
            withWords.ShouldBe(5);
            server.Get<AccessLog>().Read().Select(e => (e.Action, e.Target)).ShouldBe([("read", callSid)]);
        }
        calling.IsCompleted.ShouldBeFalse();
        await calling;
    }

    /// <summary>The data of the next event.</summary>
    private static async Task<JsonNode> Look(StreamReader events)
    {
        const string Data = "data: ";
        while (true)
            if (await events.ReadLineAsync(Cancel) is { } line && line.StartsWith(Data, StringComparison.Ordinal)) return JsonNode.Parse(line[Data.Length..])!;
    }

    [Fact]
    public async Task Another_sites_page_gets_no_words()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "http://evil.example");
        await Should.ThrowAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://{server.BaseAddress.Authority}/api/calls/CA1/transcript/stream"), Cancel));
    }

    private static void Use(EarshotSettings settings, SpeechEndpoint endpoint)
    {
        settings.Transcription.Engine = "openai";
        settings.Transcription.OpenAi.BaseUrl = endpoint.BaseUrl;
        settings.Transcription.Live.Enabled = true;
        settings.Analysis.VoiceActivity = "energy"; // The voice of the test is none for a network.
    }

    /// <summary>A call of 12 s whose caller speaks from 1 s to 3 s and from 6 s to 7 s.</summary>
    private static SimulatedCallOptions Call(EarshotTestServer server)
    {
        short[] audio = SpeechWave.Pattern(8000, (1, 0), (2, 1), (3, 0), (1, 1), (5, 0));
        var coded = new byte[audio.Length];
        MuLaw.Encode(audio, coded);
        return new SimulatedCallOptions { Url = $"{server.BaseAddress}twilio/voice", AuthToken = EarshotTestServer.AuthToken, Speech = new SpeechClip(coded), Duration = TimeSpan.FromSeconds(12) };
    }

    private static async Task<string> Running(EarshotTestServer server)
    {
        for (int i = 0; i < 400; i++)
        {
            JsonNode list = await server.GetJson("/api/calls?filter=running");
            if (list.Sids() is [var sid, ..]) return sid;
            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, Cancel);
        }
        throw new TimeoutException("no call runs");
    }
}
