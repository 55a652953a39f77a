using System.Numerics;

namespace Earshot.Audio.Spectral;

/// <summary>Power spectra of overlapping windows of about 32 ms, half a window apart.</summary>
/// <remarks>Powers are in squared 16-bit units and sum to the mean square of the window. Allocates nothing after the constructor. Not thread-safe.</remarks>
public sealed class ShortTimeSpectrum
{
    private readonly RealFft _fft;
    private readonly float[] _window;
    private readonly float[] _held;
    private readonly float[] _windowed;
    private readonly float[] _re;
    private readonly float[] _im;
    private readonly float _scale;
    private int _count;

    /// <param name="sampleRateHz">Samples a second, above 0.</param>
    /// <param name="seconds">The wanted length of a window.</param>
    public ShortTimeSpectrum(int sampleRateHz, double seconds = 0.032)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, 1);
        int length = Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(sampleRateHz * seconds * 0.75, 8)), 16, 1 << 16);
        _fft = new RealFft(length);
        _window = Spectral.Window.Hann(length);
        (_held, _windowed, _re, _im) = (new float[length], new float[length], new float[_fft.Bins], new float[_fft.Bins]);
        Power = new float[_fft.Bins];
        BinHz = (double)sampleRateHz / length;
        // Of one side, so both sides count; 3/8 is the mean square of the window.
        _scale = 2f / (0.375f * length * length);
    }

    /// <summary>Hears each window's <see cref="Power"/>.</summary>
    public delegate void Listener(ReadOnlySpan<float> power, long startSample);

    /// <summary>The distance of two values, in Hz.</summary>
    public double BinHz { get; }

    /// <summary>Values of a spectrum.</summary>
    public int Bins => _fft.Bins;

    /// <summary>Samples between the starts of two windows.</summary>
    public int Hop => _fft.Length / 2;

    /// <summary>Samples of a window.</summary>
    public int Length => _fft.Length;

    /// <summary>Windows done.</summary>
    public long Windows { get; private set; }

    private float[] Power { get; }

    /// <summary>Takes samples; the listener hears each window that they complete.</summary>
    /// <param name="samples">Samples in 16-bit units, any number.</param>
    /// <param name="listener">Hears the spectra.</param>
    public void Add(ReadOnlySpan<float> samples, Listener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        while (!samples.IsEmpty)
        {
            int take = Math.Min(samples.Length, _held.Length - _count);
            samples[..take].CopyTo(_held.AsSpan(_count));
            _count += take;
            samples = samples[take..];
            if (_count < _held.Length) continue;
            Measure();
            listener(Power, Windows * Hop);
            Windows++;
            _held.AsSpan(Hop).CopyTo(_held);
            _count = _held.Length - Hop;
        }
    }

    private void Measure()
    {
        // Digital silence has no spectrum, and much of one side of a call is that.
        if (!_held.AsSpan().ContainsAnyExcept(0f))
        {
            Power.AsSpan().Clear();
            return;
        }
        int width = Vector<float>.Count, i = 0;
        for (; i <= _held.Length - width; i += width) (new Vector<float>(_held, i) * new Vector<float>(_window, i)).CopyTo(_windowed, i);
        for (; i < _held.Length; i++) _windowed[i] = _held[i] * _window[i];
        _fft.Forward(_windowed, _re, _im);
        var scale = new Vector<float>(_scale);
        for (i = 0; i <= Power.Length - width; i += width)
        {
            Vector<float> re = new(_re, i), im = new(_im, i);
            ((re * re + im * im) * scale).CopyTo(Power, i);
        }
        for (; i < Power.Length; i++) Power[i] = _scale * (_re[i] * _re[i] + _im[i] * _im[i]);
        Power[0] *= 0.5f;
        Power[^1] *= 0.5f;
    }
}
