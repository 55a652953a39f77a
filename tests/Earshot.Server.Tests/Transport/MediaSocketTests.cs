using System.Net.WebSockets;
using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;
using Earshot.Engine.MediaStreams;
using Earshot.Engine.Recording;
using Earshot.Server.Tests.Sockets;
using Earshot.Testing;

namespace Earshot.Server.Tests.Transport;

/// <summary>The media socket over both paths: read by the clock, and read as its bytes come.</summary>
public sealed class MediaSocketTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly SyntheticCall call = new();

    public MediaSocketTests() => call.Lose(); // The number of start.

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_of_another_make_is_recorded_and_agrees_to_close(bool byTheClock)
    {
        await using EarshotTestServer server = await Start(byTheClock);
        using ClientWebSocket client = await Connect(server);
        List<SyntheticFrame> frames = call.RunBoth(57, 60);
        foreach (byte[] message in Whole(frames)) await client.SendAsync(message, WebSocketMessageType.Text, true, Cancel);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Cancel);
        client.CloseStatus.ShouldBe(WebSocketCloseStatus.NormalClosure);
        await Recorded(server, frames, "stop");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fragments_are_joined_and_pings_between_them_answered(bool byTheClock)
    {
        await using EarshotTestServer server = await Start(byTheClock);
        using RawClient client = Open(server);
        List<SyntheticFrame> frames = call.RunBoth(0, 20);
        int pings = 0;
        foreach (byte[] message in Whole(frames))
        {
            int a = message.Length / 3, b = 2 * message.Length / 3;
            client.Send(ClientFrame.Of(ClientFrame.Text, message.AsSpan(0, a), final: false), ClientFrame.Of(ClientFrame.Ping, [(byte)pings++]),
                ClientFrame.Of(ClientFrame.Continuation, message.AsSpan(a..b), final: false), ClientFrame.Of(ClientFrame.Continuation, message.AsSpan(b)));
        }
        client.ReadFrame()!.Value.ShouldSatisfyAllConditions(f => f.Opcode.ShouldBe(ClientFrame.Pong), f => f.Body.ShouldBe([0]));
        await Recorded(server, frames, "stop");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bytes_right_behind_the_request_are_taken_whole(bool byTheClock)
    {
        for (int behind = 1; behind <= 43; behind += 6)
        {
            await using EarshotTestServer server = await Start(byTheClock);
            using var client = new RawClient(server);
            List<SyntheticFrame> frames = call.RunBoth(0, 20);
            byte[][] sent = [.. Whole(frames).Select(m => ClientFrame.Of(ClientFrame.Text, m))];
            byte[] early = [.. sent.Take(behind).SelectMany(f => f)];
            client.Send(client.Upgrade(), early[..^(behind % 3)]); // A frame may be cut where the request's packet ends.
            client.ReadHead().ShouldStartWith("HTTP/1.1 101 ");
            client.Send(early[^(behind % 3)..], [.. sent.Skip(behind).SelectMany(f => f)]);
            client.ReadCloseCode().ShouldBe(1000);
            await Recorded(server, frames, "stop");
            call.Lose();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Byte_by_byte_is_the_same_as_at_once(bool byTheClock)
    {
        await using EarshotTestServer server = await Start(byTheClock);
        using var client = new RawClient(server);
        List<SyntheticFrame> frames = call.RunBoth(0, 4);
        byte[] all = [.. client.Upgrade(), .. Whole(frames).SelectMany(m => ClientFrame.Of(ClientFrame.Text, m))];
        foreach (byte b in all) client.Socket.Send([b]);
        client.ReadHead().ShouldStartWith("HTTP/1.1 101 ");
        await Recorded(server, frames, "stop");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_breaks_ends_the_stream_and_keeps_all_that_came(bool byTheClock)
    {
        foreach (bool reset in (bool[])[true, false])
        {
            await using EarshotTestServer server = await Start(byTheClock);
            List<SyntheticFrame> frames = call.RunBoth(0, 30);
            using (RawClient client = Open(server))
            {
                client.Send([.. Whole(frames).SkipLast(1).Select(m => ClientFrame.Of(ClientFrame.Text, m))]);
                await Until(() => server.Get<LiveStreams>().All.SingleOrDefault()?.Decoder.Messages >= frames.Count + 2);
                if (reset) client.Break();
            }
            await Recorded(server, frames, "socket-lost");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_breaks_the_protocol_is_refused_with_its_code_and_the_audio_before_it_is_kept(bool byTheClock)
    {
        (byte[] Bytes, int Code)[] wrongs =
        [
            (ClientFrame.Of(ClientFrame.Text, "{}"u8, masked: false), 1002),
            (ClientFrame.Of(ClientFrame.Text, "{}"u8, reserved: 0x40), 1002),
            (ClientFrame.Of(ClientFrame.Text, new byte[(64 << 10) + 1]), 1009),
            (ClientFrame.Claiming(1UL << 62), 1009),
        ];
        foreach ((byte[] bytes, int code) in wrongs)
        {
            await using EarshotTestServer server = await Start(byTheClock);
            using RawClient client = Open(server);
            List<SyntheticFrame> frames = call.RunBoth(0, 20);
            client.Send([.. Whole(frames).SkipLast(1).Select(m => ClientFrame.Of(ClientFrame.Text, m))]);
            client.Send(bytes);
            client.ReadCloseCode().ShouldBe(code);
            client.IsEnded().ShouldBeTrue();
            await Recorded(server, frames, "protocol-error");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_never_reads_is_read_all_the_same(bool byTheClock)
    {
        await using EarshotTestServer server = await Start(byTheClock);
        using RawClient client = Open(server);
        client.Socket.ReceiveBufferSize = 4096;
        List<SyntheticFrame> frames = call.RunBoth(0, 50);
        byte[] ping = ClientFrame.Of(ClientFrame.Ping, new byte[125]);
        byte[] pings = [.. Enumerable.Repeat(ping, 2000).SelectMany(p => p)];
        byte[][] sent = [.. Whole(frames).Select(m => ClientFrame.Of(ClientFrame.Text, m))];
        for (int i = 0; i < sent.Length; i++)
        {
            if (i % 10 == 0) client.Send(pings);
            client.Send(sent[i]);
        }
        await Recorded(server, frames, "stop");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_server_closes_in_order_a_socket_that_says_nothing(bool byTheClock)
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s =>
        {
            s.Transport.ByTheClock = byTheClock;
            s.Ingest.StartTimeout = TimeSpan.FromMilliseconds(100);
            s.Ingest.IdleTimeout = TimeSpan.FromSeconds(1);
        });
        using ClientWebSocket mute = await Connect(server), idle = await Connect(server);
        await idle.SendAsync(call.Start(), WebSocketMessageType.Text, true, Cancel);
        (await mute.ReceiveAsync(new byte[10], Cancel)).MessageType.ShouldBe(WebSocketMessageType.Close);
        (mute.CloseStatus, mute.CloseStatusDescription).ShouldBe((WebSocketCloseStatus.PolicyViolation, "no start message came in time"));
        (await idle.ReceiveAsync(new byte[10], Cancel)).MessageType.ShouldBe(WebSocketMessageType.Close);
        idle.CloseStatus.ShouldBe(WebSocketCloseStatus.NormalClosure);
        await Until(() => Manifest(server)?.State == "complete");
        Manifest(server)!.EndReason.ShouldBe("idle");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Keep_alive_pings_of_a_client_are_answered(bool byTheClock)
    {
        await using EarshotTestServer server = await Start(byTheClock);
        using var client = new ClientWebSocket();
        client.Options.SetRequestHeader(CarrierSignature.HeaderName, RawClient.Signature(server.BaseAddress));
        client.Options.KeepAliveInterval = TimeSpan.FromMilliseconds(100);
        client.Options.KeepAliveTimeout = TimeSpan.FromSeconds(3); // Without a pong the client aborts.
        await client.ConnectAsync(MediaUri(server), Cancel);
        await client.SendAsync(call.Start(), WebSocketMessageType.Text, true, Cancel);
        Task<WebSocketReceiveResult> reading = client.ReceiveAsync(new byte[100], Cancel);
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, Cancel);
        (client.State, reading.IsCompleted).ShouldBe((WebSocketState.Open, false));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ordinary_requests_and_handshakes_that_are_none_are_answered(bool byTheClock)
    {
        await using EarshotTestServer server = await Start(byTheClock);
        (await server.Client.GetStringAsync(new Uri("/healthz", UriKind.Relative), Cancel)).ShouldBe("ok\n");
        using var signed = new HttpRequestMessage(HttpMethod.Get, "/twilio/media");
        signed.Headers.Add(CarrierSignature.HeaderName, CarrierSignature.Compute(EarshotTestServer.AuthToken, $"http://{server.BaseAddress.Authority}/twilio/media", CarrierSignature.NoForm));
        using HttpResponseMessage answer = await server.Client.SendAsync(signed, Cancel);
        ((int)answer.StatusCode).ShouldBe(426);
        (await answer.Content.ReadAsStringAsync(Cancel)).ShouldContain("Upgrade: websocket");
        using var half = new RawClient(server);
        half.Send("GET /twilio/me"u8.ToArray());
        half.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        (half.ReadToEnd() is "" or ['H', 'T', 'T', 'P', '/', '1', '.', '1', ' ', '4', '0', '0', ..]).ShouldBeTrue("no answer, or 400, by which came first: the bytes or their end");
        using var slow = new RawClient(server);
        await Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System, Cancel); // Longer than the first bytes are waited for.
        slow.Send(System.Text.Encoding.ASCII.GetBytes($"GET /healthz HTTP/1.1\r\nHost: {server.BaseAddress.Authority}\r\nConnection: close\r\n\r\n"));
        slow.ReadHead().ShouldStartWith("HTTP/1.1 200 ");
        using var late = new RawClient(server);
        await Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System, Cancel);
        List<SyntheticFrame> frames = call.RunBoth(0, 5);
        late.Send(late.Upgrade());
        late.ReadHead().ShouldStartWith("HTTP/1.1 101 ");
        late.Send([.. Whole(frames).Select(m => ClientFrame.Of(ClientFrame.Text, m))]);
        await Recorded(server, frames, "stop");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_carrier_that_goes_on_sending_gets_the_closing_frame_and_no_reset(bool byTheClock)
    {
        await using EarshotTestServer server = await Start(byTheClock);
        using RawClient client = Open(server);
        client.Send([.. Whole(call.RunBoth(0, 5)).SkipLast(1).Select(m => ClientFrame.Of(ClientFrame.Text, m))]);
        await Until(() => server.Get<LiveStreams>().All.Any(s => s.Names is not null));
        server.Get<LiveStreams>().All.Single().End(EndReason.AgentHungUp);
        for (int i = 5; i < 45; i++)
        {
            client.Send(ClientFrame.Of(ClientFrame.Text, call.Media("inbound", i * SyntheticCall.FrameMs).Message));
            await Task.Delay(TimeSpan.FromMilliseconds(SyntheticCall.FrameMs), TimeProvider.System, Cancel);
        }
        client.ReadCloseCode().ShouldBe(1000);
        client.Send(ClientFrame.Of(ClientFrame.Close, [1000 >> 8, 1000 & 0xFF]));
        client.Socket.Receive(new byte[1]).ShouldBe(0, "the connection ends in order");
    }

    private static Task<EarshotTestServer> Start(bool byTheClock) => EarshotTestServer.StartAsync(s => s.Transport.ByTheClock = byTheClock);

    private static Uri MediaUri(EarshotTestServer server) => new($"ws://{server.BaseAddress.Authority}/twilio/media");

    private static async Task<ClientWebSocket> Connect(EarshotTestServer server)
    {
        var client = new ClientWebSocket();
        client.Options.SetRequestHeader(CarrierSignature.HeaderName, RawClient.Signature(server.BaseAddress));
        await client.ConnectAsync(MediaUri(server), Cancel);
        return client;
    }

    private static RawClient Open(EarshotTestServer server)
    {
        var client = new RawClient(server);
        client.Send(client.Upgrade());
        client.ReadHead().ShouldStartWith("HTTP/1.1 101 ");
        return client;
    }

    private IEnumerable<byte[]> Whole(List<SyntheticFrame> frames) =>
        [SyntheticCall.Connected, new SyntheticCall(call.StreamSid, call.CallSid).Start(), .. frames.Select(f => f.Message), call.Stop()];

    private static async Task Recorded(EarshotTestServer server, List<SyntheticFrame> frames, string endReason)
    {
        await Until(() => Manifest(server)?.State == "complete");
        CallManifest manifest = Manifest(server)!;
        manifest.EndReason.ShouldBe(endReason);
        foreach (RecordingManifest recording in manifest.Recordings.Select(r => server.Get<ManifestStore>().ReadRecording(r)!))
            recording.MulawSha256.ShouldBe(SyntheticCall.Sha256(frames.Where(f => f.Track == recording.Track)));
        manifest.Recordings.Count.ShouldBe(2);
        manifest.Malformed.ShouldBe(0);
    }

    private static CallManifest? Manifest(EarshotTestServer server) =>
        server.Get<ManifestStore>().CallStems() is [var stem] ? server.Get<ManifestStore>().ReadCall(stem) : null;

    private static async Task Until(Func<bool> reached)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (!reached())
        {
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(Patience);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        }
    }
}
