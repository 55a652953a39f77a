using System.Numerics;

namespace Earshot.Audio.Levels;

/// <summary>16-bit samples as floats of the same unit.</summary>
public static class SampleConversion
{
    /// <summary>Converts each sample.</summary>
    /// <param name="samples">16-bit samples.</param>
    /// <param name="floats">Takes as many, -32768 to 32767.</param>
    public static void ToFloats(ReadOnlySpan<short> samples, Span<float> floats)
    {
        int i = 0, width = Vector<short>.Count;
        for (; i <= samples.Length - width; i += width)
        {
            Vector.Widen(new Vector<short>(samples[i..]), out Vector<int> low, out Vector<int> high);
            Vector.ConvertToSingle(low).CopyTo(floats[i..]);
            Vector.ConvertToSingle(high).CopyTo(floats[(i + width / 2)..]);
        }
        for (; i < samples.Length; i++) floats[i] = samples[i];
    }

    /// <summary>The first sample, the third, and so on.</summary>
    /// <param name="samples">16-bit samples.</param>
    /// <param name="destination">Takes half as many.</param>
    public static ReadOnlySpan<short> EverySecond(ReadOnlySpan<short> samples, Span<short> destination)
    {
        int count = (samples.Length + 1) / 2, i = 0, width = Vector<short>.Count;
        ReadOnlySpan<int> pairs = System.Runtime.InteropServices.MemoryMarshal.Cast<short, int>(samples);
        // The lower half of each pair: shifted up and down again it keeps its sign and narrows without loss.
        for (; i <= pairs.Length - width; i += width)
            Vector.Narrow((new Vector<int>(pairs[i..]) << 16) >> 16, (new Vector<int>(pairs[(i + width / 2)..]) << 16) >> 16).CopyTo(destination[i..]);
        for (; i < count; i++) destination[i] = samples[2 * i];
        return destination[..count];
    }
}
