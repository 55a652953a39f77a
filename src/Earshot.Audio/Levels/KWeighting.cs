using Earshot.Audio.Spectral;

namespace Earshot.Audio.Levels;

/// <summary>The K-weighting of ITU-R BS.1770-4 for any rate: a shelf of +4 dB above 1.7 kHz, then a high-pass at 38 Hz.</summary>
/// <remarks>Made from the analogue prototypes behind the published 48 kHz coefficients, by the bilinear transform.</remarks>
internal static class KWeighting
{
    public static FilterPower Of(int sampleRateHz)
    {
        // 10^(3.99984/20), and its power 0.49967.
        const double Gain = 1.5848647011308556, MidGain = 1.258720930232562, ShelfQ = 0.7071752369554196, HighPassQ = 0.5003270373238773;
        double k = Math.Tan(Math.PI * Math.Min(1681.974450955533 / sampleRateHz, 0.49)), a0 = 1 + k / ShelfQ + k * k;
        var shelf = new Biquad((Gain + MidGain * k / ShelfQ + k * k) / a0, 2 * (k * k - Gain) / a0, (Gain - MidGain * k / ShelfQ + k * k) / a0,
            2 * (k * k - 1) / a0, (1 - k / ShelfQ + k * k) / a0);
        k = Math.Tan(Math.PI * Math.Min(38.13547087602444 / sampleRateHz, 0.49));
        a0 = 1 + k / HighPassQ + k * k;
        return new FilterPower(shelf, new Biquad(1, -2, 1, 2 * (k * k - 1) / a0, (1 - k / HighPassQ + k * k) / a0));
    }
}
