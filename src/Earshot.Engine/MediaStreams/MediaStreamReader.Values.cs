using System.Buffers.Text;
using System.Text.Json;

namespace Earshot.Engine.MediaStreams;

/// <summary>Values as the wire has them: text with or without escapes, numbers as numbers or as strings, null as absent.</summary>
internal sealed partial class MediaStreamReader
{
    /// <summary>Reads the object of one event. If it comes twice, the last one counts as a whole.</summary>
    /// <returns>false if it nests too deep.</returns>
    private bool ReadSection(ref Utf8JsonReader json, ReadOnlySpan<byte> utf8, Section section, ref Findings found)
    {
        Found kind = json.TokenType switch
        {
            JsonTokenType.StartObject => Found.Good,
            JsonTokenType.Null => Found.Absent,
            _ => Found.WrongType,
        };
        Forget(section, kind, ref found);
        if (kind != Found.Good)
        {
            return SkipValue(ref json);
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            ReadOnlySpan<byte> name = Name(ref json);
            json.Read();
            ReadProperty(ref json, utf8, section, name, ref found);
            if (!SkipValue(ref json))
            {
                return false;
            }
        }

        return true;
    }

    private static void Forget(Section section, Found kind, ref Findings found)
    {
        switch (section)
        {
            case Section.Media:
                found.Media = kind;
                found.MediaTrack = found.Chunk = found.Timestamp = found.Payload = Found.Absent;
                found.MediaTrackText = found.PayloadText = default;
                found.ChunkNumber = found.TimestampMs = -1;
                break;
            case Section.Start:
                found.Start = kind;
                found.InnerStreamSid = Found.Absent;
                found.InnerStreamSidText = default;
                break;
            case Section.Dtmf:
                found.Dtmf = kind;
                found.DtmfTrack = found.Digit = Found.Absent;
                found.DtmfTrackText = found.DigitText = default;
                break;
            default:
                found.Mark = kind;
                found.MarkName = Found.Absent;
                found.MarkNameText = default;
                break;
        }
    }

    private void ReadProperty(
        ref Utf8JsonReader json, ReadOnlySpan<byte> utf8, Section section, scoped ReadOnlySpan<byte> name, ref Findings found)
    {
        switch (section)
        {
            case Section.Media when name.SequenceEqual("payload"u8):
                found.Payload = Text(ref json, out found.PayloadText);
                break;
            case Section.Media when name.SequenceEqual("timestamp"u8):
                found.Timestamp = Number(ref json, utf8, out found.TimestampMs);
                break;
            case Section.Media when name.SequenceEqual("chunk"u8):
                found.Chunk = Number(ref json, utf8, out found.ChunkNumber);
                break;
            case Section.Media when name.SequenceEqual("track"u8):
                found.MediaTrack = Text(ref json, out found.MediaTrackText);
                break;
            case Section.Start when name.SequenceEqual("streamSid"u8):
                found.InnerStreamSid = Text(ref json, out found.InnerStreamSidText);
                break;
            case Section.Dtmf when name.SequenceEqual("digit"u8):
                found.Digit = Text(ref json, out found.DigitText);
                break;
            case Section.Dtmf when name.SequenceEqual("track"u8):
                found.DtmfTrack = Text(ref json, out found.DtmfTrackText);
                break;
            case Section.Mark when name.SequenceEqual("name"u8):
                found.MarkName = Text(ref json, out found.MarkNameText);
                break;
        }
    }

    /// <summary>A property's name; empty (so unknown) where its escapes make no text.</summary>
    private ReadOnlySpan<byte> Name(ref Utf8JsonReader json)
    {
        if (!json.ValueIsEscaped)
        {
            return json.ValueSpan;
        }

        return Unescape(ref json, out Place place) ? _scratch.AsSpan(place.Start, place.Length) : default;
    }

    private Found Text(ref Utf8JsonReader json, out Place text)
    {
        if (json.TokenType == JsonTokenType.String)
        {
            if (!json.ValueIsEscaped)
            {
                text = new Place((int)json.TokenStartIndex + 1, json.ValueSpan.Length, InScratch: false);
                return Found.Good;
            }

            return Unescape(ref json, out text) ? Found.Good : Found.WrongType;
        }

        text = default;
        return json.TokenType == JsonTokenType.Null ? Found.Absent : Found.WrongType;
    }

    private Found Number(ref Utf8JsonReader json, ReadOnlySpan<byte> utf8, out long number)
    {
        number = -1;
        ReadOnlySpan<byte> text;
        if (json.TokenType == JsonTokenType.Number)
        {
            text = json.ValueSpan;
        }
        else
        {
            Found kind = Text(ref json, out Place place);
            if (kind != Found.Good)
            {
                return kind;
            }

            text = Span(utf8, place);
        }

        if (!Utf8Parser.TryParse(text, out long value, out int read) || read != text.Length || value > MaxNumber)
        {
            return Found.WrongType;
        }

        if (value < 0)
        {
            return Found.Negative;
        }

        number = value;
        return Found.Good;
    }

    private ReadOnlySpan<byte> Span(ReadOnlySpan<byte> utf8, Place place)
        => place.InScratch ? _scratch.AsSpan(place.Start, place.Length) : utf8.Slice(place.Start, place.Length);

    /// <summary>Copies a text without its escapes behind the others in the scratch buffer. Escapes only shrink.</summary>
    private bool Unescape(ref Utf8JsonReader json, out Place place)
    {
        int most = json.ValueSpan.Length;
        if (_scratch.Length - _scratchUsed < most)
        {
            Array.Resize(ref _scratch, Math.Max(1024, 2 * (_scratchUsed + most)));
        }

        try
        {
            int length = json.CopyString(_scratch.AsSpan(_scratchUsed));
            place = new Place(_scratchUsed, length, InScratch: true);
            _scratchUsed += length;
            return true;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, or bytes that are not UTF-8.
            place = default;
            return false;
        }
    }
}
