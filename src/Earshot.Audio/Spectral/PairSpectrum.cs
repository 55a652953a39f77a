namespace Earshot.Audio.Spectral;

/// <summary>What two signals have in common at each delay: plain cross-correlation, and with the phase alone (GCC-PHAT).</summary>
/// <remarks>
/// C. Knapp, G. Carter, "The generalized correlation method for estimation of time delay", 1976. Windows of about two seconds, half a window
/// apart, padded to twice their length so that nothing folds over; their spectra are added up, so memory does not grow. Not thread-safe.
/// </remarks>
public sealed class PairSpectrum
{
    private readonly RealFft _fft;
    private readonly float[] _a;
    private readonly float[] _b;
    private readonly float[] _padded;
    private readonly float[] _aRe, _aIm, _bRe, _bIm;
    private readonly double[] _crossRe, _crossIm, _phaseRe, _phaseIm;
    private int _held;
    private double _powerA;
    private double _powerB;
    private double _product;
    private double _sumA;
    private double _sumB;

    /// <param name="sampleRateHz">Samples a second.</param>
    public PairSpectrum(int sampleRateHz)
    {
        int length = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(sampleRateHz, 1024));
        _fft = new RealFft(2 * length);
        (_a, _b, _padded) = (new float[length], new float[length], new float[2 * length]);
        (_aRe, _aIm, _bRe, _bIm) = (new float[_fft.Bins], new float[_fft.Bins], new float[_fft.Bins], new float[_fft.Bins]);
        (_crossRe, _crossIm, _phaseRe, _phaseIm) = (new double[_fft.Bins], new double[_fft.Bins], new double[_fft.Bins], new double[_fft.Bins]);
    }

    /// <summary>Windows done.</summary>
    public long Windows { get; private set; }

    /// <summary>How much alike the two are sample by sample: 1 the same, -1 inverted, whatever their gains; NaN when one is silent.</summary>
    public double Correlation => _powerA > 0 && _powerB > 0 ? _product / Math.Sqrt(_powerA * _powerB) : double.NaN;

    /// <summary>Power of the second over that of the first, in dB.</summary>
    public double LevelDifferenceDb => 10 * Math.Log10(_powerB / _powerA);

    /// <summary>Takes samples of both.</summary>
    /// <param name="a">Samples of the first.</param>
    /// <param name="b">As many of the second.</param>
    public void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double powerA = 0, powerB = 0, product = 0;
        for (int i = 0; i < a.Length; i++)
        {
            powerA += (double)a[i] * a[i];
            powerB += (double)b[i] * b[i];
            product += (double)a[i] * b[i];
        }
        (_powerA, _powerB, _product) = (_powerA + powerA, _powerB + powerB, _product + product);
        while (!a.IsEmpty)
        {
            int take = Math.Min(a.Length, _a.Length - _held);
            a[..take].CopyTo(_a.AsSpan(_held));
            b[..take].CopyTo(_b.AsSpan(_held));
            _held += take;
            a = a[take..];
            b = b[take..];
            if (_held == _a.Length) Window();
        }
    }

    /// <summary>Takes in the last window, which may be short.</summary>
    public void Complete()
    {
        if (_held <= _a.Length / 2 && Windows > 0) return;
        _a.AsSpan(_held).Clear();
        _b.AsSpan(_held).Clear();
        Window();
    }

    /// <summary>The correlation at each delay of the second behind the first.</summary>
    /// <param name="maxDelay">Samples, either way.</param>
    /// <param name="phaseOnly">GCC-PHAT instead of the plain one.</param>
    /// <returns>2 · <paramref name="maxDelay"/> + 1 values, the middle one of no delay.</returns>
    public float[] Delays(int maxDelay, bool phaseOnly)
    {
        float[] re = Array.ConvertAll(phaseOnly ? _phaseRe : _crossRe, v => (float)v), im = Array.ConvertAll(phaseOnly ? _phaseIm : _crossIm, v => (float)v);
        var lags = new float[_fft.Length];
        _fft.Inverse(re, im, lags);
        maxDelay = Math.Min(maxDelay, _a.Length - 1);
        var result = new float[2 * maxDelay + 1];
        for (int d = -maxDelay; d <= maxDelay; d++) result[d + maxDelay] = lags[(d + lags.Length) % lags.Length];
        return result;
    }

    /// <summary>How loud the first is in the second (or the other way round) at that delay, as a factor: the best fit.</summary>
    /// <param name="plain">The plain correlation there.</param>
    /// <param name="inSecond">Whether the first is heard in the second.</param>
    /// <param name="delay">Samples.</param>
    public double GainAt(double plain, bool inSecond, int delay) => plain / Math.Max(inSecond ? WindowPower(_sumA, delay) : WindowPower(_sumB, delay), 1e-9);

    /// <summary>How much alike the two are at that delay, 0 to 1.</summary>
    /// <param name="plain">The plain correlation there.</param>
    /// <param name="delay">Samples.</param>
    public double LikenessAt(double plain, int delay) => plain / Math.Max(Math.Sqrt(WindowPower(_sumA, delay) * WindowPower(_sumB, delay)), 1e-9);

    /// <summary>Of a window, what is late by the delay falls out at its end.</summary>
    private double WindowPower(double sum, int delay) => sum * (1 - (double)delay / _a.Length);

    private void Window()
    {
        Transform(_a, _aRe, _aIm);
        Transform(_b, _bRe, _bIm);
        for (int i = 0; i < _crossRe.Length; i++)
        {
            double re = (double)_aRe[i] * _bRe[i] + (double)_aIm[i] * _bIm[i], im = (double)_aRe[i] * _bIm[i] - (double)_aIm[i] * _bRe[i];
            double magnitude = Math.Sqrt(re * re + im * im) + 1e3;
            _crossRe[i] += re;
            _crossIm[i] += im;
            _phaseRe[i] += re / magnitude;
            _phaseIm[i] += im / magnitude;
        }
        foreach (float value in _a) _sumA += (double)value * value;
        foreach (float value in _b) _sumB += (double)value * value;
        Windows++;
        _a.AsSpan(_a.Length / 2).CopyTo(_a);
        _b.AsSpan(_b.Length / 2).CopyTo(_b);
        _held = _a.Length / 2;
    }

    private void Transform(float[] samples, float[] re, float[] im)
    {
        samples.CopyTo(_padded, 0);
        _padded.AsSpan(samples.Length).Clear();
        _fft.Forward(_padded, re, im);
    }
}
