using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace Earshot.Engine.Recording;

/// <summary>The form of a journal: a header line, then <c>{"us":arrival,"dir":"in"|"out","msg":…}</c> a message.</summary>
internal static class JournalLine
{
    /// <summary>Bytes a line can need beyond its message.</summary>
    private const int Overhead = 64;

    /// <summary>Appends the line of one message.</summary>
    /// <param name="destination">Where lines gather.</param>
    /// <param name="us">Arrival in microseconds since the header's <c>zeroAt</c>.</param>
    /// <param name="outgoing">True for what Earshot's side sent.</param>
    /// <param name="message">The message as it came.</param>
    /// <param name="isJson">False writes it as <c>"b64"</c>; so does a message with a line break in it.</param>
    public static void Append(PooledBytes destination, long us, bool outgoing, ReadOnlySpan<byte> message, bool isJson)
    {
        bool verbatim = isJson && message.IndexOfAny((byte)'\n', (byte)'\r') < 0;
        int need = Overhead + (verbatim ? message.Length : Base64.GetMaxEncodedToUtf8Length(message.Length));
        Span<byte> line = destination.Reserve(need);
        int n = Put(line, 0, "{\"us\":"u8);
        Utf8Formatter.TryFormat(us, line[n..], out int digits);
        n = Put(line, n + digits, outgoing ? ",\"dir\":\"out\","u8 : ",\"dir\":\"in\","u8);
        if (verbatim)
        {
            n = Put(line, n, "\"msg\":"u8);
            n = Put(line, n, message);
            n = Put(line, n, "}\n"u8);
        }
        else
        {
            n = Put(line, n, "\"b64\":\""u8);
            Base64.EncodeToUtf8(message, line[n..], out _, out int written);
            n = Put(line, n + written, "\"}\n"u8);
        }
        destination.Advance(n);
    }

    /// <summary>Appends a note of messages that the journal lacks because the disk did not take them.</summary>
    public static void AppendGap(PooledBytes destination, long us, long messages)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("us", us);
            json.WriteNumber("missing", messages);
            json.WriteEndObject();
        }
        destination.Append(buffer.WrittenSpan);
        destination.Append("\n"u8);
    }

    /// <summary>Appends a note of how long the carrier's socket took to answer.</summary>
    public static void AppendRoundTrip(PooledBytes destination, long us, long roundTripUs)
    {
        Span<byte> line = destination.Reserve(Overhead);
        int n = Put(line, 0, "{\"us\":"u8);
        Utf8Formatter.TryFormat(us, line[n..], out int digits);
        n = Put(line, n + digits, ",\"roundTripUs\":"u8);
        Utf8Formatter.TryFormat(roundTripUs, line[n..], out digits);
        destination.Advance(Put(line, n + digits, "}\n"u8));
    }

    /// <summary>Appends a note that from here on the outbound recording is a microphone's, which the journal does not have.</summary>
    public static void AppendMicrophone(PooledBytes destination, long us)
    {
        Span<byte> line = destination.Reserve(Overhead);
        int n = Put(line, 0, "{\"us\":"u8);
        Utf8Formatter.TryFormat(us, line[n..], out int digits);
        destination.Advance(Put(line, n + digits, ",\"microphone\":true}\n"u8));
    }

    private static int Put(Span<byte> line, int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(line[at..]);
        return at + bytes.Length;
    }
}
