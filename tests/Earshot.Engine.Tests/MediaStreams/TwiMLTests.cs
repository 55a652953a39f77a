using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Tests.MediaStreams;

public sealed class TwiMLTests
{
    private static readonly TwiMLStream Plain = new() { Url = "wss://example.com/twilio/media" };

    [Fact]
    public void The_answer_to_a_call_reads_so()
        => TwiML.Start(
            Plain with
            {
                Track = "both_tracks",
                StatusCallback = "https://example.com/twilio/status",
                Parameters = [new("speaker", "a<b & \"c\"")],
            },
            new TwiMLVerb.Pause(3600))
            .ShouldBe("""<?xml version="1.0" encoding="utf-8"?><Response><Start><Stream url="wss://example.com/twilio/media" """
                + "track=\"both_tracks\" statusCallback=\"https://example.com/twilio/status\">"
                + "<Parameter name=\"speaker\" value=\"a&lt;b &amp; &quot;c&quot;\" /></Stream></Start><Pause length=\"3600\" /></Response>");

    [Fact]
    public void Every_verb_reads_back()
    {
        TwiMLVerb[] verbs =
        [
            new TwiMLVerb.StartStream(Plain with { Name = "a", Parameters = [new("p", "line\none\ttab"), new("q", "")] }),
            new TwiMLVerb.StopStream("a"),
            new TwiMLVerb.StopStream(null),
            new TwiMLVerb.ConnectStream(Plain with { StatusCallback = "https://a/?x=1&y=2", StatusCallbackMethod = "GET" }),
            new TwiMLVerb.Say("Grüße <&> 😀", 2),
            new TwiMLVerb.Play("https://a/b.wav?x=1&y=2"),
            new TwiMLVerb.Pause(0),
            new TwiMLVerb.Dial("+1555"),
            new TwiMLVerb.Redirect("https://a/"),
            new TwiMLVerb.Reject("busy"),
            new TwiMLVerb.Hangup(),
        ];
        TwiMLReader.TryRead(TwiML.Write(verbs), out IReadOnlyList<TwiMLVerb>? read, out string? problem).ShouldBeTrue(problem);
        read.ShouldBe(verbs);
    }

    [Theory]
    [InlineData("pause:3600", "Pause { Seconds = 3600 }")]
    [InlineData("dial:+15551234567", "Dial { Target = +15551234567 }")]
    [InlineData("say:Hello: you", "Say { Text = Hello: you, Loop = 1 }")]
    [InlineData("redirect:https://example.com/next", "Redirect { Url = https://example.com/next }")]
    [InlineData("hangup", "Hangup { }")]
    public void What_follows_a_stream_is_a_setting(string setting, string verb)
    {
        TwiML.TryParseThen(setting, out TwiMLVerb? parsed, out string? problem).ShouldBeTrue(problem);
        parsed!.ToString().ShouldBe(verb);
    }

    [Theory]
    [InlineData("")]
    [InlineData("pause")]
    [InlineData("pause:soon")]
    [InlineData("pause:0")]
    [InlineData("pause:99999999")]
    [InlineData("dial:")]
    [InlineData("say: ")]
    [InlineData("redirect:/next")]
    [InlineData("redirect:file:///etc/passwd")]
    [InlineData("hangup:now")]
    [InlineData("gather:5")]
    public void A_bad_setting_is_told(string setting)
    {
        TwiML.TryParseThen(setting, out TwiMLVerb? parsed, out string? problem).ShouldBeFalse();
        parsed.ShouldBeNull();
        problem.ShouldStartWith($"\"{setting}\" is not what can follow a stream");
    }

    [Theory]
    [InlineData(250, 249, null)]
    [InlineData(250, 250, "has 500 characters in name and value; the carrier takes fewer than 500")]
    [InlineData(0, 5, "has no name")]
    public void A_parameter_is_short(int name, int value, string? problem)
    {
        TwiMLStream stream = Plain with { Parameters = [new(new string('n', name), new string('v', value))] };
        if (problem is null)
        {
            stream.Problem().ShouldBeNull();
        }
        else
        {
            stream.Problem()!.ShouldContain(problem);
            Should.Throw<ArgumentException>(() => TwiML.Start(stream)).Message.ShouldContain(problem);
        }
    }

    [Theory]
    [InlineData("https://example.com/m", null, "x", "must begin with wss://")]
    [InlineData("wss://example.com/m?token=1", null, "x", "strips a stream URL's query string")]
    [InlineData("wss://example.com/m", "both", "x", "not \"both\"")]
    [InlineData("wss://example.com/m", null, "\u0001", "that XML cannot carry")]
    [InlineData("wss://example.com/m", null, "\uFFFE", "that XML cannot carry")]
    public void What_the_carrier_would_not_take_is_told(string url, string? track, string value, string problem)
        => (Plain with { Url = url, Track = track, Parameters = [new("p", value)] }).Problem()!.ShouldContain(problem);

    [Theory]
    [InlineData("", "not TwiML")]
    [InlineData("hello", "not TwiML")]
    [InlineData("<html></html>", "root is <html>")]
    [InlineData("<Response>", "not TwiML")]
    [InlineData("<Response/><Response/>", "not TwiML")]
    [InlineData("<!DOCTYPE Response [<!ENTITY a \"b\">]><Response><Say>&a;</Say></Response>", "DTD")]
    [InlineData("<Response><Pause length=\"long\"/></Response>", "length of <Pause> is \"long\"")]
    public void What_is_not_TwiML_is_told(string twiml, string problem)
    {
        TwiMLReader.TryRead(twiml, out _, out string? told).ShouldBeFalse();
        told!.ShouldContain(problem);
    }

    [Fact]
    public void Deep_and_long_answers_are_refused()
    {
        string deep = string.Concat(Enumerable.Repeat("<a>", 1000)) + string.Concat(Enumerable.Repeat("</a>", 1000));
        TwiMLReader.TryRead($"<Response>{deep}</Response>", out _, out string? problem).ShouldBeFalse();
        problem!.ShouldContain("nests deeper");
        TwiMLReader.TryRead($"<Response><Say>{new string('a', 70_000)}</Say></Response>", out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Unknown_verbs_are_named()
    {
        TwiMLReader.TryRead("<Response><!-- x --><Gather numDigits=\"1\"><Say>y</Say></Gather><Connect><Room/></Connect></Response>",
            out IReadOnlyList<TwiMLVerb>? verbs, out _).ShouldBeTrue();
        verbs.ShouldBe([new TwiMLVerb.Unknown("Gather"), new TwiMLVerb.Unknown("Connect")]);
    }
}
