namespace Earshot.Audio.Resampling;

/// <summary>The taps of the half-band low-pass of <see cref="Upsampler"/>, computed once at start.</summary>
/// <remarks>
/// Ideal interpolation halfway between samples, sin(πt)/(πt) at t = ±0.5, ±1.5 … ±31.5 input samples, under a Kaiser window
/// (J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", ISCAS 1974), scaled to a sum of 1.
/// Every step is +, -, × or ÷ of IEEE doubles (the sine is ±1 at these points, and the series of I0 takes the square of its argument),
/// so that each machine gets the same bits: no library sine or square root is asked.
/// </remarks>
internal static class HalfBandTaps
{
    /// <summary>Taps on each side of the point between two input samples.</summary>
    public const int PerSide = 32;

    /// <summary>
    /// The window's shape. 12 puts ripple and images of tones up to 3.5 kHz at -117 dB, below what 16 bits can show.
    /// </summary>
    private const double Beta = 12;

    /// <summary>One side, outermost tap first; the other side is its mirror image. The sum of one side is 0.5.</summary>
    public static readonly float[] OneSide = Make();

    private static float[] Make()
    {
        var taps = new double[PerSide];
        double sum = 0;
        for (int k = 0; k < PerSide; k++)
        {
            double t = PerSide - 0.5 - k;
            double r = t / PerSide;
            double sine = (PerSide - 1 - k) % 2 == 0 ? 1 : -1;
            taps[k] = sine / (Math.PI * t) * BesselI0(Beta * Beta * (1 - r * r));
            sum += 2 * taps[k];
        }
        return Array.ConvertAll(taps, tap => (float)(tap / sum));
    }

    /// <summary>The modified Bessel function of the first kind, order 0, of the square root of <paramref name="squared"/>.</summary>
    private static double BesselI0(double squared)
    {
        double sum = 1, term = 1;
        for (int k = 1; k < 64; k++)
        {
            term *= squared / (4.0 * k * k);
            sum += term;
        }
        return sum;
    }
}
