using System.Numerics;

namespace Earshot.Audio.Levels;

/// <summary>The peak of the curve between the samples, in dBTP. ITU-R BS.1770-4 annex 2, oversampled to at least 96 kHz.</summary>
/// <remarks>
/// Windowed-sinc interpolation of 32 taps. Only stretches whose samples come within 6 dB of the peak found so far are interpolated: elsewhere
/// no curve of a band-limited signal reaches it. Allocates nothing after the constructor. Not thread-safe.
/// </remarks>
public sealed class TruePeakMeter
{
    private const int Taps = 32;
    private const int Half = Taps / 2;
    private const int Stretch = 256;
    private const double Beta = 9;

    private readonly float[][] _phases;
    private readonly float[] _buffer = new float[Taps + Stretch];
    private int _held = Half;
    private float _peak;

    /// <param name="sampleRateHz">Samples a second, above 0.</param>
    public TruePeakMeter(int sampleRateHz)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, 1);
        int factor = sampleRateHz <= 12_000 ? 16 : sampleRateHz <= 24_000 ? 8 : 4;
        _phases = new float[factor - 1][];
        for (int p = 1; p < factor; p++) _phases[p - 1] = Phase(p / (double)factor);
    }

    /// <summary>The peak in dBTP; above 0 where the curve passes full scale; negative infinity in digital silence. Call <see cref="Flush"/> first.</summary>
    public double PeakDbtp => Decibels.FromLinear(_peak);

    /// <summary>Takes samples.</summary>
    /// <param name="samples">Samples in 16-bit units (±32768), any number.</param>
    public void Add(ReadOnlySpan<float> samples)
    {
        while (!samples.IsEmpty)
        {
            int count = Math.Min(samples.Length, _buffer.Length - _held);
            samples[..count].CopyTo(_buffer.AsSpan(_held));
            _held += count;
            samples = samples[count..];
            if (_held == _buffer.Length) Measure();
        }
    }

    /// <summary>Takes in what is held back for the samples that would follow: silence follows.</summary>
    public void Flush()
    {
        Span<float> silence = stackalloc float[Stretch + Half];
        silence.Clear();
        Add(silence);
    }

    private static float[] Phase(double fraction)
    {
        var taps = new float[Taps];
        double sum = 0;
        Span<double> values = stackalloc double[Taps];
        for (int i = 0; i < Taps; i++)
        {
            double t = i - (Half - 1) - fraction, r = t / Half;
            values[i] = Math.Sin(Math.PI * t) / (Math.PI * t) * BesselI0(Beta * Math.Sqrt(Math.Max(1 - r * r, 0)));
            sum += values[i];
        }
        for (int i = 0; i < Taps; i++) taps[i] = (float)(values[i] / sum);
        return taps;
    }

    private static double BesselI0(double x)
    {
        double sum = 1, term = 1;
        for (int k = 1; k < 40; k++) sum += term *= x * x / (4.0 * k * k);
        return sum;
    }

    /// <summary>Looks at the buffer's middle: every point between sample Half - 1 and sample Half - 1 + Stretch.</summary>
    private void Measure()
    {
        if (Reaches(_buffer.AsSpan(Half - 1, Stretch + 1), _peak / 2)) Interpolate();
        _buffer.AsSpan(Stretch).CopyTo(_buffer);
        _held = Taps;
    }

    private void Interpolate()
    {
        for (int at = 0; at < Stretch; at++)
        {
            ReadOnlySpan<float> window = _buffer.AsSpan(at, Taps);
            float near = Math.Max(Math.Abs(window[Half - 1]), Math.Abs(window[Half]));
            if (near * 2 < _peak) continue;
            _peak = Math.Max(_peak, near);
            foreach (float[] phase in _phases)
            {
                var sum = Vector<float>.Zero;
                for (int i = 0; i < Taps; i += Vector<float>.Count) sum += new Vector<float>(phase, i) * new Vector<float>(window[i..]);
                _peak = Math.Max(_peak, Math.Abs(Vector.Sum(sum)));
            }
        }
    }

    private static bool Reaches(ReadOnlySpan<float> samples, float level)
    {
        int i = 0, width = Vector<float>.Count;
        Vector<float> top = default;
        for (; i <= samples.Length - width; i += width) top = Vector.Max(top, Vector.Abs(new Vector<float>(samples[i..])));
        if (Vector.GreaterThanAny(top, new Vector<float>(level))) return true;
        for (; i < samples.Length; i++)
            if (Math.Abs(samples[i]) > level) return true;
        return false;
    }
}
