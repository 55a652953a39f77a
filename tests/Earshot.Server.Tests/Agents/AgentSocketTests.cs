using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Earshot.Audio.Signals;
using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;
using Earshot.Engine.MediaStreams;
using Earshot.Server.Streams;
using Earshot.Testing;

namespace Earshot.Server.Tests.Agents;

/// <summary>The browser's socket, spoken without a browser.</summary>
public sealed class AgentSocketTests : IAsyncLifetime
{
    private EarshotTestServer server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await EarshotTestServer.StartAsync(s => s.Voice.Mode = VoiceOptions.ConnectMode);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task What_cannot_be_joined_is_refused_with_its_reason()
    {
        using ClientWebSocket unknown = await Join("CAnone");
        (await Closed(unknown)).ShouldBe((4404, "no call 'CAnone' is running"));

        (StreamSession oneWay, _) = Start(twoWay: false);
        using ClientWebSocket agent = await Join(Sid(oneWay));
        await Say(agent, new { type = "hello", role = "agent", name = "Ann", rate = 48000 });
        (await Closed(agent)).Code.ShouldBe(4405);
        using ClientWebSocket listener = await Join(Sid(oneWay));
        await Say(listener, new { type = "hello", role = "listener", name = "Bob" });
        (await Told(listener, "welcome"))["role"]!.GetValue<string>().ShouldBe("listener");

        (StreamSession twoWay, _) = Start(twoWay: true);
        using ClientWebSocket wrong = await Join(Sid(twoWay));
        await Say(wrong, new { type = "hello", role = "agent", name = "Ann", rate = 11 });
        (await Closed(wrong)).ShouldBe((4400, "'rate' must be from 8000 to 192000 Hz"));
        using ClientWebSocket nonsense = await Join(Sid(twoWay));
        await nonsense.SendAsync("[1"u8.ToArray(), WebSocketMessageType.Text, true, Cancel);
        (await Closed(nonsense)).Code.ShouldBe(4400);
    }

    [Fact]
    public async Task Another_site_may_not_hear_a_call()
    {
        (StreamSession session, _) = Start(twoWay: true);
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "https://evil.example");
        (await Should.ThrowAsync<WebSocketException>(socket.ConnectAsync(Address(Sid(session)), Cancel))).Message.ShouldContain("403");
    }

    [Fact]
    public async Task One_agent_has_a_call_and_comes_back_with_the_token()
    {
        (StreamSession session, _) = Start(twoWay: true);
        ClientWebSocket ann = await Join(Sid(session));
        await Say(ann, new { type = "hello", role = "agent", name = "Ann", rate = 48000 });
        string token = (await Told(ann, "welcome"))["token"]!.GetValue<string>();
        using ClientWebSocket bob = await Join(Sid(session));
        await Say(bob, new { type = "hello", role = "agent", name = "Bob", rate = 48000 });
        (await Closed(bob)).ShouldBe((4409, "Ann has this call"));

        ann.Abort();
        using ClientWebSocket again = await Join(Sid(session));
        await Say(again, new { type = "hello", role = "agent", name = "Ann", rate = 44100, resume = token });
        (await Told(again, "welcome"))["token"]!.GetValue<string>().ShouldBe(token);
        await Say(again, new { type = "hangup" });
        (await Closed(again)).ShouldBe((4000, "the call is over"));
        session.EndReason.ShouldBe(EndReason.AgentHungUp);
    }

    [Fact]
    public async Task The_reason_arrives_although_the_browser_goes_on_talking()
    {
        (StreamSession session, _) = Start(twoWay: true);
        using ClientWebSocket ann = await Join(Sid(session));
        await Say(ann, new { type = "hello", role = "agent", name = "Ann", rate = 16000 });
        await Told(ann, "welcome");
        await Say(ann, new { type = "hangup" });
        await Talk(ann, 0, 40); // It throws where the connection is reset, as one is that ends with unread packets.
        (await Closed(ann)).ShouldBe((4000, "the call is over"));
    }

    [Fact]
    public async Task Muted_and_held_speech_reaches_neither_the_caller_nor_the_file()
    {
        (StreamSession session, SentFrames sent) = Start(twoWay: true);
        using ClientWebSocket ann = await Join(Sid(session));
        await Say(ann, new { type = "hello", role = "agent", name = "Ann", rate = 16000 });
        await Told(ann, "welcome");
        await Talk(ann, 0, 50);
        await Until(() => sent.LoudFrames > 20);
        await Say(ann, new { type = "mute", on = true });
        await Until(async () => (await Told(ann, "state"))["muted"]!.GetValue<bool>());
        int before = sent.LoudFrames;
        await Talk(ann, 50, 50);
        await Say(ann, new { type = "mute", on = false });
        await Say(ann, new { type = "hold", on = true });
        await Talk(ann, 100, 50);
        await Until(async () => (await Told(ann, "state"))["onHold"]!.GetValue<bool>());
        sent.LoudFrames.ShouldBeLessThanOrEqualTo(before + 1, "one frame may have been on its way");
        session.End(EndReason.Stop);
        await session.StoredAsync();
        string file = Directory.GetFiles(server.Recordings, "agent_*.wav").ShouldHaveSingleItem();
        short[] recorded = WaveAssert.Samples(File.ReadAllBytes(file));
        int loud = recorded.Count(s => Math.Abs((int)s) > 500);
        loud.ShouldBeInRange(8000, 17_000, "one second of three was meant to be heard");
    }

    private (StreamSession, SentFrames) Start(bool twoWay)
    {
        var call = new SyntheticCall { TwoWay = twoWay };
        StreamSession session = server.Open();
        var sent = new SentFrames();
        session.Attach(sent);
        if (twoWay) session.IsTwoWay = true;
        session.Send(call.Start());
        session.Send(call.Media("inbound", 0).Message);
        return (session, sent);
    }

    private static string Sid(StreamSession session) => session.Facts!.CallSid.Value;

    private Uri Address(string callSid) => new UriBuilder(new Uri(server.BaseAddress, $"/agent/{callSid}")) { Scheme = "ws" }.Uri;

    private async Task<ClientWebSocket> Join(string callSid)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(Address(callSid), Cancel);
        return socket;
    }

    private static Task Say(ClientWebSocket socket, object message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(message)), WebSocketMessageType.Text, true, Cancel);

    /// <summary>So many packets of 20 ms of a tone, at the pace of a microphone.</summary>
    private static async Task Talk(ClientWebSocket socket, int from, int packets)
    {
        short[] tone = TestSignal.Sine(320, 16_000, 500, 10_000);
        byte[] packet = new byte[16 + 640];
        MemoryMarshal.AsBytes(tone.AsSpan()).CopyTo(packet.AsSpan(16));
        for (int i = from; i < from + packets; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(packet.AsSpan(8), i * 320L);
            await socket.SendAsync(packet, WebSocketMessageType.Binary, true, Cancel);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        }
    }

    private static async Task<JsonNode> Told(ClientWebSocket socket, string type)
    {
        byte[] buffer = new byte[16 << 10];
        while (true)
        {
            WebSocketReceiveResult result = await socket.ReceiveAsync(buffer, Cancel).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancel);
            result.MessageType.ShouldNotBe(WebSocketMessageType.Close, $"{socket.CloseStatus} {socket.CloseStatusDescription}");
            if (result.MessageType == WebSocketMessageType.Text && JsonNode.Parse(buffer.AsSpan(0, result.Count))! is var message && message["type"]!.GetValue<string>() == type) return message;
        }
    }

    private static async Task<(int Code, string? Reason)> Closed(ClientWebSocket socket)
    {
        byte[] buffer = new byte[16 << 10];
        while ((await socket.ReceiveAsync(buffer, Cancel).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancel)).MessageType != WebSocketMessageType.Close)
        {
        }
        return ((int)socket.CloseStatus!, socket.CloseStatusDescription);
    }

    private static Task Until(Func<bool> condition) => Until(() => Task.FromResult(condition()));

    private static async Task Until(Func<Task<bool>> condition)
    {
        for (int i = 0; i < 400; i++)
        {
            if (await condition()) return;
            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, Cancel);
        }
        throw new TimeoutException();
    }

    /// <summary>The carrier's end: counts frames that are not silence.</summary>
    private sealed class SentFrames : ICarrierLine
    {
        private int loud;

        public int LoudFrames => Volatile.Read(ref loud);

        public bool TrySend(ReadOnlySpan<byte> message)
        {
            JsonNode sent = JsonNode.Parse(message)!;
            if (sent["event"]!.GetValue<string>() == "media" && Convert.FromBase64String(sent["media"]!["payload"]!.GetValue<string>()).Count(b => (b & 0x7F) < 0x40) > 40) Interlocked.Increment(ref loud);
            return true;
        }
    }
}
