using System.Net.WebSockets;
using System.Text.Json;
using Earshot.Engine.Calling;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.MediaStreams;
using Earshot.Engine.Recording;
using Earshot.Server.Tests.Transport;
using Earshot.Testing;

namespace Earshot.Server.Tests.Streams;

/// <summary>Whole calls of the simulated carrier, and how they end.</summary>
public sealed class CallEndTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_from_webhook_to_file_has_all_eleven_stages()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        SimulatedCallResult result = await Place(server, new SimulatedFaults());
        result.Outcome.ShouldBe(SimulatedCallOutcome.Completed);
        result.Errors.ShouldBeEmpty();
        CallRow call = await Closed(server, result);
        (call.State, call.EndReason, call.FromNumber, call.ToNumber, call.Direction).ShouldBe(("complete", "stop", "+15550100001", "+15550100002", "inbound"));
        StageReached[] stages = [.. JsonSerializer.Deserialize(call.Stages, ManifestJson.Compact.IReadOnlyListStageReached)!];
        stages.Select(s => s.Stage).Distinct().ShouldBe(Enum.GetValues<CallStage>());
        stages.Length.ShouldBe(5 + (6 * 2));
        stages.Take(2).ShouldAllBe(s => s.At >= call.StartedAt.AddMilliseconds(-1));
        foreach (RecordingRow recording in server.Get<CallStore>().Recordings(result.CallSid))
            recording.MulawSha256.ShouldBe(result.Streams[0].Tracks.Single(t => t.Track == recording.Track).MuLawSha256);
        server.Get<ManifestStore>().ReadCall(server.Get<CallStore>().Streams(result.CallSid).Single().Stem)!.Parameters.Keys.ShouldNotContain(CallTickets.ParameterName, "the token is not kept");
    }

    [Fact]
    public async Task A_socket_that_breaks_ends_the_call()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        SimulatedCallResult result = await Place(server, new SimulatedFaults { DropSocketAfter = TimeSpan.FromMilliseconds(600) });
        result.Outcome.ShouldBe(SimulatedCallOutcome.SocketDropped);
        (await Closed(server, result)).EndReason.ShouldBe("socket-lost");
        server.Get<CallStore>().Recordings(result.CallSid).ShouldAllBe(r => r.DurationSeconds >= 0.3);
    }

    [Fact]
    public async Task A_close_without_stop_ends_the_call()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        SimulatedCallResult result = await Place(server, new SimulatedFaults { Ending = StreamEnding.CloseWithoutStop });
        (await Closed(server, result)).EndReason.ShouldBe("socket-closed");
    }

    [Fact]
    public async Task A_tunnel_that_dies_ends_the_call_when_nothing_came_for_the_idle_time()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => s.Ingest.IdleTimeout = TimeSpan.FromSeconds(1));
        SimulatedCallResult result = await Place(server, new SimulatedFaults { Ending = StreamEnding.Silence, SilenceFor = TimeSpan.FromSeconds(30) });
        (await Closed(server, result)).EndReason.ShouldBe("idle");
        server.Get<CallStore>().Recordings(result.CallSid).ShouldAllBe(r => r.DurationSeconds == 1);
    }

    [Theory]
    [InlineData("stream")]
    [InlineData("call")]
    public async Task The_status_callback_ends_a_stream_that_does_not_end_by_itself(string what)
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        var call = new SyntheticCall();
        using ClientWebSocket socket = await Open(server, call);
        foreach (SyntheticFrame frame in call.RunBoth(0, 10)) await socket.SendAsync(frame.Message, WebSocketMessageType.Text, true, Cancel);
        (string, string)[] form = what == "stream"
            ? [("CallSid", call.CallSid), ("StreamSid", call.StreamSid), ("StreamEvent", "stream-stopped"), ("Timestamp", "2026-01-01T00:00:00.123456789Z")]
            : [("CallSid", call.CallSid), ("CallStatus", "completed")];
        using HttpResponseMessage answer = await server.PostAsync(CarrierClient.Status, form);
        ((int)answer.StatusCode).ShouldBe(204);
        (await socket.ReceiveAsync(new byte[10], Cancel)).MessageType.ShouldBe(WebSocketMessageType.Close);
        await Until(() => server.Get<CallStore>().Find(call.CallSid)?.State == "complete");
        server.Get<CallStore>().Find(call.CallSid)!.EndReason.ShouldBe("status-callback");
    }

    [Fact]
    public async Task The_same_signed_request_twice_changes_nothing()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        var call = new SyntheticCall();
        (string, string)[] voice = [("CallSid", call.CallSid), ("From", "+1"), ("To", "+2")];
        (string, string)[] error = [("CallSid", call.CallSid), ("StreamSid", "MZother"), ("StreamEvent", "stream-error"), ("StreamError", "31920 - handshake")];
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage answer = await server.PostAsync(CarrierClient.Voice, voice);
            answer.IsSuccessStatusCode.ShouldBeTrue();
        }
        await Until(() => server.Get<CallStore>().Find(call.CallSid) is not null);
        CallRow once = server.Get<CallStore>().Find(call.CallSid)!;
        once.State.ShouldBe("webhook");
        for (int i = 0; i < 3; i++) (await server.PostAsync(CarrierClient.Status, error)).Dispose();
        await Until(() => server.Get<CallStore>().Events(call.CallSid).Count > 0);
        using ClientWebSocket socket = await Open(server, call);
        (string, string)[] running = [("CallSid", call.CallSid), ("StreamSid", call.StreamSid), ("StreamEvent", "stream-started"), ("StreamError", "31930 - buffer")];
        for (int i = 0; i < 3; i++) (await server.PostAsync(CarrierClient.Status, running)).Dispose();
        await socket.SendAsync(call.Stop(), WebSocketMessageType.Text, true, Cancel);
        await Until(() => server.Get<CallStore>().Find(call.CallSid)!.State == "complete");
        for (int i = 0; i < 3; i++) (await server.PostAsync(CarrierClient.Voice, voice)).Dispose();
        for (int i = 0; i < 3; i++) (await server.PostAsync(CarrierClient.Status, error)).Dispose();
        await server.Get<CatalogWriter>().Enqueue(_ => { });
        CallRow row = server.Get<CallStore>().Find(call.CallSid)!;
        (row.State, row.StartedAt).ShouldBe(("complete", once.StartedAt));
        server.Get<CallStore>().Count().ShouldBe(1);
        server.Get<CallStore>().Events(call.CallSid).Select(e => e.Detail).ShouldBe(
            ["the carrier reports a stream error: 31920 - handshake", "the carrier reports a stream error: 31930 - buffer"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_token_ties_one_socket_to_its_webhook_and_no_other()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        using HttpResponseMessage answer = await server.PostAsync(CarrierClient.Voice, ("CallSid", "CA1"), ("From", "+15551234567"));
        string twiml = await answer.Content.ReadAsStringAsync(Cancel);
        string token = System.Text.RegularExpressions.Regex.Match(twiml, "name=\"earshotToken\" value=\"([0-9a-f]+)\"").Groups[1].Value;
        token.Length.ShouldBe(32);
        CallTickets tickets = server.Get<CallTickets>();
        tickets.Redeem(token, "CA2").ShouldBeNull("of another call");
        tickets.Redeem((token[0] == '0' ? '1' : '0') + token[1..], "CA1").ShouldBeNull("unknown");
        tickets.Redeem(token, "CA1")!.From.ShouldBe("+15551234567");
        tickets.Redeem(token, "CA1").ShouldBeNull("used");
    }

    [Theory]
    [InlineData("")]
    [InlineData("129")]
    public async Task A_webhook_without_a_call_is_400(string sid)
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        using HttpResponseMessage answer = await server.PostAsync(CarrierClient.Voice, ("CallSid", sid == "129" ? new string('C', 129) : ""));
        ((int)answer.StatusCode).ShouldBe(400);
    }

    private static async Task<ClientWebSocket> Open(EarshotTestServer server, SyntheticCall call)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader(CarrierSignature.HeaderName, RawClient.Signature(server.BaseAddress));
        await socket.ConnectAsync(new Uri($"ws://{server.BaseAddress.Authority}/twilio/media"), Cancel);
        await socket.SendAsync(call.Start(), WebSocketMessageType.Text, true, Cancel);
        await Until(() => server.Get<LiveStreams>().Find(new StreamSid(call.StreamSid)) is not null);
        return socket;
    }

    private static async Task<SimulatedCallResult> Place(EarshotTestServer server, SimulatedFaults faults)
    {
        using var carrier = new CarrierSimulator(TimeProvider.System);
        return await carrier.CallAsync(new SimulatedCallOptions { Url = server.BaseAddress + "twilio/voice", AuthToken = EarshotTestServer.AuthToken, Duration = TimeSpan.FromSeconds(1), Faults = faults }, Cancel);
    }

    private static async Task<CallRow> Closed(EarshotTestServer server, SimulatedCallResult result)
    {
        await Until(() => server.Get<CallStore>().Find(result.CallSid)?.State == "complete");
        return server.Get<CallStore>().Find(result.CallSid)!;
    }

    private static async Task Until(Func<bool> reached)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (!reached())
        {
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(20));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        }
    }
}
