using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Tests.MediaStreams;

/// <summary>One message: its text as the carrier writes it, what reading it must give, and what writes it.</summary>
internal sealed record MessageExample(string Name, string Json, Seen Expected, Action<IBufferWriter<byte>>? Write = null)
{
    public const string Sid = "MZ18ad3ab5a668481ce02b83e7395059f0";
    public const string Call = "CA5a8e2e54b9d0d2a1e35f4a9d2c1b0a99";
    public const string Account = "AC0123456789abcdef0123456789abcdef";

    private static readonly byte[] Frame = [.. Enumerable.Range(0, 160).Select(i => (byte)(255 - i))];
    private static readonly byte[] SidBytes = Encoding.ASCII.GetBytes(Sid);

    public static StartMessage Start { get; } = new()
    {
        StreamSid = Sid,
        CallSid = Call,
        AccountSid = Account,
        Tracks = ["inbound", "outbound"],
        CustomParameters = [new("speaker", "technician"), new("note", "Zoë says \"hi\" \\ </x> 😀\n")],
        SequenceNumber = 1,
    };

    public static IReadOnlyList<MessageExample> All { get; } =
    [
        new("connected", """{"event":"connected","protocol":"Call","version":"1.0.0"}""",
            new Seen(MediaMessageKind.Connected), MediaStreamWriter.WriteConnected),
        new("start", $$$"""
            {"event":"start","sequenceNumber":"1","start":{"accountSid":"{{{Account}}}","streamSid":"{{{Sid}}}","callSid":"{{{Call}}}","tracks":["inbound","outbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"speaker":"technician","note":"Zoë says \"hi\" \\ </x> 😀\u000a"}},"streamSid":"{{{Sid}}}"}
            """,
            new Seen(MediaMessageKind.Start, Sid, 1), output => MediaStreamWriter.WriteStart(output, Start)),
        new("media", $$$"""
            {"event":"media","sequenceNumber":"4","media":{"track":"inbound","chunk":"2","timestamp":"57","payload":"{{{Convert.ToBase64String(Frame)}}}"},"streamSid":"{{{Sid}}}"}
            """,
            new Seen(MediaMessageKind.Media, Sid, 4, "inbound", 2, 57, Convert.ToBase64String(Frame), 160),
            output => MediaStreamWriter.WriteMedia(output, SidBytes, 4, "inbound"u8, 2, 57, Frame)),
        new("media of one byte", $$$"""
            {"event":"media","sequenceNumber":"9007199254740991","media":{"track":"outbound","chunk":"0","timestamp":"0","payload":"/w=="},"streamSid":"{{{Sid}}}"}
            """,
            new Seen(MediaMessageKind.Media, Sid, 9007199254740991, "outbound", 0, 0, "/w==", 1),
            output => MediaStreamWriter.WriteMedia(output, SidBytes, 9007199254740991, "outbound"u8, 0, 0, [255])),
        new("stop", $$$"""
            {"event":"stop","sequenceNumber":"5","streamSid":"{{{Sid}}}","stop":{"accountSid":"{{{Account}}}","callSid":"{{{Call}}}"}}
            """,
            new Seen(MediaMessageKind.Stop, Sid, 5), output => MediaStreamWriter.WriteStop(output, Sid, 5, Account, Call)),
        new("dtmf", $$$"""
            {"event":"dtmf","streamSid":"{{{Sid}}}","sequenceNumber":"6","dtmf":{"track":"inbound_track","digit":"#"}}
            """,
            new Seen(MediaMessageKind.Dtmf, Sid, 6, "inbound_track") { Digit = "#" },
            output => MediaStreamWriter.WriteDtmf(output, Sid, 6, "#")),
        new("mark", $$$"""
            {"event":"mark","sequenceNumber":"7","streamSid":"{{{Sid}}}","mark":{"name":"a/b \"c\""}}
            """,
            new Seen(MediaMessageKind.Mark, Sid, 7) { MarkName = "a/b \"c\"" },
            output => MediaStreamWriter.WriteMark(output, Sid, 7, "a/b \"c\"")),
        new("media to the carrier", $$$"""
            {"event":"media","streamSid":"{{{Sid}}}","media":{"payload":"{{{Convert.ToBase64String(Frame)}}}"}}
            """,
            new Seen(MediaMessageKind.Media, Sid, Payload: Convert.ToBase64String(Frame), PayloadBytes: 160),
            output => MediaStreamWriter.WriteMedia(output, SidBytes, Frame)),
        new("mark to the carrier", $$$"""
            {"event":"mark","streamSid":"{{{Sid}}}","mark":{"name":""}}
            """,
            new Seen(MediaMessageKind.Mark, Sid) { MarkName = "" }, output => MediaStreamWriter.WriteMark(output, Sid, "")),
        new("clear to the carrier", $$$"""
            {"event":"clear","streamSid":"{{{Sid}}}"}
            """,
            new Seen(MediaMessageKind.Clear, Sid), output => MediaStreamWriter.WriteClear(output, Sid)),
        new("older connected", """{"event":"connected","protocol":"Call","version":"0.2.0"}""", new Seen(MediaMessageKind.Connected)),
        new("start with its SID inside only", $$$"""
            {"event":"start","start":{"streamSid":"{{{Sid}}}"}}
            """,
            new Seen(MediaMessageKind.Start, Sid)),
        new("SID of a compatible carrier", """
            {"event":"media","sequenceNumber":"1","streamSid":"8f0b1ea0-93a5-4d8c-8b0e-000000000001","media":{"payload":"AAAA"}}
            """,
            new Seen(MediaMessageKind.Media, "8f0b1ea0-93a5-4d8c-8b0e-000000000001", 1, Payload: "AAAA", PayloadBytes: 3)),
        new("payload without padding", $$$"""
            {"event":"media","streamSid":"{{{Sid}}}","media":{"payload":"//8"}}
            """,
            new Seen(MediaMessageKind.Media, Sid, Payload: "//8", PayloadBytes: 2)),
        new("null is as good as absent", $$$"""
            {"event":"media","streamSid":"{{{Sid}}}","sequenceNumber":null,"mark":null,"media":{"track":null,"chunk":null,"timestamp":null,"payload":"//8="}}
            """,
            new Seen(MediaMessageKind.Media, Sid, Payload: "//8=", PayloadBytes: 2)),
        new("other events' properties of any type", $$$"""
            {"event":"media","streamSid":"{{{Sid}}}","mark":5,"dtmf":[],"start":"x","media":{"payload":"//8="}}
            """,
            new Seen(MediaMessageKind.Media, Sid, Payload: "//8=", PayloadBytes: 2)),
        new("unknown event", """{"event":"weather","media":5,"sequenceNumber":[]}""", new Seen(MediaMessageKind.Unknown)),
        new("event of no name", """{"event":""}""", new Seen(MediaMessageKind.Unknown)),
    ];

    /// <summary>The same message in other words.</summary>
    public string Rewritten(Random random, Rewriting how)
    {
        JsonNode node = JsonNode.Parse(Json)!;
        if (how.HasFlag(Rewriting.NumbersAsNumbers))
        {
            NumbersAsNumbers(node);
        }

        var text = new StringBuilder();
        Rewrite(node, "", random, how, text);
        return text.ToString();
    }

    private static void NumbersAsNumbers(JsonNode node)
    {
        foreach (string name in new[] { "sequenceNumber", "chunk", "timestamp" })
        {
            foreach (JsonObject place in new[] { node, node["media"] }.OfType<JsonObject>())
            {
                if (place[name] is JsonValue value && long.TryParse(value.ToString(), out long number))
                {
                    place[name] = number;
                }
            }
        }
    }

    private static void Rewrite(JsonNode? node, string parent, Random random, Rewriting how, StringBuilder text)
    {
        string blank = how.HasFlag(Rewriting.Extras) ? " \r\n\t"[..random.Next(5)] : "";
        text.Append(blank);
        switch (node)
        {
            case JsonObject table:
                // A custom parameter's place is a fact; an extra one would be another message.
                bool free = parent != "customParameters";
                var parts = table.Select(property =>
                {
                    var part = new StringBuilder();
                    part.Append(blank).Append(Quoted(property.Key, random, how)).Append(blank).Append(':');
                    Rewrite(property.Value, property.Key, random, how, part);
                    return part.ToString();
                }).ToList();
                if (free && how.HasFlag(Rewriting.Extras))
                {
                    parts.Add("\"extra\":{\"event\":\"stop\",\"media\":{\"payload\":[1,[2,{}]]}}");
                    parts.Add("\"half\\ud800\":[]");
                }

                if (free && how.HasFlag(Rewriting.AnyOrder))
                {
                    random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(parts));
                }

                text.Append('{').AppendJoin(',', parts).Append('}');
                break;
            case JsonArray list:
                text.Append('[');
                for (int i = 0; i < list.Count; i++)
                {
                    text.Append(i == 0 ? "" : ",");
                    Rewrite(list[i], "", random, how, text);
                }

                text.Append(']');
                break;
            case JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String:
                text.Append(Quoted(value.GetValue<string>(), random, how));
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }

        text.Append(blank);
    }

    private static string Quoted(string value, Random random, Rewriting how)
    {
        var text = new StringBuilder("\"");
        foreach (char character in value)
        {
            if (character == '/' && how.HasFlag(Rewriting.Escapes))
            {
                text.Append("\\/");
            }
            else if (character is '"' or '\\' or < ' ' || (how.HasFlag(Rewriting.Escapes) && (char.IsSurrogate(character) || random.Next(3) == 0)))
            {
                text.Append($"\\u{(int)character:X4}");
            }
            else
            {
                text.Append(character);
            }
        }

        return text.Append('"').ToString();
    }
}
