namespace Earshot.Audio.Levels;

/// <summary>
/// Signal-to-noise ratio from the distribution of amplitudes alone. C. Kim, R. Stern, "Robust signal-to-noise ratio estimation based on
/// waveform amplitude distribution analysis", Interspeech 2008.
/// </summary>
/// <remarks>Speech is taken to be gamma-distributed with shape 0.4, noise to be normal. The curve from the paper is computed from that model, not copied.</remarks>
public static class WadaSnr
{
    private const double Shape = 0.4;
    private const double GammaOfShape = 2.218159543757688; // Γ(0.4)
    private const double EulerGamma = 0.5772156649015329;
    private const int LowestDb = -20;
    private const int HighestDb = 100;

    /// <summary>Points of the curve that were needed so far; it rises, and a point is dear.</summary>
    private static readonly double[] Curve = new double[HighestDb - LowestDb + 1];

    /// <summary>The estimate in dB, -20 to 100; NaN of silence.</summary>
    /// <param name="histogram">The samples.</param>
    public static double Read(SampleHistogram histogram)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        double sum = 0, logs = 0;
        long count = 0;
        for (int value = short.MinValue; value <= short.MaxValue; value++)
        {
            uint times = histogram[value];
            if (times == 0) continue;
            // A zero is any amplitude below half a step: its mean logarithm is that of the middle of that range.
            double magnitude = value == 0 ? 0.25 : Math.Abs((double)value);
            sum += times * magnitude;
            logs += times * Math.Log(magnitude);
            count += times;
        }
        if (count == 0 || sum <= 0.25 * count) return double.NaN;
        double found = Math.Log(sum / count) - logs / count;
        if (Point(Curve.Length - 1) < found) return HighestDb;
        int below = -1, above = Curve.Length - 1;
        while (above - below > 1)
        {
            int middle = (below + above) / 2;
            if (Point(middle) >= found) above = middle;
            else below = middle;
        }
        return below < 0 ? LowestDb : LowestDb + below + (found - Point(below)) / (Point(above) - Point(below));
    }

    /// <summary>A point of the curve; threads that find it at the same time find the same.</summary>
    private static double Point(int index)
    {
        double known = Volatile.Read(ref Curve[index]);
        if (known > 0) return known;
        known = Expected(LowestDb + index);
        Volatile.Write(ref Curve[index], known);
        return known;
    }

    /// <summary>ln E|z| - E ln|z| for z = speech + noise at that ratio.</summary>
    private static double Expected(int snrDb)
    {
        const double Top = 4.6;
        const int Steps = 1500;
        // Noise of variance 1; speech is scale · x with x gamma-distributed, whose mean square is 0.4 · 1.4.
        double scale = Math.Sqrt(Math.Pow(10, snrDb / 10.0) / (Shape * (Shape + 1))), magnitude = 0, logarithm = 0;
        // x = u^(1/shape) takes the pole of the density at 0 away.
        for (int i = 0; i < Steps; i++)
        {
            double x = Math.Pow((i + 0.5) * Top / Steps, 1 / Shape), weight = Math.Exp(-x) * Top / Steps / (Shape * GammaOfShape), a = scale * x;
            magnitude += weight * MeanMagnitude(a);
            logarithm += weight * MeanLogarithm(a);
        }
        return Math.Log(magnitude) - logarithm;
    }

    /// <summary>E|a + n|, n standard normal: Poisson mixture of central moments for small a, a itself beyond.</summary>
    private static double MeanMagnitude(double a)
    {
        if (a > 7) return a;
        double lambda = a * a / 2, weight = Math.Exp(-lambda), ratio = Math.Sqrt(2 / Math.PI), sum = 0;
        for (int j = 0; j < 120; j++)
        {
            sum += weight * ratio;
            weight *= lambda / (j + 1);
            ratio *= (j + 1.0) / (j + 0.5);
        }
        return sum;
    }

    /// <summary>E ln|a + n|.</summary>
    private static double MeanLogarithm(double a)
    {
        if (a > 7) return Math.Log(a) - 1 / (2 * a * a) - 3 / (4 * a * a * a * a);
        double lambda = a * a / 2, weight = Math.Exp(-lambda), digamma = 0, sum = 0;
        for (int j = 0; j < 120; j++)
        {
            sum += weight * digamma;
            weight *= lambda / (j + 1);
            digamma += 2.0 / (2 * j + 1);
        }
        return (sum - EulerGamma - Math.Log(2)) / 2;
    }
}
