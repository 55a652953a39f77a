using System.Buffers.Binary;

namespace Earshot.Engine.Tests.Calling;

/// <summary>WAV files, byte by byte.</summary>
internal static class WaveBytes
{
    public static byte[] Of(short format, int rateHz, short channels, short bits, byte[] data)
    {
        byte[] wave = new byte[44 + data.Length];
        "RIFF"u8.CopyTo(wave);
        BinaryPrimitives.WriteInt32LittleEndian(wave.AsSpan(4), wave.Length - 8);
        "WAVEfmt "u8.CopyTo(wave.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(wave.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(wave.AsSpan(20), format);
        BinaryPrimitives.WriteInt16LittleEndian(wave.AsSpan(22), channels);
        BinaryPrimitives.WriteInt32LittleEndian(wave.AsSpan(24), rateHz);
        BinaryPrimitives.WriteInt32LittleEndian(wave.AsSpan(28), rateHz * channels * bits / 8);
        BinaryPrimitives.WriteInt16LittleEndian(wave.AsSpan(32), (short)(channels * bits / 8));
        BinaryPrimitives.WriteInt16LittleEndian(wave.AsSpan(34), bits);
        "data"u8.CopyTo(wave.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(wave.AsSpan(40), data.Length);
        data.CopyTo(wave.AsSpan(44));
        return wave;
    }
}
