using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Earshot.Engine.Catalog;
using Earshot.Engine.MediaStreams;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;
using Earshot.Server.Taps;
using Earshot.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Earshot.Server.Tests.Taps;

/// <summary>A bot on the npm package ws, with the tap before it and without.</summary>
public sealed class TapTests
{
    private const string BotToken = "the bot's own token";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"event":"quit","code":1000,"reason":"Auf Wiedersehen"}""")]
    [InlineData("""{"event":"quit","code":4001,"reason":""}""")]
    [InlineData("")]
    public async Task A_bot_and_its_carrier_see_byte_for_byte_what_they_see_without_the_tap(string last)
    {
        using NodeBot bot = await NodeBot.StartAsync();
        await using EarshotTestServer server = await Start(bot.Url);
        (List<string> direct, string directClose) = await Talk(new Uri(bot.Url), last);
        JsonNode plain = await bot.SawAsync();
        (List<string> tapped, string tappedClose) = await Talk(Address(server), last);
        JsonNode seen = await bot.SawAsync();
        tapped.ShouldBe(direct);
        tappedClose.ShouldBe(directClose);
        foreach (string what in (string[])["messages", "code", "reason"]) seen[what]!.ToJsonString().ShouldBe(plain[what]!.ToJsonString(), what);
        direct.Count.ShouldBeGreaterThan(20);
        direct.ShouldContain("Binary AP8KDSI=");
    }

    [Fact]
    public async Task Both_directions_are_in_the_journal_with_what_the_tap_added()
    {
        using NodeBot bot = await NodeBot.StartAsync();
        await using EarshotTestServer server = await Start(bot.Url);
        (List<string> heard, _) = await Talk(Address(server), """{"event":"quit","code":4002,"reason":"done"}""");
        StreamRow stream = await Stored(server);
        stream.EndReason.ShouldBe("bot-closed");
        var sent = new List<string>();
        new JournalReader().ReadAll(server.Get<ManifestStore>().Storage, stream.Stem, new Collector(sent));
        sent.ShouldBe(heard.Select(h => h.Split(' ')[1]));
        IReadOnlyList<EventRow> events = server.Get<CallStore>().Events(SyntheticCall.DefaultCallSid);
        events.Single(e => e.Kind == "bot").Detail.ShouldMatch(@"it closed its socket with 4002 'done' \([0-9-]+ [0-9:.]+ UTC\)$");
        events.Single(e => e.Kind == "tap").Detail.ShouldMatch("messages to the bot, [0-9]+ to the carrier; added delay p50 [0-9.]+ ms, p99 [0-9.]+ ms");
        (await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel)).ShouldMatch("earshot_tap_messages_total [1-9]");
    }

    [Fact]
    public async Task Headers_go_along_and_the_signature_is_made_afresh()
    {
        using NodeBot bot = await NodeBot.StartAsync();
        string url = bot.Url.Replace("ws://", "ws://me:p%40ss@", StringComparison.Ordinal) + "media";
        await using EarshotTestServer server = await Start(url, BotToken);
        await Talk(Address(server), "");
        JsonNode seen = await bot.SawAsync();
        JsonNode headers = seen["headers"]!;
        ((string)headers["user-agent"]!).ShouldBe("a carrier");
        ((string)headers["authorization"]!).ShouldBe("Basic " + Convert.ToBase64String("me:p@ss"u8));
        ((string)headers["x-twilio-signature"]!).ShouldBe(CarrierSignature.Compute(BotToken, bot.Url + "media", CarrierSignature.NoForm));
        ((string?)headers["sec-websocket-extensions"]).ShouldBeNull();
    }

    [Fact]
    public async Task A_bot_that_breaks_off_or_cannot_be_reached_is_told_of_on_the_call()
    {
        using NodeBot bot = await NodeBot.StartAsync();
        await using (EarshotTestServer server = await Start(bot.Url))
        {
            (_, string close) = await Talk(Address(server), """{"event":"break"}""");
            close.ShouldStartWith("1011 ");
            (await Stored(server)).EndReason.ShouldBe("bot-failed");
            server.Get<CallStore>().Events(SyntheticCall.DefaultCallSid).Single(e => e.Kind == "bot").Detail.ShouldContain("broke the connection without a close");
        }
        await using (EarshotTestServer server = await Start("ws://127.0.0.1:1/"))
        {
            (_, string close) = await Talk(Address(server), "", answers: 0);
            close.ShouldStartWith("1011 ");
            (await Stored(server)).EndReason.ShouldBe("bot-failed");
            server.Get<CallStore>().Events(SyntheticCall.DefaultCallSid).Single(e => e.Kind == "bot").Detail.ShouldMatch(@"cannot be reached: .* \(close code 1011, \d{4}-");
            (await server.Client.GetStringAsync(new Uri($"/calls/{SyntheticCall.DefaultCallSid}", UriKind.Relative), Cancel)).ShouldContain("cannot be reached");
        }
    }

    [Fact]
    public async Task A_bot_that_does_not_read_is_given_up_and_named()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        Task<System.Net.Sockets.TcpClient> deaf = Deaf(listener);
        await using EarshotTestServer server = await Start($"ws://127.0.0.1:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}/");
        var call = new SyntheticCall();
        using ClientWebSocket socket = await Open(Address(server));
        await Send(socket, call.Start());
        using System.Net.Sockets.TcpClient open = await deaf;
        byte[] large = Encoding.UTF8.GetBytes("{\"event\":\"filler\",\"x\":\"" + new string('x', 60_000) + "\"}");
        var heard = new List<string>();
        Task<string> close = Listen(socket, heard);
        for (int i = 0; i < 2_000 && !close.IsCompleted; i++) await Send(socket, large); // Beyond what the system's buffers and the tap's own hold.
        (await close.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancel)).ShouldBe("1011 the bot did not read for 10 s, or left more than 8 MiB unread");
        (await Stored(server)).EndReason.ShouldBe("bot-failed");
    }

    private static async Task<System.Net.Sockets.TcpClient> Deaf(System.Net.Sockets.TcpListener listener)
    {
        System.Net.Sockets.TcpClient client = await listener.AcceptTcpClientAsync(Cancel);
        using var reader = new StreamReader(client.GetStream(), leaveOpen: true);
        string key = "";
        while (await reader.ReadLineAsync(Cancel) is { Length: > 0 } line)
            if (line.StartsWith("Sec-WebSocket-Key:", StringComparison.OrdinalIgnoreCase)) key = line.Split(':')[1].Trim();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {Earshot.Server.Sockets.WebSocketHandshake.Accept(key)}\r\n\r\n"), Cancel);
        return client;
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_does_not_stop_the_forwarding()
    {
        using NodeBot bot = await NodeBot.StartAsync();
        (List<string> direct, string directClose) = await Talk(new Uri(bot.Url), "");
        var broken = new FaultyStorage();
        broken.FailAt(1, fromThenOn: true);
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => s.Bots["b"] = new BotOptions { Url = bot.Url }, services => services.AddSingleton<IRecordingStorage>(broken));
        (List<string> tapped, string tappedClose) = await Talk(Address(server), "");
        tapped.ShouldBe(direct);
        tappedClose.ShouldBe(directClose);
    }

    [Fact]
    public async Task An_unknown_bot_is_404_and_an_unsigned_carrier_403()
    {
        await using EarshotTestServer server = await Start("ws://127.0.0.1:1/");
        (await Should.ThrowAsync<WebSocketException>(() => Open(Address(server, "other")))).Message.ShouldContain("404");
        using var unsigned = new ClientWebSocket();
        (await Should.ThrowAsync<WebSocketException>(() => unsigned.ConnectAsync(Address(server), Cancel))).Message.ShouldContain("403");
    }

    private static Task<EarshotTestServer> Start(string url, string token = "") => EarshotTestServer.StartAsync(s => s.Bots["b"] = new BotOptions { Url = url, AuthToken = token });

    private static Uri Address(EarshotTestServer server, string bot = "b") => new($"ws://{server.BaseAddress.Authority}/twilio/tap/{bot}");

    private static async Task<ClientWebSocket> Open(Uri url)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("User-Agent", "a carrier");
        socket.Options.SetRequestHeader(CarrierSignature.HeaderName, CarrierSignature.Compute(EarshotTestServer.AuthToken, url.ToString(), CarrierSignature.NoForm));
        await socket.ConnectAsync(url, Cancel);
        return socket;
    }

    /// <summary>The same words each time; gives all answers, and the bot's close if it closes.</summary>
    private static async Task<(List<string> Heard, string Close)> Talk(Uri url, string last, int answers = 24)
    {
        var call = new SyntheticCall();
        using ClientWebSocket socket = await Open(url);
        var heard = new List<string>();
        Task<string> listening = Listen(socket, heard);
        List<byte[]> said = [SyntheticCall.Connected, call.Start(null, ("note", "Zoë 😀")), .. call.Run("inbound", 0, 10).Select(f => f.Message), "{ \"event\":\"new\" , \"x\":1.0 }"u8.ToArray()];
        foreach (byte[] message in said) await Send(socket, message);
        while (heard.Count < answers && !listening.IsCompleted) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancel);
        if (last.Length > 0)
        {
            await Send(socket, Encoding.UTF8.GetBytes(last));
        }
        else if (answers > 0)
        {
            await Send(socket, call.Stop());
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "bye", Cancel);
        }
        return (heard, await listening.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancel));
    }

    private static async Task Send(ClientWebSocket socket, byte[] message)
    {
        try { await socket.SendAsync(message, WebSocketMessageType.Text, true, Cancel); }
        catch (WebSocketException) { }
    }

    private static async Task<string> Listen(ClientWebSocket socket, List<string> heard)
    {
        byte[] buffer = new byte[1 << 20];
        int filled = 0;
        while (true)
        {
            ValueWebSocketReceiveResult part = await socket.ReceiveAsync(buffer.AsMemory(filled), Cancel);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                string close = $"{(int?)socket.CloseStatus} {socket.CloseStatusDescription}";
                if (socket.State == WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", Cancel);
                return close;
            }
            filled += part.Count;
            if (!part.EndOfMessage) continue;
            heard.Add($"{part.MessageType} {Convert.ToBase64String(buffer, 0, filled)}");
            filled = 0;
        }
    }

    private static async Task<StreamRow> Stored(EarshotTestServer server)
    {
        while (true)
        {
            if (server.Get<CallStore>().Streams(SyntheticCall.DefaultCallSid) is [{ State: "complete" } stream]) return stream;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        }
    }

    private sealed class Collector(List<string> sent) : IJournalVisitor
    {
        public void OnEntry(in JournalEntry entry)
        {
            if (entry.Outgoing) sent.Add(Convert.ToBase64String(entry.Message));
        }
    }
}
