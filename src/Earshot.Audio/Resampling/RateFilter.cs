using System.Collections.Concurrent;

namespace Earshot.Audio.Resampling;

/// <summary>The low-pass of <see cref="RateConverter"/> for one pair of rates: a Kaiser-windowed sinc, sampled at <see cref="Phases"/> places between two input samples.</summary>
/// <remarks>J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", ISCAS 1974. Made once for a pair of rates and shared.</remarks>
internal sealed class RateFilter
{
    /// <summary>Places between two input samples; between two of them the taps are interpolated in a straight line, at -120 dB or better.</summary>
    public const int Phases = 512;

    private const double AttenuationDb = 112;

    /// <summary>Half the width of the transition band, as a part of the lower rate: flat to 0.4375 of it, gone from 0.5625 on, as is <see cref="Upsampler"/>.</summary>
    private const double HalfTransition = 0.0625;

    private const int LanesAtMost = 16;

    private static readonly ConcurrentDictionary<(int, int), RateFilter> Made = new();

    private readonly float[] taps;

    private RateFilter(int inputRateHz, int outputRateHz)
    {
        double scale = Math.Min(1, (double)outputRateHz / inputRateHz); // The cut-off as a part of the input's half rate.
        double width = 2 * Math.PI * 2 * HalfTransition * scale;
        PerSide = (int)Math.Ceiling((AttenuationDb - 8) / (2.285 * width) / 2);
        Length = (2 * PerSide + LanesAtMost - 1) / LanesAtMost * LanesAtMost;
        taps = new float[(Phases + 1) * Length];
        double beta = 0.1102 * (AttenuationDb - 8.7);
        for (int phase = 0; phase <= Phases; phase++) Fill(taps.AsSpan(phase * Length, Length), (double)phase / Phases, scale, beta);
    }

    /// <summary>Input samples on each side of an output sample that it is made of.</summary>
    public int PerSide { get; }

    /// <summary>Taps of a phase: 2 × <see cref="PerSide"/>, then zeros up to a whole number of vectors.</summary>
    public int Length { get; }

    public static RateFilter For(int inputRateHz, int outputRateHz) => Made.GetOrAdd((inputRateHz, outputRateHz), static r => new RateFilter(r.Item1, r.Item2));

    /// <summary>The taps of the place <paramref name="phase"/> / <see cref="Phases"/> behind an input sample; the first belongs to the sample <see cref="PerSide"/> - 1 before it.</summary>
    public ReadOnlySpan<float> Phase(int phase) => taps.AsSpan(phase * Length, Length);

    private void Fill(Span<float> row, double fraction, double scale, double beta)
    {
        Span<double> exact = stackalloc double[2 * PerSide];
        double sum = 0;
        for (int j = 0; j < exact.Length; j++)
        {
            double t = j - (PerSide - 1) - fraction;
            double r = t / PerSide;
            double x = Math.PI * t * scale;
            double sinc = Math.Abs(x) < 1e-12 ? 1 : Math.Sin(x) / x;
            exact[j] = Math.Abs(r) >= 1 ? 0 : sinc * BesselI0(beta * Math.Sqrt(1 - r * r));
            sum += exact[j];
        }
        for (int j = 0; j < exact.Length; j++) row[j] = (float)(exact[j] / sum); // Each phase passes a constant unchanged.
    }

    private static double BesselI0(double x)
    {
        double term = 1, sum = 1, quarter = x * x / 4;
        for (int k = 1; term > sum * 1e-17; k++)
        {
            term *= quarter / ((double)k * k);
            sum += term;
        }
        return sum;
    }
}
