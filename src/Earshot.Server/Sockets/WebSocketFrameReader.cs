using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Earshot.Server.Sockets;

/// <summary>Kinds of frames (RFC 6455, 5.2).</summary>
internal enum WebSocketOpcode
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// <summary>Hears what a client sent.</summary>
internal interface IWebSocketHandler
{
    /// <summary>A whole text or binary message, unmasked. <paramref name="consumedBytes"/> counts all bytes of the connection up to its end.</summary>
    void OnMessage(ReadOnlySpan<byte> message, bool isText, long consumedBytes);

    /// <summary>A ping, pong or close frame; the connection ends with a close.</summary>
    void OnControl(WebSocketOpcode opcode, ReadOnlySpan<byte> body);
}

/// <summary>Reads a client's frames from bytes as they come (RFC 6455, 5): unmasks in place, joins fragments, refuses what the protocol forbids. Copies only what spans two reads.</summary>
internal sealed class WebSocketFrameReader(int maxMessageBytes) : IDisposable
{
    private const int LongestHeader = 14;
    private const int LongestControlBody = 125;

    private byte[] rest = [];
    private int restLength;
    private byte[] fragments = [];
    private int fragmentsLength;
    private WebSocketOpcode fragmentsKind;
    private bool inFragments;
    private long consumed;

    /// <summary>Bytes that wait for the rest of their frame.</summary>
    public int RestLength => restLength;

    /// <summary>The most bytes that can wait.</summary>
    public int LongestRest => maxMessageBytes + LongestHeader;

    /// <summary>Puts the waiting bytes at the front of <paramref name="buffer"/>; new ones are to follow them there.</summary>
    public int TakeRest(Span<byte> buffer)
    {
        int length = restLength;
        rest.AsSpan(0, length).CopyTo(buffer);
        restLength = 0;
        return length;
    }

    /// <summary>Reads all whole frames in <paramref name="bytes"/> (which it overwrites), beginning with what <see cref="TakeRest"/> gave.</summary>
    /// <returns>0, or the close code of the rule that the client broke (RFC 6455, 7.4.1): 1002 protocol, 1009 too big.</returns>
    public int Read(Span<byte> bytes, IWebSocketHandler handler)
    {
        while (bytes.Length >= 2)
        {
            int error = Header(bytes, out WebSocketOpcode opcode, out bool final, out int headerLength, out int length);
            if (error != 0) return error;
            if (headerLength == 0 || bytes.Length < headerLength + length) break;
            Span<byte> body = bytes.Slice(headerLength, length);
            Unmask(body, MemoryMarshal.Read<uint>(bytes[(headerLength - 4)..]));
            consumed += headerLength + length;
            bytes = bytes[(headerLength + length)..];
            error = Frame(opcode, final, body, handler);
            if (error != 0) return error;
            if (opcode == WebSocketOpcode.Close) return 0;
        }
        Keep(bytes);
        return 0;
    }

    public void Dispose()
    {
        Return(ref rest);
        Return(ref fragments);
        restLength = fragmentsLength = 0;
    }

    private int Header(ReadOnlySpan<byte> bytes, out WebSocketOpcode opcode, out bool final, out int headerLength, out int length)
    {
        final = (bytes[0] & 0x80) != 0;
        opcode = (WebSocketOpcode)(bytes[0] & 0x0F);
        length = bytes[1] & 0x7F;
        headerLength = 0;
        bool control = ((int)opcode & 8) != 0;
        if ((bytes[0] & 0x70) != 0 || (bytes[1] & 0x80) == 0) return WebSocketClose.ProtocolError;
        if (opcode is not (WebSocketOpcode.Continuation or WebSocketOpcode.Text or WebSocketOpcode.Binary or WebSocketOpcode.Close or WebSocketOpcode.Ping or WebSocketOpcode.Pong)) return WebSocketClose.ProtocolError;
        if (control && (!final || length > LongestControlBody)) return WebSocketClose.ProtocolError;
        if (!control && (opcode == WebSocketOpcode.Continuation) != inFragments) return WebSocketClose.ProtocolError;
        int extended = length == 126 ? 2 : length == 127 ? 8 : 0;
        if (bytes.Length < 2 + extended + 4) return 0;
        if (extended == 2) length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        if (extended == 8)
        {
            ulong wide = BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]);
            if (wide > (ulong)maxMessageBytes) return WebSocketClose.TooBig;
            length = (int)wide;
        }
        if (!control && length + fragmentsLength > maxMessageBytes) return WebSocketClose.TooBig;
        headerLength = 2 + extended + 4;
        return 0;
    }

    private int Frame(WebSocketOpcode opcode, bool final, ReadOnlySpan<byte> body, IWebSocketHandler handler)
    {
        if (((int)opcode & 8) != 0)
        {
            if (opcode == WebSocketOpcode.Close && body.Length == 1) return WebSocketClose.ProtocolError;
            handler.OnControl(opcode, body);
            return 0;
        }
        if (final && !inFragments)
        {
            handler.OnMessage(body, opcode == WebSocketOpcode.Text, consumed);
            return 0;
        }
        if (!inFragments) fragmentsKind = opcode;
        inFragments = !final;
        Append(ref fragments, ref fragmentsLength, body);
        if (!final) return 0;
        handler.OnMessage(fragments.AsSpan(0, fragmentsLength), fragmentsKind == WebSocketOpcode.Text, consumed);
        fragmentsLength = 0;
        Return(ref fragments);
        return 0;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            if (rest.Length > 0) Return(ref rest);
            return;
        }
        restLength = 0;
        Append(ref rest, ref restLength, bytes);
    }

    private static void Append(ref byte[] buffer, ref int length, ReadOnlySpan<byte> bytes)
    {
        if (buffer.Length < length + bytes.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(length + bytes.Length);
            buffer.AsSpan(0, length).CopyTo(larger);
            Return(ref buffer);
            buffer = larger;
        }
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }

    private static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    /// <summary>XOR with the key, repeated from the body's first byte (RFC 6455, 5.3).</summary>
    private static void Unmask(Span<byte> body, uint key)
    {
        Span<uint> words = MemoryMarshal.Cast<byte, uint>(body);
        var wide = new Vector<uint>(key);
        int i = 0;
        for (; i <= words.Length - Vector<uint>.Count; i += Vector<uint>.Count) (new Vector<uint>(words[i..]) ^ wide).CopyTo(words[i..]);
        for (; i < words.Length; i++) words[i] ^= key;
        for (i *= sizeof(uint); i < body.Length; i++) body[i] ^= (byte)(key >> (8 * (i & 3)));
    }
}
