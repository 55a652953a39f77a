namespace Earshot.Audio.Levels;

/// <summary>How often each 16-bit value occurs: what tells a coarse scale, a law of G.711 and a flat top apart from speech.</summary>
/// <remarks>Samples at even and at odd places are counted apart: what was made at half the rate is itself at every second place. Not thread-safe.</remarks>
public sealed class SampleHistogram
{
    private const int Values = 65536;

    private uint[] _next = new uint[Values];
    private uint[] _afterNext = new uint[Values];

    /// <summary>Samples taken.</summary>
    public long SampleCount { get; private set; }

    private uint[] Even => SampleCount % 2 == 0 ? _next : _afterNext;

    /// <summary>How often that value came.</summary>
    /// <param name="value">A sample.</param>
    public uint this[int value] => _next[(ushort)(short)value] + _afterNext[(ushort)(short)value];

    /// <summary>Takes samples.</summary>
    /// <param name="samples">16-bit samples, any number.</param>
    public void Add(ReadOnlySpan<short> samples)
    {
        // Two tables in turn: a value that comes twice in a row need not wait for itself.
        uint[] counts = _next, others = _afterNext;
        int i = 0;
        for (; i < samples.Length - 1; i += 2)
        {
            counts[(ushort)samples[i]]++;
            others[(ushort)samples[i + 1]]++;
        }
        SampleCount += samples.Length;
        if (i == samples.Length) return;
        counts[(ushort)samples[i]]++;
        (_next, _afterNext) = (others, counts);
    }

    /// <summary>The value with as many samples below as above it, in 16-bit units; 0 of no samples.</summary>
    public int Median()
    {
        long seen = 0;
        for (int value = short.MinValue; value <= short.MaxValue; value++)
        {
            seen += this[value];
            if (2 * seen > SampleCount) return value;
        }
        return 0;
    }

    /// <summary>How many samples lie from one value to another, both included.</summary>
    /// <param name="from">The lower value.</param>
    /// <param name="to">The upper value.</param>
    /// <param name="distinct">How many different values occur there.</param>
    /// <param name="evenPlaces">Counts the first sample, the third, and so on alone.</param>
    public long Between(int from, int to, out int distinct, bool evenPlaces = false)
    {
        long sum = 0;
        distinct = 0;
        for (int value = Math.Max(from, short.MinValue); value <= Math.Min(to, short.MaxValue); value++)
        {
            uint count = evenPlaces ? Even[(ushort)(short)value] : this[value];
            if (count == 0) continue;
            sum += count;
            distinct++;
        }
        return sum;
    }
}
