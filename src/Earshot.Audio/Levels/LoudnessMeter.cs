using Earshot.Audio.Spectral;

namespace Earshot.Audio.Levels;

/// <summary>Loudness of one channel in LUFS: integrated, short-term maximum and range. ITU-R BS.1770-4, EBU Tech 3341 and 3342.</summary>
/// <remarks>
/// <para>The K-weighting is made for the signal's own rate from the analogue prototypes behind the published 48 kHz coefficients, so telephone
/// audio needs no resampling. Blocks of 400 ms every 100 ms, gated at -70 LUFS and 10 LU below what passes; the range is of 3 s blocks, gated
/// at -70 LUFS and 20 LU, 10th to 95th percentile.</para>
/// <para>Block loudnesses are counted in a histogram of 0.01 LU with the exact power summed in each bin, so memory does not grow. Not thread-safe.</para>
/// </remarks>
public sealed class LoudnessMeter
{
    private const int StepsPerSecond = 10;
    private const int MomentarySteps = 4;
    private const int ShortTermSteps = 30;
    private const double FloorLufs = -70;
    private const double BinLu = 0.01;
    private const int Bins = 8000;

    private readonly int _rate;
    private readonly double[] _steps = new double[ShortTermSteps];
    private readonly long[] _momentaryCounts = new long[Bins];
    private readonly double[] _momentaryPowers = new double[Bins];
    private readonly long[] _shortTermCounts = new long[Bins];
    private readonly double[] _shortTermPowers = new double[Bins];
    private readonly FilterPower _weighting;
    private double _power;
    private long _samples;
    private long _nextStep;
    private long _stepCount;

    /// <param name="sampleRateHz">Samples a second, 4,000 or more.</param>
    public LoudnessMeter(int sampleRateHz)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, 1);
        _rate = sampleRateHz;
        _nextStep = StepEnd(1);
        _weighting = KWeighting.Of(sampleRateHz);
    }

    /// <summary>Integrated loudness in LUFS; negative infinity where nothing passes the gates.</summary>
    public double IntegratedLufs => Gated(_momentaryCounts, _momentaryPowers, relativeLu: 10, out _);

    /// <summary>The greatest loudness of 3 s, in LUFS; negative infinity before the first 3 s.</summary>
    public double MaxShortTermLufs { get; private set; } = double.NegativeInfinity;

    /// <summary>The greatest loudness of 400 ms, in LUFS.</summary>
    public double MaxMomentaryLufs { get; private set; } = double.NegativeInfinity;

    /// <summary>Loudness range in LU (EBU Tech 3342); 0 where there are too few blocks.</summary>
    public double RangeLu
    {
        get
        {
            Gated(_shortTermCounts, _shortTermPowers, relativeLu: 20, out int first);
            long count = 0;
            for (int i = first; i < Bins; i++) count += _shortTermCounts[i];
            return count == 0 ? 0 : Percentile(first, count, 0.95) - Percentile(first, count, 0.10);
        }
    }

    /// <summary>Takes samples.</summary>
    /// <param name="samples">Samples in 16-bit units (±32768), any number.</param>
    public void Add(ReadOnlySpan<float> samples)
    {
        while (!samples.IsEmpty)
        {
            int count = (int)Math.Min(samples.Length, _nextStep - _samples);
            _weighting.Add(samples[..count], ref _power);
            _samples += count;
            samples = samples[count..];
            if (_samples == _nextStep) CloseStep();
        }
    }

    private long StepEnd(long step) => (step * _rate + StepsPerSecond - 1) / StepsPerSecond;

    private void CloseStep()
    {
        _steps[_stepCount++ % ShortTermSteps] = _power;
        _power = 0;
        _nextStep = StepEnd(_stepCount + 1);
        if (_stepCount >= MomentarySteps) MaxMomentaryLufs = Math.Max(MaxMomentaryLufs, Count(MomentarySteps, _momentaryCounts, _momentaryPowers));
        if (_stepCount >= ShortTermSteps) MaxShortTermLufs = Math.Max(MaxShortTermLufs, Count(ShortTermSteps, _shortTermCounts, _shortTermPowers));
    }

    private double Count(int steps, long[] counts, double[] powers)
    {
        double sum = 0;
        for (int i = 1; i <= steps; i++) sum += _steps[(_stepCount - i) % ShortTermSteps];
        double meanSquare = sum / ((double)steps * _rate / StepsPerSecond);
        double loudness = Loudness(meanSquare);
        if (loudness > FloorLufs)
        {
            int bin = Bin(loudness);
            counts[bin]++;
            powers[bin] += meanSquare;
        }
        return loudness;
    }

    private static double Gated(long[] counts, double[] powers, double relativeLu, out int first)
    {
        first = 0;
        double mean = Mean(counts, powers, 0);
        if (mean <= 0) return double.NegativeInfinity;
        first = Bin(Math.Max(Loudness(mean) - relativeLu, FloorLufs));
        return Loudness(Mean(counts, powers, first));
    }

    private static double Mean(long[] counts, double[] powers, int first)
    {
        long count = 0;
        double power = 0;
        for (int i = first; i < Bins; i++)
        {
            count += counts[i];
            power += powers[i];
        }
        return count == 0 ? 0 : power / count;
    }

    private double Percentile(int first, long count, double share)
    {
        long wanted = (long)Math.Round((count - 1) * share), seen = 0;
        for (int i = first; i < Bins; i++)
        {
            seen += _shortTermCounts[i];
            if (seen > wanted) return FloorLufs + (i + 0.5) * BinLu;
        }
        return FloorLufs + Bins * BinLu;
    }

    private static int Bin(double loudness) => Math.Clamp((int)((loudness - FloorLufs) / BinLu), 0, Bins - 1);

    private static double Loudness(double meanSquare) => -0.691 + 10 * Math.Log10(meanSquare / (Decibels.FullScale * Decibels.FullScale));
}
