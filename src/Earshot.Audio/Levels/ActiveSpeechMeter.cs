using Earshot.Audio.Spectral;

namespace Earshot.Audio.Levels;

/// <summary>Active speech level and activity factor. ITU-T P.56 (12/2011), method B.</summary>
/// <remarks>
/// A high-pass at 70 Hz comes first: DC and hum would count as speech all the time. The envelope is two smoothings of 30 ms over the mean of
/// each millisecond (the recommendation asks for 694 values a second or more); it is held against thresholds of 6.02 dB with a hangover of
/// 200 ms; the level is where it stands 15.9 dB above its threshold. Allocates nothing per sample. Not thread-safe.
/// </remarks>
public sealed class ActiveSpeechMeter
{
    private const double HighPassHz = 70;
    private const double SmoothingSeconds = 0.03;
    private const double StepSeconds = 0.001;
    private const double HangoverSeconds = 0.2;
    private const double MarginDb = 15.9;
    private const int Thresholds = 15;

    private readonly long[] _active = new long[Thresholds];
    private readonly long[] _since = new long[Thresholds];
    private readonly long[] _until = new long[Thresholds];
    private readonly double _smoothing;
    private readonly long _hangover;
    private readonly FilterPower _highPass;
    private readonly int _step;
    private double _magnitudes;
    private int _held;
    private double _first;
    private double _second;
    private double _squares;
    private long _samples;
    private int _above;

    /// <param name="sampleRateHz">Samples a second, above 0.</param>
    public ActiveSpeechMeter(int sampleRateHz)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, 1);
        _step = Math.Max((int)(sampleRateHz * StepSeconds), 1);
        _smoothing = 1 - Math.Exp(-_step / (sampleRateHz * SmoothingSeconds));
        _hangover = (long)Math.Ceiling(sampleRateHz * HangoverSeconds);
        _highPass = new FilterPower(Biquad.HighPass(sampleRateHz, HighPassHz));
        Array.Fill(_until, long.MinValue / 2);
    }

    /// <summary>Takes samples.</summary>
    /// <param name="samples">Samples in 16-bit units (±32768), any number.</param>
    public void Add(ReadOnlySpan<float> samples)
    {
        while (!samples.IsEmpty)
        {
            int count = Math.Min(samples.Length, _step - _held);
            _magnitudes += _highPass.Add(samples[..count], ref _squares);
            _held += count;
            _samples += count;
            samples = samples[count..];
            if (_held == _step) CloseStep();
        }
    }

    private void CloseStep()
    {
        _first += _smoothing * (_magnitudes / _step - _first);
        _second += _smoothing * (_first - _second);
        (_magnitudes, _held) = (0, 0);
        // Threshold j is 2^j 16-bit units.
        if (_second < Lower(_above) || _second >= Upper(_above)) _above = Cross(_above, _second, _samples - _step);
    }

    /// <summary>The level of speech while it is spoken, and how much of the time that is.</summary>
    /// <returns>Level in dBov (dBFS of the RMS; negative infinity of silence) and activity from 0 to 1.</returns>
    public (double LevelDbov, double Activity) Read()
    {
        if (_samples == 0 || _squares <= 0) return (double.NegativeInfinity, 0);
        double longTerm = 10 * Math.Log10(_squares / _samples / (Decibels.FullScale * Decibels.FullScale));
        double belowActive = 0, belowGap = 0;
        bool have = false;
        for (int j = 0; j < Thresholds; j++)
        {
            long active = Active(j);
            if (active == 0) break;
            double level = longTerm + 10 * Math.Log10((double)_samples / active), gap = level - Decibels.FromLinear(1 << j);
            if (gap <= MarginDb) return have ? Between(longTerm, belowActive, belowGap, level, gap) : Result(longTerm, level);
            (belowActive, belowGap, have) = (level, gap, true);
        }
        return (longTerm, 1);
    }

    private static double Lower(int above) => above == 0 ? -1 : 1 << (above - 1);

    private static double Upper(int above) => above == Thresholds ? double.MaxValue : 1 << above;

    /// <summary>The point between two thresholds where the margin holds, found on the straight line between them.</summary>
    private static (double, double) Between(double longTerm, double levelA, double gapA, double levelB, double gapB)
    {
        double share = gapA == gapB ? 0 : (gapA - MarginDb) / (gapA - gapB);
        return Result(longTerm, levelA + share * (levelB - levelA));
    }

    private static (double, double) Result(double longTerm, double level) => (level, Math.Min(Math.Pow(10, (longTerm - level) / 10), 1));

    private int Cross(int above, double envelope, long at)
    {
        while (above > 0 && envelope < Lower(above))
        {
            above--;
            _active[above] += at - _since[above];
            _until[above] = at;
        }
        while (above < Thresholds && envelope >= Upper(above))
        {
            _active[above] += Math.Min(at - _until[above], _hangover);
            if (_until[above] < 0) _active[above] -= _hangover;
            _since[above] = at;
            above++;
        }
        return above;
    }

    private long Active(int j) => _active[j] + (j < _above ? _samples - _since[j] : _until[j] < 0 ? 0 : Math.Min(_samples - _until[j], _hangover));
}
