using System.Buffers.Binary;
using Earshot.Audio.Codecs;

namespace Earshot.Audio.Wave;

/// <summary>Samples of any encoding that is read, as 16-bit samples: wider ones rounded to nearest, what lies beyond full scale held at it.</summary>
internal static class WaveConversion
{
    /// <param name="encoding">What the bytes are.</param>
    /// <param name="bytes">Whole samples, little-endian.</param>
    /// <param name="samples">Takes one value a sample.</param>
    public static void ToInt16(WaveEncoding encoding, ReadOnlySpan<byte> bytes, Span<short> samples)
    {
        switch (encoding)
        {
            case WaveEncoding.MuLaw:
                MuLaw.Decode(bytes, samples);
                break;
            case WaveEncoding.ALaw:
                ALaw.Decode(bytes, samples);
                break;
            case WaveEncoding.Pcm8:
                for (int i = 0; i < bytes.Length; i++) samples[i] = (short)((bytes[i] - 128) << 8);
                break;
            case WaveEncoding.Pcm24:
                for (int i = 0, at = 0; at + 3 <= bytes.Length; i++, at += 3) samples[i] = Rounded((bytes[at] | (bytes[at + 1] << 8) | ((sbyte)bytes[at + 2] << 16)) / 256.0);
                break;
            case WaveEncoding.Pcm32:
                for (int i = 0, at = 0; at + 4 <= bytes.Length; i++, at += 4) samples[i] = Rounded(BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]) / 65536.0);
                break;
            case WaveEncoding.Float32:
                for (int i = 0, at = 0; at + 4 <= bytes.Length; i++, at += 4) samples[i] = Rounded(BinaryPrimitives.ReadSingleLittleEndian(bytes[at..]) * 32768.0);
                break;
            case WaveEncoding.Float64:
                for (int i = 0, at = 0; at + 8 <= bytes.Length; i++, at += 8) samples[i] = Rounded(BinaryPrimitives.ReadDoubleLittleEndian(bytes[at..]) * 32768.0);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "No conversion is needed or known.");
        }
    }

    private static short Rounded(double value) => double.IsNaN(value) ? (short)0 : (short)Math.Clamp(Math.Round(value), short.MinValue, short.MaxValue);
}
