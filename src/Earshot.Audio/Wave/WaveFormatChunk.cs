using System.Buffers.Binary;

namespace Earshot.Audio.Wave;

/// <summary>Reads the body of a 'fmt ' chunk: a format that is read, or a refusal by name.</summary>
internal static class WaveFormatChunk
{
    private const int Extensible = 0xFFFE;

    /// <param name="body">The first 16 to 40 bytes of the chunk.</param>
    /// <param name="at">Where it stands in the file.</param>
    public static WaveFormat Parse(ReadOnlySpan<byte> body, long at)
    {
        int tag = Get16(body);
        int channels = Get16(body[2..]);
        uint rate = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        int block = Get16(body[12..]);
        int bits = Get16(body[14..]);
        if (tag == Extensible) tag = SubFormat(body, at);

        WaveEncoding encoding = (tag, bits) switch
        {
            (1, 8) => WaveEncoding.Pcm8,
            (1, 16) => WaveEncoding.Pcm16,
            (1, 24) => WaveEncoding.Pcm24,
            (1, 32) => WaveEncoding.Pcm32,
            (3, 32) => WaveEncoding.Float32,
            (3, 64) => WaveEncoding.Float64,
            (6, 8) => WaveEncoding.ALaw,
            (7, 8) => WaveEncoding.MuLaw,
            (1 or 3 or 6 or 7, _) => throw WaveRefusal.Encoding(at + 14, tag, bits),
            _ => throw WaveRefusal.Encoding(at, tag, bits),
        };
        if (channels is < 1 or > WaveFormat.MaxChannels)
            throw new WaveFormatException(at + 2, $"{channels} channels; 1 to {WaveFormat.MaxChannels} are read. Take out the ones you want: sox in.wav out.wav remix 1 2");
        if (rate is < WaveFormat.MinSampleRateHz or > WaveFormat.MaxSampleRateHz)
            throw new WaveFormatException(at + 4, $"a sample rate of {rate} Hz; {WaveFormat.MinSampleRateHz} to {WaveFormat.MaxSampleRateHz} are read. The file is damaged, or was not made from sound.");
        var format = new WaveFormat(encoding, (int)rate, channels);
        if (block != format.BlockAlign)
            throw new WaveFormatException(at + 12, $"a block size of {block} bytes; {channels} channels of {bits} bits take {format.BlockAlign}. The file is damaged.");
        return format;
    }

    private static int SubFormat(ReadOnlySpan<byte> body, long at)
    {
        if (body.Length < 40) throw new WaveFormatException(at, $"an extensible 'fmt ' chunk of {body.Length} bytes, 40 are needed. The file is damaged.");
        // KSDATAFORMAT_SUBTYPE: the old tag in the first two bytes, then 14 bytes that are always the same.
        ReadOnlySpan<byte> tail = [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];
        if (!body[26..40].SequenceEqual(tail)) throw WaveRefusal.Encoding(at + 24, Extensible, Get16(body[14..]));
        return Get16(body[24..]);
    }

    private static int Get16(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadUInt16LittleEndian(at);
}
