namespace Earshot.Audio.Levels;

/// <summary>Running RMS, peak and DC offset of 16-bit samples, exact at any length: sums are whole numbers and cannot overflow.</summary>
/// <remarks>Levels in dBFS are as in <see cref="Decibels"/>. Allocates nothing. Not thread-safe.</remarks>
public sealed class LevelMeter
{
    private const int Rail = 32124;

    private UInt128 _sumOfSquares;
    private long _sum;

    /// <summary>Samples taken since the start or the last <see cref="Reset"/>.</summary>
    public long SampleCount { get; private set; }

    /// <summary>Sum of the squares of all samples, in 16-bit units: the difference of two readings is the power between them.</summary>
    public UInt128 SumOfSquares => _sumOfSquares;

    /// <summary>The greatest magnitude, in 16-bit units, 0 to 32768.</summary>
    public int Peak { get; private set; }

    /// <summary>Samples at or beyond 32124, the rail of mu-law (ITU-T G.711), in either direction: clipped ones and the few that only touch it.</summary>
    public long SamplesAtRail { get; private set; }

    /// <summary><see cref="Peak"/> in dBFS, at most 0; <see cref="double.NegativeInfinity"/> in digital silence (null in JSON).</summary>
    public double PeakDbfs => Decibels.FromLinear(Peak);

    /// <summary>Root of the mean square, in 16-bit units, 0 to 32768; 0 of no samples.</summary>
    public double Rms => SampleCount == 0 ? 0 : Math.Sqrt((double)_sumOfSquares / SampleCount);

    /// <summary><see cref="Rms"/> in dBFS, at most 0; <see cref="double.NegativeInfinity"/> in digital silence (null in JSON).</summary>
    public double RmsDbfs => Decibels.FromLinear(Rms);

    /// <summary>The mean, in 16-bit units: the DC offset. 0 of no samples.</summary>
    public double Mean => SampleCount == 0 ? 0 : (double)_sum / SampleCount;

    /// <summary>Takes samples of one channel.</summary>
    /// <param name="samples">16-bit samples, any number.</param>
    public void Add(ReadOnlySpan<short> samples)
    {
        if (samples.IsEmpty) return;
        var statistics = SampleStatistics.Of(samples);
        int peak = Math.Max(-statistics.Min, (int)statistics.Max);
        if (peak >= Rail) SamplesAtRail += CountAtRail(samples); // Seldom: the others cost a comparison a block.
        Peak = Math.Max(Peak, peak);
        _sum += statistics.Sum;
        _sumOfSquares += statistics.SumOfSquares;
        SampleCount += samples.Length;
    }

    /// <summary>Forgets all samples.</summary>
    public void Reset()
    {
        _sumOfSquares = 0;
        _sum = 0;
        SampleCount = 0;
        Peak = 0;
        SamplesAtRail = 0;
    }

    private static int CountAtRail(ReadOnlySpan<short> samples)
    {
        int count = 0;
        foreach (short sample in samples)
            if (sample >= Rail || sample <= -Rail) count++;
        return count;
    }
}
