using System.Buffers.Binary;
using System.Text;

namespace Earshot.Audio.Tests.Wave;

/// <summary>WAV files made by hand, byte by byte, right or wrong.</summary>
internal static class WaveBytes
{
    public static byte[] File(params byte[][] chunks)
    {
        byte[] body = [.. "WAVE"u8, .. chunks.SelectMany(chunk => chunk)];
        return [.. "RIFF"u8, .. Int32(body.Length), .. body];
    }

    public static byte[] Chunk(string id, byte[] body, uint? size = null, bool padded = true)
        => [.. Encoding.ASCII.GetBytes(id), .. Int32((int)(size ?? (uint)body.Length)), .. body, .. padded && body.Length % 2 == 1 ? new byte[1] : []];

    public static byte[] Format(int tag = 1, int channels = 1, int rate = 8000, int bits = 16, int? block = null, byte[]? more = null)
    {
        int align = block ?? channels * bits / 8;
        return Chunk("fmt ", [.. Int16(tag), .. Int16(channels), .. Int32(rate), .. Int32(rate * align), .. Int16(align), .. Int16(bits), .. more ?? []]);
    }

    public static byte[] Data(params short[] samples) => Chunk("data", Samples(samples));

    public static byte[] Samples(params short[] samples) => samples.SelectMany(sample => Int16(sample)).ToArray();

    public static byte[] Int16(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteInt16LittleEndian(bytes, unchecked((short)value));
        return bytes;
    }

    public static byte[] Int32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }
}
