using System.Numerics;

namespace Earshot.Audio.Levels;

/// <summary>Extremes and exact sums of a run of samples.</summary>
internal readonly struct SampleStatistics
{
    // A lane takes two samples a step, so that many samples stay far from the limits of 32 bits on vectors of any width.
    private const int RunSamples = 1 << 15;

    public short Min { get; private init; }

    public short Max { get; private init; }

    public long Sum { get; private init; }

    /// <summary>Exact for up to 2^34 samples.</summary>
    public ulong SumOfSquares { get; private init; }

    /// <param name="samples">At least one sample.</param>
    public static SampleStatistics Of(ReadOnlySpan<short> samples)
    {
        short min = short.MaxValue, max = short.MinValue;
        long sum = 0;
        ulong squares = 0;
        while (!samples.IsEmpty)
        {
            var run = samples[..Math.Min(samples.Length, RunSamples)];
            samples = samples[run.Length..];
            int at = AddVectors(run, ref min, ref max, ref sum, ref squares);
            foreach (short sample in run[at..])
            {
                min = Math.Min(min, sample);
                max = Math.Max(max, sample);
                sum += sample;
                squares += (ulong)(sample * sample);
            }
        }
        return new SampleStatistics { Min = min, Max = max, Sum = sum, SumOfSquares = squares };
    }

    private static int AddVectors(ReadOnlySpan<short> run, ref short min, ref short max, ref long sum, ref ulong squares)
    {
        int width = Vector<short>.Count;
        int at = 0;
        if (run.Length < width) return at;
        var lowest = new Vector<short>(short.MaxValue);
        var highest = new Vector<short>(short.MinValue);
        Vector<int> sums = default;
        Vector<ulong> squareSums = default;
        for (; at <= run.Length - width; at += width)
        {
            var samples = new Vector<short>(run[at..]);
            lowest = Vector.Min(lowest, samples);
            highest = Vector.Max(highest, samples);
            Vector.Widen(samples, out Vector<int> low, out Vector<int> high);
            sums += low + high;
            // Each square is at most 2^30, so two of them fit 32 bits without a sign.
            Vector.Widen(Vector.AsVectorUInt32(low * low) + Vector.AsVectorUInt32(high * high), out Vector<ulong> a, out Vector<ulong> b);
            squareSums += a + b;
        }
        for (int i = 0; i < width; i++)
        {
            min = Math.Min(min, lowest[i]);
            max = Math.Max(max, highest[i]);
        }
        sum += Vector.Sum(sums);
        squares += Vector.Sum(squareSums);
        return at;
    }
}
