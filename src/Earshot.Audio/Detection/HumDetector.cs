using System.Numerics;
using Earshot.Audio.Spectral;

namespace Earshot.Audio.Detection;

/// <summary>Mains hum: lines at 50 or 60 Hz and their multiples that stand still while everything else moves.</summary>
/// <remarks>
/// The signal is brought to about 1 kHz and looked at in windows of half a second. Of each line the level and its distance to the spectrum
/// around it are counted; the figures are those that hold in most windows, so a voice that passes through a line does not count. Memory does
/// not grow. Not thread-safe.
/// </remarks>
public sealed class HumDetector
{
    private const int Harmonics = 5;
    private const int Length = 512;
    private const int Hop = 128;
    private const int DenseWindows = 500; // The first minute.
    private const int LowestDb = -110;
    private const double HeldShare = 0.3;
    private static readonly int[] Mains = [50, 60];

    private readonly int _factor;
    private readonly double _binHz;
    private readonly RealFft _fft = new(Length);
    private readonly float[] _window = Window.Hann(Length);
    private readonly float[] _held = new float[Length];
    private readonly float[] _windowed = new float[Length];
    private readonly float[] _re = new float[Length / 2 + 1];
    private readonly float[] _im = new float[Length / 2 + 1];
    private readonly float[] _power = new float[Length / 2 + 1];
    private readonly int[,] _levels = new int[2 * Harmonics, 128];
    private readonly int[,] _ratios = new int[2 * Harmonics, 128];
    private int _count;
    private int _phase;
    private double _rising;
    private double _falling;
    private double _pending;
    private readonly float[] _weights;
    private int _windows;

    /// <param name="sampleRateHz">Samples a second, 1,000 or more.</param>
    public HumDetector(int sampleRateHz)
    {
        _factor = Math.Max(sampleRateHz / 1000, 1);
        _weights = new float[_factor];
        for (int i = 0; i < _factor; i++) _weights[i] = i + 1;
        _binHz = (double)sampleRateHz / _factor / Length;
    }

    /// <summary>Takes samples.</summary>
    /// <param name="samples">Samples in 16-bit units, any number.</param>
    public void Add(ReadOnlySpan<float> samples)
    {
        while (!samples.IsEmpty)
        {
            if (_phase == 0 && samples.Length >= _factor)
            {
                AddPeriod(samples[.._factor]);
                samples = samples[_factor..];
                continue;
            }
            float sample = samples[0];
            samples = samples[1..];
            // A triangle of two periods: its zeros lie where the lower rate would fold onto the lines.
            _rising += sample * (_phase + 1);
            _falling += sample * (_factor - _phase - 1);
            if (++_phase == _factor) ClosePeriod();
        }
    }

    private void AddPeriod(ReadOnlySpan<float> samples)
    {
        int i = 0, width = Vector<float>.Count;
        Vector<float> rising = default, plain = default;
        for (; i <= samples.Length - width; i += width)
        {
            var part = new Vector<float>(samples[i..]);
            rising += part * new Vector<float>(_weights, i);
            plain += part;
        }
        (_rising, double all) = (Vector.Sum(rising), Vector.Sum(plain));
        for (; i < samples.Length; i++)
        {
            _rising += samples[i] * _weights[i];
            all += samples[i];
        }
        _falling = all * _factor - _rising;
        ClosePeriod();
    }

    private void ClosePeriod()
    {
        _held[_count++] = (float)((_rising + _pending) / ((double)_factor * _factor));
        (_pending, _rising, _falling, _phase) = (_falling, 0, 0, 0);
        if (_count == Length) Measure();
    }

    /// <summary>The stronger of the two mains, or null where neither stands out.</summary>
    /// <param name="minRatioDb">A line stands at least so far above what is around it.</param>
    public HumFigure? Read(double minRatioDb)
    {
        HumFigure? best = null;
        for (int m = 0; m < Mains.Length && _windows >= 3; m++)
        {
            double power = 0, strongestDb = double.NegativeInfinity, ratio = 0;
            int lines = 0;
            for (int h = 0; h < Harmonics; h++)
            {
                double lineRatio = Quantile(_ratios, m * Harmonics + h), level = Quantile(_levels, m * Harmonics + h) + LowestDb;
                // A voice can rest on one line of a short recording: it moves, so the steadier a line the more it counts.
                if (lineRatio < minRatioDb || Spread(m * Harmonics + h) > 12) continue;
                lines++;
                power += Math.Pow(10, level / 10);
                ratio = Math.Max(ratio, lineRatio);
                strongestDb = Math.Max(strongestDb, level);
            }
            if (lines == 0) continue;
            var figure = new HumFigure(Mains[m], 10 * Math.Log10(power), ratio, lines, Quantile(_ratios, m * Harmonics) >= minRatioDb);
            if (best is null || figure.LevelDbfs > best.LevelDbfs) best = figure;
        }
        return best;
    }

    private double Quantile(int[,] counts, int line, double share = HeldShare)
    {
        int seen = 0;
        for (int i = 0; i < 128; i++)
        {
            seen += counts[line, i];
            if (seen > share * _windows) return i;
        }
        return 127;
    }

    private double Spread(int line) => Quantile(_levels, line, 0.8) - Quantile(_levels, line, 0.1);

    private void Measure()
    {
        for (int i = 0; i < Length; i++) _windowed[i] = _held[i] * _window[i];
        _fft.Forward(_windowed, _re, _im);
        for (int i = 0; i < _power.Length; i++) _power[i] = (_re[i] * _re[i] + _im[i] * _im[i]) * 2 / (0.375f * Length * Length);
        Span<float> around = stackalloc float[16];
        for (int m = 0; m < Mains.Length; m++)
            for (int h = 0; h < Harmonics; h++) Line(m * Harmonics + h, Mains[m] * (h + 1) / _binHz, around);
        _windows++;
        int hop = _windows < DenseWindows ? Hop : 2 * Hop;
        _held.AsSpan(hop).CopyTo(_held);
        _count = Length - hop;
    }

    private void Line(int line, double bin, Span<float> around)
    {
        int centre = (int)Math.Round(bin);
        if (centre + 8 >= _power.Length) return;
        double sum = 0;
        for (int i = centre - 2; i <= centre + 2; i++) sum += _power[i];
        int count = 0;
        for (int i = 4; i <= 8; i++)
        {
            around[count++] = _power[centre - i];
            around[count++] = _power[centre + i];
        }
        var sorted = around[..count];
        sorted.Sort();
        double level = 10 * Math.Log10(Math.Max(sum, 1e-3) / (32768.0 * 32768.0)), ratio = 10 * Math.Log10(Math.Max(sum, 1e-3) / 5 / Math.Max(sorted[count / 2], 1e-6));
        _levels[line, Math.Clamp((int)(level - LowestDb), 0, 127)]++;
        _ratios[line, Math.Clamp((int)ratio, 0, 127)]++;
    }
}

/// <summary>Hum that was found.</summary>
/// <param name="MainsHz">50 or 60.</param>
/// <param name="LevelDbfs">Level of all its lines together.</param>
/// <param name="RatioDb">How far its clearest line stands above what is around it.</param>
/// <param name="Lines">Lines that stand out.</param>
/// <param name="Fundamental">Whether the mains frequency itself is among them.</param>
public sealed record HumFigure(int MainsHz, double LevelDbfs, double RatioDb, int Lines, bool Fundamental);
