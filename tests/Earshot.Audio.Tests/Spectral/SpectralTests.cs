using Earshot.Audio.Signals;
using Earshot.Audio.Spectral;

namespace Earshot.Audio.Tests.Spectral;

public sealed class SpectralTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    [InlineData(2048)]
    public void The_transform_is_the_sum_that_defines_it_and_its_inverse_undoes_it(int length)
    {
        var fft = new RealFft(length);
        float[] x = Array.ConvertAll(TestSignal.WhiteNoise(length, 3), s => s / 32768f), re = new float[fft.Bins], im = new float[fft.Bins], back = new float[length];
        fft.Forward(x, re, im);
        for (int k = 0; k < fft.Bins; k++)
        {
            double r = 0, i = 0;
            for (int n = 0; n < length; n++)
            {
                r += x[n] * Math.Cos(2 * Math.PI * k * n / length);
                i -= x[n] * Math.Sin(2 * Math.PI * k * n / length);
            }
            ((double)re[k]).ShouldBe(r, 1e-4 * Math.Sqrt(length), $"bin {k}");
            ((double)im[k]).ShouldBe(i, 1e-4 * Math.Sqrt(length), $"bin {k}");
        }
        fft.Inverse(re, im, back);
        for (int n = 0; n < length; n++) ((double)back[n]).ShouldBe(x[n], 1e-5);
    }

    [Fact]
    public void Powers_of_windows_sum_to_the_mean_square()
    {
        var spectrum = new ShortTimeSpectrum(16_000);
        double sum = 0;
        spectrum.Add(Array.ConvertAll(TestSignal.Sine(16_000, 16_000, 1000, 10_000), s => (float)s), (power, _) =>
        {
            float total = 0;
            foreach (float p in power) total += p;
            sum += total;
        });
        (sum / spectrum.Windows).ShouldBe(5e7, 5e5);
    }

    [Fact]
    public void A_delayed_and_fainter_copy_is_found_where_it_is()
    {
        float[] a = Array.ConvertAll(TestSignal.WhiteNoise(64_000, 5, 8000), s => (float)s), b = new float[a.Length];
        for (int i = 1234; i < a.Length; i++) b[i] = 0.25f * a[i - 1234];
        var pair = new PairSpectrum(8000);
        pair.Add(a, b);
        pair.Complete();
        float[] delays = pair.Delays(4000, phaseOnly: true);
        Array.IndexOf(delays, delays.Max()).ShouldBe(4000 + 1234);
        pair.GainAt(pair.Delays(4000, phaseOnly: false)[4000 + 1234], inSecond: true, 1234).ShouldBe(0.25, 0.01);
        pair.Correlation.ShouldBe(0, 0.05);
    }
}
