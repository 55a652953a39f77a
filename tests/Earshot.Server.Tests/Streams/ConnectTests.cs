using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;
using Earshot.Engine.MediaStreams;
using Earshot.Engine.Recording;
using Earshot.Server.Streams;
using Earshot.Testing;

namespace Earshot.Server.Tests.Streams;

/// <summary>Two-way streams: the webhook opens them, and the carrier is spoken to.</summary>
public sealed class ConnectTests
{
    private const string Number = "+15550100002";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_number_of_ours_can_connect_while_the_others_fork()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => s.Voice.Numbers[Number] = new NumberOptions { Mode = VoiceOptions.ConnectMode });
        TwiMLVerb.ConnectStream connect = (await Ask(server, Number)).ShouldHaveSingleItem("the call is over when the other side closes").ShouldBeOfType<TwiMLVerb.ConnectStream>();
        connect.Stream.Url.ShouldBe($"ws://{server.BaseAddress.Authority}/twilio/media");
        connect.Stream.Track.ShouldBeNull();
        connect.Stream.Parameters.Select(p => p.Key).ShouldBe([CallTickets.ParameterName, "from", "to"]);
        (await Ask(server, "+15550100003"))[0].ShouldBeOfType<TwiMLVerb.StartStream>();
    }

    [Theory]
    [InlineData("ticket")]
    [InlineData("parameter")]
    [InlineData("none")]
    public async Task The_carrier_is_told_what_to_play_on_a_two_way_stream_alone_and_the_journal_has_it(string how)
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => s.Voice.Mode = VoiceOptions.ConnectMode);
        var call = new SyntheticCall { TwoWay = true };
        string token = ((TwiMLVerb.ConnectStream)(await Ask(server, Number, call.CallSid))[0]).Stream.Parameters[0].Value;
        using ClientWebSocket socket = await Open(server);
        (string, string)[] parameters = how switch { "ticket" => [(CallTickets.ParameterName, token)], "parameter" => [("mode", "connect")], _ => [] };
        await socket.SendAsync(call.Start(null, parameters), WebSocketMessageType.Text, true, Cancel);
        StreamSession session = await Running(server, call);
        session.Outbound.IsOpen.ShouldBe(how != "none");
        if (how == "none")
        {
            session.Outbound.Media(new byte[160]).ShouldBeFalse();
            return;
        }
        byte[] audio = SyntheticCall.AudioOf("outbound", 0, 70_000);
        session.Outbound.Media(audio).ShouldBeTrue();
        session.Outbound.Mark("end").ShouldBeTrue();
        session.Outbound.Clear().ShouldBeTrue();
        string[] heard = [await Receive(socket), await Receive(socket), await Receive(socket)];
        Convert.FromBase64String((string)JsonNode.Parse(heard[0])!["media"]!["payload"]!).ShouldBe(audio);
        heard.Select(t => (string)JsonNode.Parse(t)!["event"]!).ShouldBe(["media", "mark", "clear"]);
        heard.ShouldAllBe(t => (string?)JsonNode.Parse(t)!["streamSid"] == call.StreamSid);
        await socket.SendAsync(call.Stop(), WebSocketMessageType.Text, true, Cancel);
        await session.Ended.WaitAsync(Cancel);
        await session.StoredAsync();
        session.Outbound.Clear().ShouldBeFalse("the stream is over");
        var sent = new SentMessages();
        new JournalReader().ReadAll(server.Get<ManifestStore>().Storage, session.Names!.CallStem, sent);
        sent.Texts.ShouldBe(heard);
    }

    private static async Task<IReadOnlyList<TwiMLVerb>> Ask(EarshotTestServer server, string to, string callSid = "CA1")
    {
        using HttpResponseMessage answer = await server.PostAsync(CarrierClient.Voice, ("CallSid", callSid), ("From", "+15550100001"), ("To", to));
        TwiMLReader.TryRead(await answer.Content.ReadAsStringAsync(Cancel), out IReadOnlyList<TwiMLVerb>? verbs, out string? problem).ShouldBeTrue(problem);
        return verbs!;
    }

    private static async Task<ClientWebSocket> Open(EarshotTestServer server)
    {
        var url = new Uri($"ws://{server.BaseAddress.Authority}/twilio/media");
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader(CarrierSignature.HeaderName, CarrierSignature.Compute(EarshotTestServer.AuthToken, url.ToString(), CarrierSignature.NoForm));
        await socket.ConnectAsync(url, Cancel);
        return socket;
    }

    private static async Task<StreamSession> Running(EarshotTestServer server, SyntheticCall call)
    {
        while (true)
        {
            if (server.Get<LiveStreams>().Find(new StreamSid(call.StreamSid)) is { Names: not null } session) return session;
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        }
    }

    private static async Task<string> Receive(ClientWebSocket socket)
    {
        var text = new MemoryStream();
        byte[] buffer = new byte[16_384];
        while (true)
        {
            WebSocketReceiveResult part = await socket.ReceiveAsync(buffer, Cancel);
            text.Write(buffer, 0, part.Count);
            if (part.EndOfMessage) return Encoding.UTF8.GetString(text.ToArray());
        }
    }

    private sealed class SentMessages : IJournalVisitor
    {
        public List<string> Texts { get; } = [];

        public void OnEntry(in JournalEntry entry)
        {
            if (entry.Outgoing) Texts.Add(Encoding.UTF8.GetString(entry.Message));
        }
    }
}
