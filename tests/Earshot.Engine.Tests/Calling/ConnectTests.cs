using System.Text.Json.Nodes;
using Earshot.Audio.Codecs;
using Earshot.Engine.Calling;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Tests.Calling;

/// <summary>The carrier's half of a two-way stream: it plays, marks and clears as the carrier does.</summary>
public sealed class ConnectTests
{
    [Fact]
    public void Marks_come_back_when_what_stood_before_them_was_played()
    {
        var queue = new PlaybackQueue();
        Take(queue, Mark("at once"), Media(1, 240), Mark("middle"), Media(2, 80), Mark("end"));
        var frames = new List<(byte[] Frame, string[] Marks)>();
        for (int i = 0; i < 4; i++) frames.Add(Next(queue));
        frames.Select(f => string.Join(',', f.Marks)).ShouldBe(["at once", "", "middle,end", ""]);
        frames.SelectMany(f => f.Frame).ShouldBe([.. Enumerable.Repeat((byte)1, 240), .. Enumerable.Repeat((byte)2, 80), .. Enumerable.Repeat(MuLaw.Silence, 320)]);
        queue.Result().ShouldBe(new SimulatedPlayback(0.04, 0, 0, 3, null));
    }

    [Fact]
    public void Clear_drops_what_is_queued_and_gives_back_every_mark()
    {
        var queue = new PlaybackQueue();
        Take(queue, Media(1, 400), Mark("a"), Media(2, 160), Mark("b"));
        Next(queue).Frame.ShouldAllBe(b => b == 1);
        Take(queue, Clear, Media(3, 160), Mark("c"));
        (byte[] frame, string[] marks) = Next(queue);
        marks.ShouldBe(["a", "b"]);
        frame.ShouldAllBe(b => b == 3);
        Next(queue).Marks.ShouldBe(["c"]);
        queue.Result().ShouldBe(new SimulatedPlayback(0.04, 0.05, 0, 3, null));
    }

    [Fact]
    public void What_the_carrier_would_not_take_is_named()
    {
        var queue = new PlaybackQueue();
        Take(queue, "no JSON");
        queue.Result().Problem!.ShouldContain("31951");
    }

    [Fact]
    public async Task A_bot_is_heard_at_its_place_keys_are_pressed_and_the_call_goes_on_when_it_closes()
    {
        await using var server = new CalledServer();
        server.Answer(TwiML.Connect(new TwiMLStream { Url = server.Media }, new TwiMLVerb.Pause(1)));
        int frames = 0;
        string sid = "";
        server.Bot = text =>
        {
            JsonNode message = JsonNode.Parse(text)!;
            sid = (string?)message["streamSid"] ?? sid;
            return (string?)message["event"] switch
            {
                "media" when ++frames == 10 => ([Media(7, 800), Mark("said")], null),
                "mark" => ([], 1000),
                _ => ([], null),
            };
        };
        var heard = new List<byte>();
        using var simulator = new CarrierSimulator(TimeProvider.System);
        SimulatedCallResult result = await simulator.CallAsync(
            new SimulatedCallOptions { Url = server.Voice, AuthToken = CalledServer.Token, Speech = new SpeechClip(new byte[160 * 200]), Keys = "1#", KeysAt = TimeSpan.Zero, Heard = frame => heard.AddRange(frame) },
            TestContext.Current.CancellationToken);
        result.Outcome.ShouldBe(SimulatedCallOutcome.Completed, string.Join('\n', result.Errors));
        result.Errors.ShouldBeEmpty();
        CalledServer.Received got = server.Single();
        got.Messages[1].ShouldContain("\"tracks\":[\"inbound\"]");
        got.Media("outbound").ShouldBeEmpty();
        got.Events("dtmf").Select(m => (string)m["dtmf"]!["digit"]!).ShouldBe(["1", "#"]);
        got.Events("mark").Select(m => (string)m["mark"]!["name"]!).ShouldBe(["said"]);
        result.Streams[0].Playback!.PlayedSeconds.ShouldBe(0.1);
        byte[] line = [.. heard];
        line.Count(b => b == 7).ShouldBe(800);
        int place = Array.IndexOf(line, (byte)7);
        line.AsSpan(place, 800).IndexOfAnyExcept((byte)7).ShouldBe(-1);
        place.ShouldBeGreaterThanOrEqualTo(160 * 10);
        result.Seconds.ShouldBeGreaterThan(place / 8000.0 + 1, "the pause behind <Connect> is done");
    }

    [Fact]
    public async Task A_bot_that_echoes_silence_for_ever_does_not_keep_the_caller_on_the_line()
    {
        await using var server = new CalledServer();
        server.Answer(TwiML.Connect(new TwiMLStream { Url = server.Media }));
        server.Bot = text => JsonNode.Parse(text)!["media"]?["payload"] is { } payload ? ([$$$"""{"event":"media","streamSid":"MZ1","media":{"payload":"{{{payload}}}"}}"""], null) : ([], null);
        using var simulator = new CarrierSimulator(TimeProvider.System);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        SimulatedCallResult result = await simulator.CallAsync(
            new SimulatedCallOptions { Url = server.Voice, AuthToken = CalledServer.Token, Speech = new SpeechClip([.. Enumerable.Repeat((byte)0x20, 160 * 25)]) }, patience.Token);
        result.Outcome.ShouldBe(SimulatedCallOutcome.Completed, string.Join('\n', result.Errors));
        result.Streams[0].Playback!.PlayedSeconds.ShouldBeGreaterThan(2, "the echo went on while the caller waited for an answer");
    }

    [Fact]
    public async Task A_bot_that_breaks_off_ends_its_verb_and_is_reported()
    {
        await using var server = new CalledServer();
        server.Answer(TwiML.Connect(new TwiMLStream { Url = server.Media }));
        server.Bot = _ => ([], 1011);
        using var simulator = new CarrierSimulator(TimeProvider.System);
        SimulatedCallResult result = await simulator.CallAsync(
            new SimulatedCallOptions { Url = server.Voice, AuthToken = CalledServer.Token, Duration = TimeSpan.FromSeconds(5) }, TestContext.Current.CancellationToken);
        result.Outcome.ShouldBe(SimulatedCallOutcome.SocketClosed);
        result.Errors.ShouldHaveSingleItem().ShouldContain("1011");
    }

    private const string Clear = """{"event":"clear","streamSid":"MZ1"}""";

    private static string Media(byte value, int bytes) => $$$"""{"event":"media","streamSid":"MZ1","media":{"payload":"{{{Convert.ToBase64String([.. Enumerable.Repeat(value, bytes)])}}}"}}""";

    private static string Mark(string name) => $$$"""{"event":"mark","streamSid":"MZ1","mark":{"name":"{{{name}}}"}}""";

    private static void Take(PlaybackQueue queue, params string[] messages)
    {
        foreach (string message in messages) queue.Take(System.Text.Encoding.UTF8.GetBytes(message));
    }

    private static (byte[] Frame, string[] Marks) Next(PlaybackQueue queue)
    {
        byte[] frame = new byte[160];
        var marks = new List<string>();
        queue.NextFrame(frame, marks);
        return (frame, [.. marks]);
    }
}
