namespace Earshot.Audio.Spectral;

/// <summary>A second-order recursive filter, transposed direct form II, for one channel. Allocates nothing; copy it to copy its state.</summary>
/// <remarks>Coefficients by the bilinear transform of R. Bristow-Johnson's "Cookbook formulae for audio equalizer biquad filter coefficients".</remarks>
public struct Biquad
{
    private readonly double _b0, _b1, _b2, _a1, _a2;

    /// <param name="b0">Feed-forward, present sample; a0 is 1.</param>
    /// <param name="b1">Feed-forward, one sample ago.</param>
    /// <param name="b2">Feed-forward, two samples ago.</param>
    /// <param name="a1">Feedback, one sample ago.</param>
    /// <param name="a2">Feedback, two samples ago.</param>
    public Biquad(double b0, double b1, double b2, double a1, double a2) => (_b0, _b1, _b2, _a1, _a2) = (b0, b1, b2, a1, a2);

    /// <summary>What it remembers of the samples before.</summary>
    internal (double First, double Second) State { get; set; }

    /// <summary>A Butterworth high-pass, 12 dB an octave.</summary>
    /// <param name="sampleRateHz">Samples a second.</param>
    /// <param name="cutoffHz">Where it takes 3 dB, in Hz, below half the rate.</param>
    public static Biquad HighPass(int sampleRateHz, double cutoffHz)
    {
        double w = 2 * Math.PI * Math.Min(cutoffHz / sampleRateHz, 0.49);
        double cos = Math.Cos(w), alpha = Math.Sin(w) / Math.Sqrt(2), a0 = 1 + alpha;
        return new Biquad((1 + cos) / 2 / a0, -(1 + cos) / a0, (1 + cos) / 2 / a0, -2 * cos / a0, (1 - alpha) / a0);
    }

    /// <summary>Filters one sample.</summary>
    /// <param name="x">The sample, in any unit.</param>
    public double Next(double x)
    {
        (double first, double second) = State;
        double y = _b0 * x + first;
        State = (_b1 * x - _a1 * y + second, _b2 * x - _a2 * y);
        return y;
    }
}
