using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Earshot.Engine.MediaStreams;

/// <summary>
/// JSON straight into a buffer, for messages of known shape. Base64 stands unescaped, as on the wire (Utf8JsonWriter would write
/// its plus signs as \u002B).
/// </summary>
internal ref struct WireJson
{
    private readonly IBufferWriter<byte> _output;
    private Span<byte> _room;
    private int _used;

    public WireJson(IBufferWriter<byte> output, int expected)
    {
        _output = output;
        _room = output.GetSpan(expected);
        _used = 0;
    }

    public static int Base64Length(int bytes) => Base64.GetMaxEncodedToUtf8Length(bytes);

    public void Raw(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Room(text.Length));
        _used += text.Length;
    }

    public void Number(long number)
    {
        Utf8Formatter.TryFormat(number, Room(20), out int written);
        _used += written;
    }

    public void QuotedNumber(long number)
    {
        Raw("\""u8);
        Number(number);
        Raw("\""u8);
    }

    public void Base64Text(ReadOnlySpan<byte> bytes)
    {
        Raw("\""u8);
        Base64.EncodeToUtf8(bytes, Room(Base64Length(bytes.Length)), out _, out int written);
        _used += written;
        Raw("\""u8);
    }

    /// <summary>A text in quotes; half a surrogate pair becomes U+FFFD, as everywhere in UTF-8.</summary>
    public void Text(string text)
    {
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        Text(utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8)));
        ArrayPool<byte>.Shared.Return(utf8);
    }

    public void Text(ReadOnlySpan<byte> utf8)
    {
        Span<byte> room = Room((6 * utf8.Length) + 2);
        int used = 0;
        room[used++] = (byte)'"';
        foreach (byte character in utf8)
        {
            if (character is (byte)'"' or (byte)'\\')
            {
                room[used++] = (byte)'\\';
                room[used++] = character;
            }
            else if (character < 0x20)
            {
                "\\u00"u8.CopyTo(room[used..]);
                room[used + 4] = (byte)('0' + (character >> 4));
                room[used + 5] = (byte)"0123456789abcdef"[character & 15];
                used += 6;
            }
            else
            {
                room[used++] = character;
            }
        }

        room[used++] = (byte)'"';
        _used += used;
    }

    public readonly void Done() => _output.Advance(_used);

    private Span<byte> Room(int length)
    {
        if (_room.Length - _used < length)
        {
            _output.Advance(_used);
            _room = _output.GetSpan(length);
            _used = 0;
        }

        return _room[_used..];
    }
}
