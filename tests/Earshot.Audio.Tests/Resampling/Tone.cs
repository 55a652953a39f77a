using System.Numerics;

namespace Earshot.Audio.Tests.Resampling;

/// <summary>The amplitude of one tone in a signal, through a window whose side lobes lie below -150 dB.</summary>
internal static class Tone
{
    public static double Amplitude(ReadOnlySpan<short> signal, double frequencyHz, int sampleRateHz)
    {
        Complex sum = 0;
        double weight = 0;
        for (int i = 0; i < signal.Length; i++)
        {
            double w = Window(2.0 * Math.PI * (i + 0.5) / signal.Length);
            sum += w * signal[i] * Complex.FromPolarCoordinates(1, -2 * Math.PI * frequencyHz / sampleRateHz * i);
            weight += w;
        }
        return 2 * sum.Magnitude / weight;
    }

    public static double Db(double ratio) => 20 * Math.Log10(ratio);

    // A product of two 4-term Blackman-Harris windows: side lobes fall far below -150 dB.
    private static double Window(double turn)
    {
        double w = 0.35875 - 0.48829 * Math.Cos(turn) + 0.14128 * Math.Cos(2 * turn) - 0.01168 * Math.Cos(3 * turn);
        return w * w;
    }
}
