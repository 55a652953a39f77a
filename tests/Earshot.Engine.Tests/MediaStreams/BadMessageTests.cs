using System.Text;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Tests.MediaStreams;

public sealed class BadMessageTests
{
    private static readonly (string Json, MediaMessageVerdict Verdict)[] Bad =
    [
        ("", MediaMessageVerdict.NotJson),
        (" ", MediaMessageVerdict.NotJson),
        ("{", MediaMessageVerdict.NotJson),
        ("{]", MediaMessageVerdict.NotJson),
        ("{\"event\":\"clear\",\"streamSid\":\"x\"", MediaMessageVerdict.NotJson),
        ("{\"event\":\"connected\"} {}", MediaMessageVerdict.NotJson),
        ("{\"event\":\"connected\"}x", MediaMessageVerdict.NotJson),
        ("{\"event\":\"connected\",}", MediaMessageVerdict.NotJson),
        ("{'event':'connected'}", MediaMessageVerdict.NotJson),
        ("{\"event\":\"connected\"/**/}", MediaMessageVerdict.NotJson),
        ("{\"event\":\"a\nb\"}", MediaMessageVerdict.NotJson),
        ("{\"event\":\"\\x\"}", MediaMessageVerdict.NotJson),
        ("{\"sequenceNumber\":01,\"event\":\"connected\"}", MediaMessageVerdict.NotJson),
        ("\uFEFF{\"event\":\"connected\"}", MediaMessageVerdict.ByteOrderMark),
        ("null", MediaMessageVerdict.NotAnObject),
        ("5", MediaMessageVerdict.NotAnObject),
        ("\"event\"", MediaMessageVerdict.NotAnObject),
        ("[{\"event\":\"connected\"}]", MediaMessageVerdict.NotAnObject),
        ("[] []", MediaMessageVerdict.NotJson),
        (Nested(MediaStreamReader.MaxDepth + 1), MediaMessageVerdict.TooDeep),
        ("{\"event\":\"media\",\"media\":{\"x\":" + Nested(MediaStreamReader.MaxDepth) + "}}", MediaMessageVerdict.TooDeep),
        ("{\"event\":\"connected\",\"x\":" + Nested(MediaStreamReader.MaxDepth) + "}", MediaMessageVerdict.TooDeep),
        ("{}", MediaMessageVerdict.NoEvent),
        ("{\"Event\":\"connected\"}", MediaMessageVerdict.NoEvent),
        ("{\"event\":null}", MediaMessageVerdict.NoEvent),
        ("{\"x\":{\"event\":\"connected\"}}", MediaMessageVerdict.NoEvent),
        ("{\"event\":5}", MediaMessageVerdict.EventNotAString),
        ("{\"event\":{}}", MediaMessageVerdict.EventNotAString),
        ("{\"event\":\"\\ud800\"}", MediaMessageVerdict.EventNotAString),
        ("{\"event\":\"media\",\"media\":{\"payload\":\"AAAA\"}}", MediaMessageVerdict.MissingStreamSid),
        ("{\"event\":\"media\",\"streamSid\":\"\",\"media\":{\"payload\":\"AAAA\"}}", MediaMessageVerdict.MissingStreamSid),
        ("{\"event\":\"stop\"}", MediaMessageVerdict.MissingStreamSid),
        ("{\"event\":\"start\",\"start\":{}}", MediaMessageVerdict.MissingStreamSid),
        ("{\"event\":\"clear\"}", MediaMessageVerdict.MissingStreamSid),
        ("{\"event\":\"stop\",\"streamSid\":5}", MediaMessageVerdict.StreamSidNotAString),
        ("{\"event\":\"start\",\"start\":{\"streamSid\":[]}}", MediaMessageVerdict.StreamSidNotAString),
        ("{\"event\":\"stop\",\"streamSid\":\"\\udc00\"}", MediaMessageVerdict.StreamSidNotAString),
        ("{\"event\":\"stop\",\"streamSid\":\"x\",\"sequenceNumber\":\"\"}", MediaMessageVerdict.SequenceNotANumber),
        ("{\"event\":\"stop\",\"streamSid\":\"x\",\"sequenceNumber\":\"4x\"}", MediaMessageVerdict.SequenceNotANumber),
        ("{\"event\":\"stop\",\"streamSid\":\"x\",\"sequenceNumber\":4.5}", MediaMessageVerdict.SequenceNotANumber),
        ("{\"event\":\"stop\",\"streamSid\":\"x\",\"sequenceNumber\":-4}", MediaMessageVerdict.SequenceNotANumber),
        ("{\"event\":\"stop\",\"streamSid\":\"x\",\"sequenceNumber\":true}", MediaMessageVerdict.SequenceNotANumber),
        ("{\"event\":\"stop\",\"streamSid\":\"x\",\"sequenceNumber\":{}}", MediaMessageVerdict.SequenceNotANumber),
        ("{\"event\":\"stop\",\"streamSid\":\"x\",\"sequenceNumber\":\"9007199254740992\"}", MediaMessageVerdict.SequenceNotANumber),
        ("{\"event\":\"stop\",\"streamSid\":\"x\",\"sequenceNumber\":99999999999999999999}", MediaMessageVerdict.SequenceNotANumber),
        ("{\"event\":\"start\",\"streamSid\":\"x\"}", MediaMessageVerdict.MissingStart),
        ("{\"event\":\"start\",\"streamSid\":\"x\",\"start\":null}", MediaMessageVerdict.MissingStart),
        ("{\"event\":\"start\",\"streamSid\":\"x\",\"start\":[]}", MediaMessageVerdict.StartNotAnObject),
        ("{\"event\":\"media\",\"streamSid\":\"x\"}", MediaMessageVerdict.MissingMedia),
        ("{\"event\":\"media\",\"streamSid\":\"x\",\"media\":\"AAAA\"}", MediaMessageVerdict.MediaNotAnObject),
        (Media("\"payload\":\"AAAA\",\"track\":1"), MediaMessageVerdict.TrackNotAString),
        (Media("\"payload\":\"AAAA\",\"chunk\":\"one\""), MediaMessageVerdict.ChunkNotANumber),
        (Media("\"payload\":\"AAAA\",\"chunk\":\"-1\""), MediaMessageVerdict.ChunkNotANumber),
        (Media("\"payload\":\"AAAA\",\"timestamp\":\"soon\""), MediaMessageVerdict.TimestampNotANumber),
        (Media("\"payload\":\"AAAA\",\"timestamp\":\"5 \""), MediaMessageVerdict.TimestampNotANumber),
        (Media("\"payload\":\"AAAA\",\"timestamp\":\"9007199254740992\""), MediaMessageVerdict.TimestampNotANumber),
        (Media("\"payload\":\"AAAA\",\"timestamp\":\"-20\""), MediaMessageVerdict.NegativeTimestamp),
        (Media("\"payload\":\"AAAA\",\"timestamp\":-20"), MediaMessageVerdict.NegativeTimestamp),
        (Media(""), MediaMessageVerdict.MissingPayload),
        (Media("\"payload\":null"), MediaMessageVerdict.MissingPayload),
        (Media("\"payload\":5"), MediaMessageVerdict.PayloadNotAString),
        (Media("\"payload\":[]"), MediaMessageVerdict.PayloadNotAString),
        (Media("\"payload\":\"\""), MediaMessageVerdict.EmptyPayload),
        (Media("\"payload\":\" \""), MediaMessageVerdict.EmptyPayload),
        (Media("\"payload\":\"A\""), MediaMessageVerdict.PayloadNotBase64),
        (Media("\"payload\":\"AAAAA\""), MediaMessageVerdict.PayloadNotBase64),
        (Media("\"payload\":\"AA=A\""), MediaMessageVerdict.PayloadNotBase64),
        (Media("\"payload\":\"====\""), MediaMessageVerdict.PayloadNotBase64),
        (Media("\"payload\":\"__-_\""), MediaMessageVerdict.PayloadNotBase64),
        (Media("\"payload\":\"AAA=AAAA\""), MediaMessageVerdict.PayloadNotBase64),
        (Media("\"payload\":\"é\""), MediaMessageVerdict.PayloadNotBase64),
        ("{\"event\":\"dtmf\",\"streamSid\":\"x\"}", MediaMessageVerdict.MissingDtmf),
        ("{\"event\":\"dtmf\",\"streamSid\":\"x\",\"dtmf\":5}", MediaMessageVerdict.DtmfNotAnObject),
        ("{\"event\":\"dtmf\",\"streamSid\":\"x\",\"dtmf\":{}}", MediaMessageVerdict.MissingDigit),
        ("{\"event\":\"dtmf\",\"streamSid\":\"x\",\"dtmf\":{\"digit\":\"\"}}", MediaMessageVerdict.MissingDigit),
        ("{\"event\":\"dtmf\",\"streamSid\":\"x\",\"dtmf\":{\"digit\":5}}", MediaMessageVerdict.DigitNotAString),
        ("{\"event\":\"dtmf\",\"streamSid\":\"x\",\"dtmf\":{\"digit\":\"5\",\"track\":{}}}", MediaMessageVerdict.TrackNotAString),
        ("{\"event\":\"mark\",\"streamSid\":\"x\"}", MediaMessageVerdict.MissingMark),
        ("{\"event\":\"mark\",\"streamSid\":\"x\",\"mark\":\"m\"}", MediaMessageVerdict.MarkNotAnObject),
        ("{\"event\":\"mark\",\"streamSid\":\"x\",\"mark\":{}}", MediaMessageVerdict.MissingMarkName),
        ("{\"event\":\"mark\",\"streamSid\":\"x\",\"mark\":{\"name\":1}}", MediaMessageVerdict.MarkNameNotAString),
    ];

    private static readonly (string Json, MediaMessageVerdict Verdict)[] BadStarts =
    [
        ("{\"event\":\"connected\"}", MediaMessageVerdict.NotAStart),
        ("{", MediaMessageVerdict.NotJson),
        (Start("\"callSid\":5"), MediaMessageVerdict.StartFieldWrongType),
        (Start("\"accountSid\":{}"), MediaMessageVerdict.StartFieldWrongType),
        (Start("\"callSid\":\"\\ud800\""), MediaMessageVerdict.StartFieldWrongType),
        (Start("\"tracks\":\"inbound\""), MediaMessageVerdict.StartFieldWrongType),
        (Start("\"tracks\":[1]"), MediaMessageVerdict.StartFieldWrongType),
        (Start("\"customParameters\":[]"), MediaMessageVerdict.StartFieldWrongType),
        (Start("\"customParameters\":{\"\\ud800\":\"x\"}"), MediaMessageVerdict.StartFieldWrongType),
        (Start("\"mediaFormat\":\"mulaw\""), MediaMessageVerdict.StartFieldWrongType),
        (Start("\"mediaFormat\":{\"sampleRate\":\"fast\"}"), MediaMessageVerdict.StartFieldWrongType),
        (Start("\"mediaFormat\":{\"sampleRate\":-8000}"), MediaMessageVerdict.StartFieldWrongType),
        (Start("\"mediaFormat\":{\"channels\":[]}"), MediaMessageVerdict.StartFieldWrongType),
    ];

    public static TheoryData<int, string> Messages => Rows(Bad);

    public static TheoryData<int, string> Starts => Rows(BadStarts);

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_bad_message_has_its_exact_verdict(int row, string verdict)
    {
        (string json, MediaMessageVerdict expected) = Bad[row];
        new MediaStreamReader().Read(Encoding.UTF8.GetBytes(json), out _).ShouldBe(expected, json);
        verdict.ShouldNotBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Starts))]
    public void A_bad_start_has_its_exact_verdict(int row, string verdict)
    {
        (string json, MediaMessageVerdict expected) = BadStarts[row];
        StartMessage.TryParse(Encoding.UTF8.GetBytes(json), out StartMessage? start, out MediaMessageVerdict found).ShouldBeFalse();
        start.ShouldBeNull();
        found.ShouldBe(expected, json);
        verdict.ShouldNotBeEmpty();
    }

    [Fact]
    public void Every_verdict_has_an_example()
        => Enum.GetValues<MediaMessageVerdict>().Except(Bad.Concat(BadStarts).Select(row => row.Verdict))
            .ShouldBe([MediaMessageVerdict.Ok]);

    [Fact]
    public void The_deepest_message_allowed_is_read()
    {
        string json = "{\"event\":\"connected\",\"x\":" + Nested(MediaStreamReader.MaxDepth - 1) + "}";
        new MediaStreamReader().Read(Encoding.UTF8.GetBytes(json), out _).ShouldBe(MediaMessageVerdict.Ok);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_get_a_verdict()
    {
        byte[] json = Encoding.Latin1.GetBytes("{\"event\":\"stop\",\"streamSid\":\"\xE9\\u0041\"}");
        new MediaStreamReader().Read(json, out _).ShouldBe(MediaMessageVerdict.StreamSidNotAString);
    }

    private static TheoryData<int, string> Rows((string Json, MediaMessageVerdict Verdict)[] table)
    {
        var rows = new TheoryData<int, string>();
        for (int i = 0; i < table.Length; i++)
        {
            rows.Add(i, table[i].Verdict.ToString());
        }

        return rows;
    }

    private static string Media(string inner) => "{\"event\":\"media\",\"streamSid\":\"x\",\"media\":{" + inner + "}}";

    private static string Start(string inner) => "{\"event\":\"start\",\"streamSid\":\"x\",\"start\":{" + inner + "}}";

    private static string Nested(int levels) => new string('[', levels) + new string(']', levels);
}
