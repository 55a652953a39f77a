using System.Numerics;

namespace Earshot.Audio.Codecs;

/// <summary>
/// G.711 A-law: one byte a sample, 8 kHz in telephony, 13 bits of range. ITU-T G.711 (11/88), table 1, even bits inverted.
/// </summary>
/// <remarks>
/// A-law has no zero: its two smallest samples are +8 (0xD5) and -8 (0x55). Every code comes back through
/// <c>Encode(Decode(code))</c>. Full scale is ±<see cref="Rail"/>, not ±32767.
/// </remarks>
public static class ALaw
{
    /// <summary>The code of silence: the smallest positive sample, +8.</summary>
    public const byte Silence = 0xD5;

    /// <summary>The greatest magnitude a code decodes to, in 16-bit units. A clipped telephone signal stands here.</summary>
    public const short Rail = 32256;

    private const int EvenBits = 0x55;

    private static readonly short[] Table = MakeTable();

    /// <summary>The sample of one code, in 16-bit units, -32256 to 32256.</summary>
    public static short Decode(byte code) => Table[code];

    /// <summary>Decodes each code to one 16-bit sample. Allocates nothing.</summary>
    /// <param name="codes">A-law bytes, one a sample.</param>
    /// <param name="samples">Takes the samples; at least as long as <paramref name="codes"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="samples"/> is shorter than <paramref name="codes"/>.</exception>
    public static void Decode(ReadOnlySpan<byte> codes, Span<short> samples) => G711.Decode(Table, codes, samples);

    /// <summary>The code of one 16-bit sample.</summary>
    /// <remarks>
    /// As <c>alaw_compress</c> of ITU-T G.191 (software tool library) does it: the four lowest bits are cut off the magnitude, and the
    /// magnitude of a negative sample is its one's complement, so that a sample on a decision value goes outward when positive and inward
    /// when negative, both at the same distance. Python's audioop agrees in all 65,536 inputs; sox 14.4 gives a neighbouring code for 1020 (it
    /// rounds to 13 bits first), ffmpeg 5 for 964 (as with mu-law).
    /// </remarks>
    public static byte Encode(short sample)
    {
        int sign = sample >> 15;
        int magnitude = (sample ^ sign) >> 4;
        int segment = Math.Max(BitOperations.Log2((uint)magnitude | 1) - 3, 0);
        int step = segment > 1 ? magnitude >> (segment - 1) : magnitude;
        int code = (segment << 4) | (step & 0x0F);
        return (byte)((code | (~sign & 0x80)) ^ EvenBits);
    }

    /// <summary>Encodes each 16-bit sample to one code. Allocates nothing.</summary>
    /// <param name="samples">16-bit samples.</param>
    /// <param name="codes">Takes the codes; at least as long as <paramref name="samples"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="codes"/> is shorter than <paramref name="samples"/>.</exception>
    public static void Encode(ReadOnlySpan<short> samples, Span<byte> codes)
    {
        G711.CheckRoom(samples.Length, codes.Length, nameof(codes));
        for (int i = 0; i < samples.Length; i++) codes[i] = Encode(samples[i]);
    }

    private static short[] MakeTable()
    {
        var table = new short[256];
        for (int code = 0; code < 256; code++)
        {
            int bits = code ^ EvenBits;
            int segment = (bits >> 4) & 7;
            int magnitude = ((bits & 0x0F) << 4) + 8;
            if (segment > 0) magnitude = (magnitude + 256) << (segment - 1);
            table[code] = (short)((bits & 0x80) != 0 ? magnitude : -magnitude);
        }
        return table;
    }
}
