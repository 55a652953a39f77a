using System.Numerics;

namespace Earshot.Audio.Codecs;

/// <summary>
/// G.711 mu-law: one byte a sample, 8 kHz in telephony, 14 bits of range. ITU-T G.711 (11/88), table 2.
/// </summary>
/// <remarks>
/// Codes 0x7F and 0xFF both decode to 0 (negative and positive zero). 16-bit samples have no negative zero, so
/// <c>Encode(Decode(0x7F))</c> gives 0xFF; every other code comes back as it was. Full scale is ±<see cref="Rail"/>, not ±32767.
/// </remarks>
public static class MuLaw
{
    /// <summary>The code of silence: positive zero, what an idle line carries.</summary>
    public const byte Silence = 0xFF;

    /// <summary>The codes of an idle line: zero and its neighbours, of both signs (0 and 8 in 16-bit units).</summary>
    public static ReadOnlySpan<byte> IdleCodes => [0xFF, 0x7F, 0xFE, 0x7E];

    /// <summary>The greatest magnitude a code decodes to, in 16-bit units. A clipped telephone signal stands here.</summary>
    public const short Rail = 32124;

    // The table is on the 14-bit scale of G.711 with 33 added, which makes every segment start at a power of two.
    private const int Bias = 33;
    private const int Largest = 0x1FFF;

    private static readonly short[] Table = MakeTable();

    /// <summary>The sample of one code, in 16-bit units, -32124 to 32124.</summary>
    public static short Decode(byte code) => Table[code];

    /// <summary>Decodes each code to one 16-bit sample. Allocates nothing.</summary>
    /// <param name="codes">Mu-law bytes, one a sample.</param>
    /// <param name="samples">Takes the samples; at least as long as <paramref name="codes"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="samples"/> is shorter than <paramref name="codes"/>.</exception>
    public static void Decode(ReadOnlySpan<byte> codes, Span<short> samples) => G711.Decode(Table, codes, samples);

    /// <summary>The code of one 16-bit sample.</summary>
    /// <remarks>
    /// As <c>ulaw_compress</c> of ITU-T G.191 (software tool library) does it: the two lowest bits are cut off the magnitude, and the
    /// magnitude of a negative sample is its one's complement. So a sample that lies on a decision value goes outward when positive and
    /// inward when negative, both at the same distance from the sample; -1 to -4 become negative zero, 0x7F.
    /// Of all 65,536 inputs other programs give a neighbouring code for a few, next to decision values: Python's audioop and Sun's g711.c
    /// for 508 negative ones (bits cut off the two's complement, so that -1 becomes -8), sox 14.4 for 510 (it rounds to 14 bits first),
    /// ffmpeg 5 for 964 (it decides halfway between the two output values, which G.711 does not at the ends of segments).
    /// </remarks>
    public static byte Encode(short sample)
    {
        int sign = sample >> 15;
        int magnitude = Math.Min(((sample ^ sign) >> 2) + Bias, Largest);
        int segment = BitOperations.Log2((uint)magnitude) - 5;
        int code = (segment << 4) | ((magnitude >> (segment + 1)) & 0x0F);
        return (byte)(~code & (0xFF ^ (sign & 0x80)));
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
            int bits = ~code & 0xFF;
            int segment = (bits >> 4) & 7;
            int magnitude = ((((bits & 0x0F) << 1) + Bias) << segment) - Bias;
            table[code] = (short)((bits & 0x80) != 0 ? -4 * magnitude : 4 * magnitude);
        }
        return table;
    }
}
