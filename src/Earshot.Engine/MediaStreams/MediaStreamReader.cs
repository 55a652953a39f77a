using System.Text.Json;

namespace Earshot.Engine.MediaStreams;

/// <summary>
/// Step 3: reads one message of the media socket in place. Properties may come in any order; unknown ones are passed over; of a
/// property that comes twice the last one counts. One reader belongs to one socket; it is not thread-safe.
/// </summary>
internal sealed partial class MediaStreamReader
{
    /// <summary>How deep a message may nest. The carrier's own messages need four levels.</summary>
    public const int MaxDepth = 16;

    /// <summary>The largest sequence number, chunk and timestamp: what JSON carries exactly. Sums of two do not overflow.</summary>
    public const long MaxNumber = (1L << 53) - 1;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth + 2 };

    private byte[] _scratch = [];
    private int _scratchUsed;

    private static MediaMessage Nothing => new() { SequenceNumber = -1, Chunk = -1, TimestampMs = -1 };

    /// <summary>Reads a message. Allocates nothing, but on broken JSON and the first time a long text has escapes.</summary>
    public MediaMessageVerdict Read(ReadOnlySpan<byte> utf8Message, out MediaMessage message)
    {
        _scratchUsed = 0;
        if (utf8Message.StartsWith("\uFEFF"u8))
        {
            message = Nothing;
            return MediaMessageVerdict.ByteOrderMark;
        }

        try
        {
            return ReadMessage(utf8Message, out message);
        }
        catch (JsonException)
        {
            // Utf8JsonReader has no way of saying "not JSON" but this.
            message = Nothing;
            return MediaMessageVerdict.NotJson;
        }
    }

    /// <summary>
    /// Decodes a payload. Missing padding is taken as it is (RFC 4648 asks for it and the carrier sends it, but most receivers
    /// decode without it, so a frame of a sloppy carrier is audio and not a loss), so is white space; the URL-safe alphabet is not.
    /// </summary>
    /// <returns>false if the text is not base64 or the destination is too short.</returns>
    public static bool TryDecodePayload(ReadOnlySpan<byte> base64, Span<byte> destination, out int bytes)
        => PayloadText.TryDecode(base64, destination, out bytes);

    private MediaMessageVerdict ReadMessage(ReadOnlySpan<byte> utf8, out MediaMessage message)
    {
        message = Nothing;
        var json = new Utf8JsonReader(utf8, Options);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return SkipValue(ref json) && !json.Read() ? MediaMessageVerdict.NotAnObject : MediaMessageVerdict.TooDeep;
        }

        var found = new Findings { SequenceNumber = -1, ChunkNumber = -1, TimestampMs = -1 };
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            ReadOnlySpan<byte> name = Name(ref json);
            json.Read();
            Section section = Section.None;
            switch (name.Length)
            {
                case 4 when name.SequenceEqual("dtmf"u8):
                    section = Section.Dtmf;
                    break;
                case 4 when name.SequenceEqual("mark"u8):
                    section = Section.Mark;
                    break;
                case 5 when name.SequenceEqual("media"u8):
                    section = Section.Media;
                    break;
                case 5 when name.SequenceEqual("start"u8):
                    section = Section.Start;
                    break;
                case 5 when name.SequenceEqual("event"u8):
                    found.Event = Text(ref json, out found.EventText);
                    break;
                case 9 when name.SequenceEqual("streamSid"u8):
                    found.StreamSid = Text(ref json, out found.StreamSidText);
                    break;
                case 14 when name.SequenceEqual("sequenceNumber"u8):
                    found.Sequence = Number(ref json, utf8, out found.SequenceNumber);
                    break;
            }

            if (!(section == Section.None ? SkipValue(ref json) : ReadSection(ref json, utf8, section, ref found)))
            {
                return MediaMessageVerdict.TooDeep;
            }
        }

        json.Read(); // throws if anything follows the object
        if (found.Event != Found.Good)
        {
            return found.Event == Found.Absent ? MediaMessageVerdict.NoEvent : MediaMessageVerdict.EventNotAString;
        }

        message.Event = Span(utf8, found.EventText);
        message.Kind = KindOf(message.Event);
        return Judge(utf8, ref found, ref message);
    }

    private static MediaMessageKind KindOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 when name.SequenceEqual("stop"u8) => MediaMessageKind.Stop,
        4 when name.SequenceEqual("mark"u8) => MediaMessageKind.Mark,
        4 when name.SequenceEqual("dtmf"u8) => MediaMessageKind.Dtmf,
        5 when name.SequenceEqual("media"u8) => MediaMessageKind.Media,
        5 when name.SequenceEqual("start"u8) => MediaMessageKind.Start,
        5 when name.SequenceEqual("clear"u8) => MediaMessageKind.Clear,
        9 when name.SequenceEqual("connected"u8) => MediaMessageKind.Connected,
        _ => MediaMessageKind.Unknown,
    };

    /// <summary>Passes over the value the reader stands on.</summary>
    /// <returns>false if it nests too deep.</returns>
    private static bool SkipValue(ref Utf8JsonReader json)
    {
        if (json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return true;
        }

        int depth = json.CurrentDepth;
        do
        {
            if (json.CurrentDepth > MaxDepth - 1 && json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                return false;
            }
        }
        while (json.Read() && json.CurrentDepth > depth);

        return true;
    }
}
