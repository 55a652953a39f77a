using System.Buffers.Binary;

namespace Earshot.Audio.Wave;

/// <summary>
/// The bytes in front of the audio of a RIFF WAVE file, both sizes true. Multimedia Programming Interface and Data
/// Specifications 1.0 (IBM and Microsoft, 1991), chapters 2 and 3.
/// </summary>
public static class WaveHeader
{
    /// <summary>Bytes of the canonical header of a PCM file: RIFF, fmt of 16 bytes, data.</summary>
    public const int Size = 44;

    /// <summary>Bytes of the longest header: all but PCM has an fmt of 18 bytes and a fact chunk, as the specification asks.</summary>
    public const int MaxSize = 58;

    /// <summary>Bytes of the header of that format: <see cref="Size"/> for PCM, <see cref="MaxSize"/> for all else.</summary>
    /// <param name="format">What the samples are.</param>
    public static int SizeOf(WaveFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        return format.Tag == 1 ? Size : MaxSize;
    }

    /// <summary>The most bytes of audio that the header can state: whole blocks below 4 GiB.</summary>
    /// <param name="format">What the samples are.</param>
    public static long MaxDataBytes(WaveFormat format)
    {
        // The RIFF size counts all but its own 8 bytes, and the byte that makes an odd chunk even.
        long room = uint.MaxValue - 1L - (SizeOf(format) - 8);
        return room / format.BlockAlign * format.BlockAlign;
    }

    /// <summary>Writes the header of a file that holds that much audio.</summary>
    /// <param name="destination">Takes <see cref="SizeOf"/> bytes.</param>
    /// <param name="format">What the samples are.</param>
    /// <param name="dataBytes">Bytes of audio, whole blocks, 0 to <see cref="MaxDataBytes"/>. If odd, a zero byte follows the audio.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short, or the audio is not whole blocks.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dataBytes"/> is negative or beyond what a header can state.</exception>
    public static void Write(Span<byte> destination, WaveFormat format, long dataBytes)
    {
        int size = SizeOf(format);
        if (destination.Length < size) throw new ArgumentException($"The header takes {size} bytes, {destination.Length} are given.", nameof(destination));
        ArgumentOutOfRangeException.ThrowIfNegative(dataBytes);
        if (dataBytes > MaxDataBytes(format))
            throw new ArgumentOutOfRangeException(nameof(dataBytes), dataBytes, $"A WAV header can state {MaxDataBytes(format)} bytes of audio. Begin a new file before that.");
        if (dataBytes % format.BlockAlign != 0)
            throw new ArgumentException($"{dataBytes} bytes are not whole blocks of {format.BlockAlign}.", nameof(dataBytes));

        bool plain = size == Size;
        "RIFF"u8.CopyTo(destination);
        Put32(destination[4..], (uint)(size - 8 + dataBytes + (dataBytes & 1)));
        "WAVEfmt "u8.CopyTo(destination[8..]);
        Put32(destination[16..], plain ? 16u : 18u);
        Put16(destination[20..], format.Tag);
        Put16(destination[22..], format.Channels);
        Put32(destination[24..], (uint)format.SampleRateHz);
        Put32(destination[28..], (uint)format.BytesPerSecond);
        Put16(destination[32..], format.BlockAlign);
        Put16(destination[34..], format.BitsPerSample);
        if (!plain)
        {
            Put16(destination[36..], 0);
            "fact"u8.CopyTo(destination[38..]);
            Put32(destination[42..], 4);
            Put32(destination[46..], (uint)(dataBytes / format.BlockAlign));
        }
        "data"u8.CopyTo(destination[(size - 8)..]);
        Put32(destination[(size - 4)..], (uint)dataBytes);
    }

    private static void Put16(Span<byte> at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)value);

    private static void Put32(Span<byte> at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(at, value);
}
