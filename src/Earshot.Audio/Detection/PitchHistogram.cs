using Earshot.Audio.Spectral;

namespace Earshot.Audio.Detection;

/// <summary>How often each pitch occurs in voiced windows: what says whether a voice runs at its own speed.</summary>
/// <remarks>The first peak of the autocorrelation, which is the transform of the power spectrum (Wiener and Khinchin). Memory does not grow. Not thread-safe.</remarks>
public sealed class PitchHistogram
{
    private const int LowestHz = 70;
    private const int HighestHz = 900;

    private readonly int _rate;
    private readonly RealFft _fft;
    private readonly float[] _power;
    private readonly float[] _im;
    private readonly float[] _correlation;
    private readonly float[] _untaper;
    private readonly long[] _counts = new long[HighestHz + 1];

    /// <param name="sampleRateHz">Samples a second.</param>
    /// <param name="length">Samples of the windows whose spectra come.</param>
    public PitchHistogram(int sampleRateHz, int length)
    {
        (_rate, _fft) = (sampleRateHz, new RealFft(length));
        (_power, _im, _correlation, _untaper) = (new float[_fft.Bins], new float[_fft.Bins], new float[length], new float[length / 2]);
        for (int lag = 0; lag < _untaper.Length; lag++)
        {
            double t = (double)lag / length, taper = (1 - t) * (2.0 / 3 + Math.Cos(2 * Math.PI * t) / 3) + Math.Sin(2 * Math.PI * t) / (2 * Math.PI);
            _untaper[lag] = (float)(1 / Math.Max(taper, 0.05));
        }
    }

    /// <summary>Voiced windows taken.</summary>
    public long Voiced { get; private set; }

    /// <summary>The pitch below which that share of the voiced windows lies, in Hz; NaN without any.</summary>
    /// <param name="share">0 to 1.</param>
    public double Quantile(double share)
    {
        long seen = 0;
        for (int hz = 0; hz <= HighestHz && Voiced > 0; hz++)
        {
            seen += _counts[hz];
            if (seen > share * (Voiced - 1)) return hz;
        }
        return double.NaN;
    }

    /// <summary>Takes the spectrum of a window.</summary>
    /// <param name="power">Powers in any unit.</param>
    public void Add(ReadOnlySpan<float> power)
    {
        // An offset would be alike at every delay.
        power.CopyTo(_power);
        _power.AsSpan(0, 2).Clear();
        _fft.Inverse(_power, _im, _correlation);
        float zero = _correlation[0];
        if (zero <= 0) return;
        int from = Math.Max(_rate / HighestHz, 2), to = Math.Min(_rate / LowestHz, _correlation.Length / 2 - 2);
        // The window's own taper makes late lags smaller: taken off with the triangle-like curve of a Hann window.
        int best = 0;
        float top = 0;
        for (int lag = from; lag <= to; lag++)
        {
            float value = Norm(lag, zero);
            if (value > top) (top, best) = (value, lag);
        }
        if (top < 0.55 || best <= from) return;
        // The first peak nearly as high is the period; the highest may be a multiple of it.
        for (int lag = from + 1; lag < best; lag++)
        {
            float value = Norm(lag, zero);
            if (value < 0.85f * top || value < Norm(lag - 1, zero) || value < Norm(lag + 1, zero)) continue;
            best = lag;
            break;
        }
        _counts[Math.Clamp(_rate / best, 0, HighestHz)]++;
        Voiced++;
    }

    private float Norm(int lag, float zero) => _correlation[lag] * _untaper[lag] / zero;
}
