using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Earshot.Audio.Codecs;
using Earshot.Engine.Calling;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Tests.Calling;

public sealed partial class SimulatedCallTests
{
    private static readonly SpeechClip Speech = Clip(60, 0x10);
    private static readonly SpeechClip Other = Clip(80, 0x90);

    [Fact]
    public async Task A_media_socket_gets_what_the_carrier_sends()
    {
        await using var server = new CalledServer();
        SimulatedCallResult result = await CallAsync(new SimulatedCallOptions
        {
            Url = server.Media,
            AuthToken = CalledServer.Token,
            Speech = Speech,
            Answer = Other,
            Parameters = [new("speaker", "caller"), new("note", "Zoë \"x\"")],
            Speed = 50,
            Seed = 1,
        });

        result.Outcome.ShouldBe(SimulatedCallOutcome.Completed, string.Join('\n', result.Errors));
        result.Errors.ShouldBeEmpty();
        result.CallSid.ShouldMatch("^CA[0-9a-f]{32}$");
        CalledServer.Request upgrade = server.Requests.ShouldHaveSingleItem();
        upgrade.IsSigned.ShouldBeTrue();
        upgrade.Extensions.ShouldBeNull();

        CalledServer.Received got = server.Single();
        SimulatedStreamResult stream = result.Streams.ShouldHaveSingleItem();
        stream.StreamSid.ShouldMatch("^MZ[0-9a-f]{32}$");
        got.Messages[0].ShouldBe("""{"event":"connected","protocol":"Call","version":"1.0.0"}""");
        StartMessage.TryParse(Encoding.UTF8.GetBytes(got.Messages[1]), out StartMessage? start, out _).ShouldBeTrue();
        start!.StreamSid.ShouldBe(stream.StreamSid);
        start.CallSid.ShouldBe(result.CallSid);
        start.SequenceNumber.ShouldBe(1);
        start.Tracks.ShouldBe(["inbound", "outbound"]);
        start.CustomParameters.ShouldBe([new("speaker", "caller"), new("note", "Zoë \"x\"")]);
        JsonNode stop = JsonNode.Parse(got.Messages[^1])!;
        ((string?)stop["event"]).ShouldBe("stop");
        ((string?)stop["stop"]!["callSid"]).ShouldBe(result.CallSid);
        got.CloseCode.ShouldBe(1000);
        stream.CloseCode.ShouldBe(1000);
        stream.CloseReason.ShouldBe("bye");

        // The numbers: sequence over the stream, chunk and 20 ms over the track, both tracks turn by turn.
        List<JsonNode> media = [.. got.Events("media")];
        media.Count.ShouldBe(160);
        media.Select(CalledServer.Received.Sequence).ShouldBe(Enumerable.Range(2, 160).Select(i => (long)i));
        CalledServer.Received.Sequence(stop).ShouldBe(162);
        media.Select(message => (string)message["media"]!["track"]!).ShouldBe(
            Enumerable.Range(0, 160).Select(i => i % 2 == 0 ? "inbound" : "outbound"));
        foreach (string track in new[] { "inbound", "outbound" })
        {
            List<JsonNode> frames = [.. got.Media(track)];
            frames.Select(frame => (string)frame["media"]!["chunk"]!).ShouldBe(Enumerable.Range(1, 80).Select(i => i.ToString()));
            long first = CalledServer.Received.Timestamp(frames[0]);
            first.ShouldBeInRange(40, 180);
            frames.Select(CalledServer.Received.Timestamp).ShouldBe(Enumerable.Range(0, 80).Select(i => first + (20L * i)));
            frames.ShouldAllBe(frame => CalledServer.Received.Payload(frame).Length == 160);
            SimulatedTrackResult counted = stream.Tracks.Single(tally => tally.Track == track);
            counted.ShouldBe(new SimulatedTrackResult(track, 80, 0, 0, 0, first, 1.6, Hash(got.Audio(track))));
        }

        // The caller's speech, then silence until the other party has spoken too.
        got.Audio("inbound").AsSpan(0, 60 * 160).SequenceEqual(Speech.MuLawBytes).ShouldBeTrue();
        got.Audio("inbound")[(60 * 160)..].ShouldAllBe(code => code == MuLaw.Silence);
        got.Audio("outbound").SequenceEqual(Other.MuLawBytes.ToArray()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_webhook_is_called_answered_and_told_of_the_stream()
    {
        await using var server = new CalledServer();
        server.Answer($"""
            <Response><Start><Stream url="{server.Media}?stripped=1" name="fork" track="both_tracks" statusCallback="/status">
            <Parameter name="speaker" value="a&amp;b"/></Stream></Start><Pause length="3600"/></Response>
            """);
        SimulatedCallResult result = await CallAsync(Options(server) with { Parameters = [new("ticket", "7")] });

        result.Outcome.ShouldBe(SimulatedCallOutcome.Completed, string.Join('\n', result.Errors));
        result.Errors.ShouldBeEmpty();
        result.TwiML.ShouldHaveSingleItem().ShouldContain("<Pause");
        server.Requests.ShouldAllBe(request => request.IsSigned);
        CalledServer.Request webhook = server.Requests.First();
        webhook.Method.ShouldBe("POST");
        webhook["CallSid"].ShouldBe(result.CallSid);
        webhook["CallStatus"].ShouldBe("ringing");
        webhook["Direction"].ShouldBe("inbound");
        webhook["From"].ShouldBe(webhook["Caller"]);
        webhook["To"].ShouldBe(webhook["Called"]);
        webhook["ApiVersion"].ShouldBe("2010-04-01");
        webhook["ticket"].ShouldBe("7");

        CalledServer.Received got = server.Single();
        ((string?)got.Events("start").Single()["start"]!["customParameters"]!["speaker"]).ShouldBe("a&b");
        got.Audio("inbound").SequenceEqual(Speech.MuLawBytes.ToArray()).ShouldBeTrue();
        got.Audio("outbound").ShouldAllBe(code => code == MuLaw.Silence);

        CalledServer.Request[] callbacks = [.. server.Requests.Where(request => request.Path == "/status")];
        callbacks.Select(callback => callback["StreamEvent"]).ShouldBe(["stream-started", "stream-stopped"], ignoreOrder: true);
        callbacks.ShouldAllBe(callback => callback["StreamName"] == "fork" && callback["StreamSid"] == result.Streams[0].StreamSid);
        callbacks.ShouldAllBe(callback => NineDigits().IsMatch(callback["Timestamp"]));
    }

    [Fact]
    public async Task The_TwiML_decides_what_is_heard_and_when_the_call_ends()
    {
        await using var server = new CalledServer();
        server.Answers["/beep.wav"] = _ => Wave(Clip(5, 0x20));
        server.Answers["/next"] = request => Encoding.UTF8.GetBytes(request["CallStatus"] == "in-progress"
            ? "<Response><Play loop=\"2\">/beep.wav</Play><Stop><Stream name=\"a\"/></Stop><Hangup/><Dial>+1</Dial></Response>"
            : "<Response><Reject/></Response>");
        server.Answer($"""
            <Response><Start><Stream url="{server.Media}" name="a" track="outbound_track"/></Start>
            <Say>one two three four five</Say><Gather/><Redirect>/next</Redirect></Response>
            """);
        SimulatedCallResult result = await CallAsync(Options(server) with { Speech = Clip(5_000, 1), Speed = 20 });

        result.Outcome.ShouldBe(SimulatedCallOutcome.Completed, string.Join('\n', result.Errors));
        result.Errors.ShouldHaveSingleItem().ShouldContain("<Gather> is not simulated");
        result.TwiML.Count.ShouldBe(2);
        CalledServer.Received got = server.Single();
        got.Media("inbound").ShouldBeEmpty();
        byte[] heard = got.Audio("outbound");

        // Five words at 150 a minute are two seconds; then the answer and the sound are fetched, in silence.
        heard[..(100 * 160)].ShouldAllBe(code => code == MuLaw.Silence);
        byte[] beep = Clip(5, 0x20).MuLawBytes.ToArray();
        heard.AsSpan(heard.Length - (10 * 160)).SequenceEqual((byte[])[.. beep, .. beep]).ShouldBeTrue();
        ((string?)JsonNode.Parse(got.Messages[^1])!["event"]).ShouldBe("stop");
    }

    [Fact]
    public async Task Dial_brings_the_other_party_in()
    {
        await using var server = new CalledServer();
        server.Answer($"<Response><Start><Stream url=\"{server.Media}\" track=\"both_tracks\"/></Start><Dial>+15550100003</Dial></Response>");
        SimulatedCallResult result = await CallAsync(Options(server) with { Answer = Other });
        result.Outcome.ShouldBe(SimulatedCallOutcome.Completed, string.Join('\n', result.Errors));
        server.Single().Audio("outbound").SequenceEqual(Other.MuLawBytes.ToArray()).ShouldBeTrue();
        server.Single().Audio("inbound").AsSpan(0, Speech.MuLawBytes.Length).SequenceEqual(Speech.MuLawBytes).ShouldBeTrue();
    }

    [Fact]
    public async Task A_duration_ends_the_call_and_two_forks_hear_the_same()
    {
        await using var server = new CalledServer();
        server.Answer($"<Response><Start><Stream url=\"{server.Media}\"/></Start><Start><Stream url=\"{server.Media}\"/></Start><Pause length=\"60\"/></Response>");
        SimulatedCallResult result = await CallAsync(Options(server) with { Duration = TimeSpan.FromSeconds(2) });
        result.Streams.Count.ShouldBe(2);
        result.StreamSids.Distinct().Count().ShouldBe(2);
        result.Seconds.ShouldBe(2);
        server.Sockets.ShouldAllBe(socket => socket.Audio("inbound").Length == 100 * 160);
        result.Streams[0].Tracks[0].MuLawSha256.ShouldBe(result.Streams[1].Tracks[0].MuLawSha256);
    }

    [Fact]
    public async Task A_stream_with_nothing_after_it_ends_at_once()
    {
        await using var server = new CalledServer();
        server.Answer($"<Response><Start><Stream url=\"{server.Media}\"/></Start></Response>");
        SimulatedCallResult result = await CallAsync(Options(server));
        result.Errors.ShouldHaveSingleItem().ShouldContain("ends right after the stream");
        server.Single().Messages.Select(text => (string?)JsonNode.Parse(text)!["event"]).ShouldBe(["connected", "start", "stop"]);
    }

    [Fact]
    public async Task A_second_stream_that_fails_does_not_end_the_first()
    {
        await using var server = new CalledServer();
        server.Answer($"<Response><Start><Stream url=\"{server.Media}\"/></Start><Start><Stream url=\"ws://127.0.0.1:1/\" statusCallback=\"/status\"/></Start><Pause length=\"60\"/></Response>");
        SimulatedCallResult result = await CallAsync(Options(server));
        result.Outcome.ShouldBe(SimulatedCallOutcome.SocketRefused);
        server.Single().Audio("inbound").SequenceEqual(Speech.MuLawBytes.ToArray()).ShouldBeTrue();
        CalledServer.Request callback = server.Requests.Single(request => request.Path == "/status");
        callback["StreamEvent"].ShouldBe("stream-error");
        callback["StreamError"].ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("<Response><Start><Stream url=\"https://x/\"/></Start></Response>", nameof(SimulatedCallOutcome.BadAnswer), "must begin with wss://")]
    [InlineData("<Response><Reject reason=\"busy\"/></Response>", nameof(SimulatedCallOutcome.Rejected), "busy")]
    [InlineData("<Response><Say>bye</Say></Response>", nameof(SimulatedCallOutcome.NoStream), "opened no stream")]
    [InlineData("<Response/>", nameof(SimulatedCallOutcome.NoStream), "opened no stream")]
    [InlineData("hello", nameof(SimulatedCallOutcome.BadAnswer), "not TwiML")]
    [InlineData("<Response><Redirect>/voice</Redirect></Response>", nameof(SimulatedCallOutcome.BadAnswer), "redirect for ever")]
    public async Task A_bad_answer_is_told(string twiml, string outcome, string words)
    {
        await using var server = new CalledServer();
        server.Answer(twiml);
        SimulatedCallResult result = await CallAsync(Options(server));
        result.Outcome.ToString().ShouldBe(outcome);
        result.WentWell.ShouldBeFalse();
        result.Errors[0].ShouldContain(words);
    }

    [Fact]
    public async Task A_webhook_that_refuses_or_is_not_there_is_told()
    {
        await using var server = new CalledServer();
        SimulatedCallResult refused = await CallAsync(Options(server));
        refused.Outcome.ShouldBe(SimulatedCallOutcome.WebhookRefused);
        refused.Errors[0].ShouldContain("404");

        SimulatedCallResult nobody = await CallAsync(Options(server) with { Url = "http://127.0.0.1:1/voice" });
        nobody.Outcome.ShouldBe(SimulatedCallOutcome.WebhookUnreachable);
    }

    [Fact]
    public async Task A_socket_that_is_refused_or_closed_is_told()
    {
        await using var server = new CalledServer { RefuseSocket = 403 };
        SimulatedCallResult refused = await CallAsync(Options(server) with { Url = server.Media });
        refused.Outcome.ShouldBe(SimulatedCallOutcome.SocketRefused);
        refused.Errors[0].ShouldContain("403");

        server.RefuseSocket = 0;
        server.CloseAfter = 20;
        SimulatedCallResult closed = await CallAsync(Options(server) with { Url = server.Media, Speech = Clip(5_000, 1) });
        closed.Outcome.ShouldBe(SimulatedCallOutcome.SocketClosed, string.Join('\n', closed.Errors));
        closed.Errors[0].ShouldContain("1008 enough");
        closed.Streams[0].CloseCode.ShouldBe(1008);
    }

    [Fact]
    public async Task Without_a_token_nothing_is_signed()
    {
        await using var server = new CalledServer { Greeting = """{"event":"clear"}""" };
        SimulatedCallResult result = await CallAsync(Options(server) with { Url = server.Media, AuthToken = null });
        result.Outcome.ShouldBe(SimulatedCallOutcome.Completed);
        result.Streams[0].MessagesFromServer.ShouldBe(1);
        server.Requests.ShouldAllBe(request => !request.HasSignature);
    }

    [Fact]
    public async Task Cancelling_hangs_up_in_good_order()
    {
        await using var server = new CalledServer();
        using var stop = new CancellationTokenSource();
        using var simulator = new CarrierSimulator(TimeProvider.System);
        Task<SimulatedCallResult> call = simulator.CallAsync(Options(server) with { Url = server.Media, Speech = Clip(50_000, 1), Speed = 1 }, stop.Token);
        while (simulator.Progress.Frames < 3)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();
        SimulatedCallResult result = await call;
        result.Outcome.ShouldBe(SimulatedCallOutcome.Cancelled);
        server.Single().Events("stop").Count().ShouldBe(1);
    }

    [Fact]
    public async Task Calls_at_once_share_nothing()
    {
        await using var server = new CalledServer();
        using var simulator = new CarrierSimulator(TimeProvider.System);
        var ended = new List<SimulatedCallResult>();
        SimulatedCallOptions options = Options(server) with { Url = server.Media, Faults = new SimulatedFaults { LossPercent = 20 } };
        IReadOnlyList<SimulatedCallResult> results = await simulator.CallAsync(options, 20, TimeSpan.FromMilliseconds(50), ended.Add, CancellationToken.None);
        ended.Count.ShouldBe(20);
        results.Select(result => result.CallSid).Distinct().Count().ShouldBe(20);
        results.Select(result => result.Seed).ShouldBe(Enumerable.Range(0, 20).Select(i => CarrierSimulator.SeedOf(5, i)));
        results.Select(result => result.Streams[0].Tracks[0].MuLawSha256).Distinct().Count().ShouldBe(20);
        results.ShouldAllBe(result => result.WentWell);
        simulator.Progress.Active.ShouldBe(0);

        // One of them alone, by its seed, loses the same frames.
        SimulatedCallResult again = await simulator.CallAsync(options with { Seed = results[7].Seed }, CancellationToken.None);
        again.Streams[0].Tracks.ShouldBe(results[7].Streams[0].Tracks);
    }

    private static SimulatedCallOptions Options(CalledServer server)
        => new() { Url = server.Voice, AuthToken = CalledServer.Token, Speech = Speech, Speed = 50, Seed = 5 };

    private static async Task<SimulatedCallResult> CallAsync(SimulatedCallOptions options)
    {
        using var simulator = new CarrierSimulator(TimeProvider.System);
        return await simulator.CallAsync(options, CancellationToken.None);
    }

    private static SpeechClip Clip(int frames, int first)
        => new([.. Enumerable.Range(0, frames * 160).Select(i => (byte)(first + (i / 160 * 7) + i))]);

    private static byte[] Wave(SpeechClip clip) => WaveBytes.Of(7, 8000, 1, 8, clip.MuLawBytes.ToArray());

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$")]
    private static partial Regex NineDigits();
}
