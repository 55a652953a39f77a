using System.Buffers.Binary;
using System.IO.Compression;

namespace Earshot.Audio.Drawing;

/// <summary>Writes a picture as PNG, 8 bits a channel, compressed. W3C Portable Network Graphics, third edition.</summary>
public static class PngWriter
{
    private static readonly uint[] CrcTable = MakeCrcTable();

    /// <summary>Writes the picture.</summary>
    /// <param name="canvas">The picture.</param>
    /// <param name="stream">Takes the file.</param>
    public static void Write(PixelCanvas canvas, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> head = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, canvas.Width);
        BinaryPrimitives.WriteInt32BigEndian(head[4..], canvas.Height);
        (head[8], head[9]) = (8, 2); // 8 bits of red, green and blue.
        Chunk(stream, "IHDR"u8, head);
        Chunk(stream, "IDAT"u8, Compressed(canvas));
        Chunk(stream, "IEND"u8, []);
    }

    private static byte[] Compressed(PixelCanvas canvas)
    {
        using var memory = new MemoryStream();
        using (var zlib = new ZLibStream(memory, CompressionLevel.Optimal, leaveOpen: true))
        {
            // Each row as the difference to the one above it (filter 2): large even areas become zeros.
            var row = new byte[1 + 3 * canvas.Width];
            row[0] = 2;
            ReadOnlySpan<Colour> pixels = canvas.Pixels;
            for (int y = 0; y < canvas.Height; y++)
            {
                for (int x = 0, at = 1; x < canvas.Width; x++, at += 3)
                {
                    Colour now = pixels[y * canvas.Width + x], above = y == 0 ? default : pixels[(y - 1) * canvas.Width + x];
                    (row[at], row[at + 1], row[at + 2]) = ((byte)(now.R - above.R), (byte)(now.G - above.G), (byte)(now.B - above.B));
                }
                zlib.Write(row);
            }
        }
        return memory.ToArray();
    }

    private static void Chunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        stream.Write(number);
        stream.Write(type);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        stream.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes) crc = CrcTable[(crc ^ b) & 0xFF] ^ (crc >> 8);
        return crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (uint n = 0; n < 256; n++)
        {
            uint c = n;
            for (int k = 0; k < 8; k++) c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
            table[n] = c;
        }
        return table;
    }
}
