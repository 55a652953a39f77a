using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Earshot.Audio.Codecs;
using Earshot.Audio.Resampling;
using Xunit;

namespace Earshot.Testing;

/// <summary>What must hold of a WAV as it lies.</summary>
internal static class WaveAssert
{
    public const int HeaderBytes = 44;

    /// <summary>The two sizes of the header are true of the file's bytes; gives the samples.</summary>
    /// <param name="file">All bytes of the file.</param>
    /// <param name="name">For the message.</param>
    /// <param name="tornEnd">True where the last write may have been cut off behind what the header says.</param>
    public static short[] Samples(ReadOnlySpan<byte> file, string name = "WAV", bool tornEnd = false)
    {
        Assert.True(file.Length > HeaderBytes, $"{name}: {file.Length} bytes, a header with audio is expected");
        Assert.True(file[..4].SequenceEqual("RIFF"u8) && file[8..12].SequenceEqual("WAVE"u8) && file[36..40].SequenceEqual("data"u8), $"{name}: not a WAV header: {Convert.ToHexString(file[..HeaderBytes])}");
        uint riff = BinaryPrimitives.ReadUInt32LittleEndian(file[4..]), data = BinaryPrimitives.ReadUInt32LittleEndian(file[40..]);
        Assert.Equal(data + HeaderBytes - 8, riff);
        if (tornEnd) Assert.True(HeaderBytes + data <= file.Length, $"{name}: the header says {data} bytes, the file has {file.Length - HeaderBytes}");
        else Assert.Equal((uint)(file.Length - HeaderBytes), data);
        Assert.Equal(0u, data % 2);
        return MemoryMarshal.Cast<byte, short>(file.Slice(HeaderBytes, (int)data)).ToArray();
    }

    /// <summary>What a recording of these mu-law bytes at 8 kHz holds.</summary>
    public static short[] Rendered(ReadOnlySpan<byte> muLaw)
    {
        short[] pcm = new short[muLaw.Length];
        MuLaw.Decode(muLaw, pcm);
        return Upsampled(pcm);
    }

    /// <summary>8 kHz to 16 kHz, whole.</summary>
    public static short[] Upsampled(ReadOnlySpan<short> pcm)
    {
        var upsampler = new Upsampler();
        short[] output = new short[(pcm.Length * 2) + (Upsampler.LatencySamples * 4)];
        int count = upsampler.Process(pcm, output);
        count += upsampler.Flush(output.AsSpan(count));
        return output[..count];
    }

    /// <summary>Two recordings are the same sample for sample; says where they part.</summary>
    public static void Same(ReadOnlySpan<short> expected, ReadOnlySpan<short> actual, string name = "WAV")
    {
        int same = expected.CommonPrefixLength(actual);
        Assert.True(same == expected.Length && same == actual.Length, $"{name}: {actual.Length} samples instead of {expected.Length}, the same up to {same} ({same / 16.0:0.0} ms)");
    }
}
