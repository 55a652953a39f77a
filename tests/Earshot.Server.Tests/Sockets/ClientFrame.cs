using System.Buffers.Binary;

namespace Earshot.Server.Tests.Sockets;

/// <summary>Frames as a client writes them (RFC 6455, 5.2), right or wrong.</summary>
internal static class ClientFrame
{
    public const int Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10;

    /// <summary>One frame.</summary>
    /// <param name="opcode">Its kind.</param>
    /// <param name="body">Its content.</param>
    /// <param name="final">The last of its message.</param>
    /// <param name="masked">Clients must mask.</param>
    /// <param name="reserved">Bits RSV1 to RSV3, as they stand in the first byte.</param>
    /// <param name="lengthBytes">0 takes the shortest form; 2 or 8 asks for a longer one.</param>
    /// <param name="key">The masking key.</param>
    public static byte[] Of(int opcode, ReadOnlySpan<byte> body, bool final = true, bool masked = true, int reserved = 0, int lengthBytes = 0, uint key = 0xA1B2C3D4)
    {
        int extended = lengthBytes > 0 ? lengthBytes : body.Length < 126 ? 0 : body.Length <= ushort.MaxValue ? 2 : 8;
        byte[] frame = new byte[2 + extended + (masked ? 4 : 0) + body.Length];
        frame[0] = (byte)((final ? 0x80 : 0) | reserved | opcode);
        frame[1] = (byte)((masked ? 0x80 : 0) | (extended == 0 ? body.Length : extended == 2 ? 126 : 127));
        if (extended == 2) BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)body.Length);
        if (extended == 8) BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), (ulong)body.Length);
        if (masked) BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(2 + extended), key);
        Span<byte> target = frame.AsSpan(frame.Length - body.Length);
        for (int i = 0; i < body.Length; i++) target[i] = masked ? (byte)(body[i] ^ (key >> (24 - (8 * (i % 4))))) : body[i];
        return frame;
    }

    /// <summary>A frame that claims a length and has no body yet.</summary>
    public static byte[] Claiming(ulong length)
    {
        byte[] frame = new byte[14];
        frame[0] = 0x81;
        frame[1] = 0xFF;
        BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), length);
        return frame;
    }
}
