using Earshot.Audio.Levels;
using Earshot.Audio.Spectral;

namespace Earshot.Audio.Detection;

/// <summary>Speech by energy alone: frames of 10 ms that stand clear of the recording's own noise floor.</summary>
/// <remarks>
/// <para>A high-pass at 150 Hz takes DC and hum away. The levels of all frames are kept (2 bytes each, 0.7 MB an hour); the threshold follows
/// from their distribution when the recording is complete, so a steady noise of any level is told from speech by what it lacks: movement.</para>
/// <para>Not thread-safe.</para>
/// </remarks>
public sealed class EnergySpeechDetector : ISpeechFinder
{
    /// <summary>How long a frame is.</summary>
    public const double FrameSeconds = 0.01;

    private const float FloorDb = -80;
    private const double MinRangeDb = 9;
    private const double MinSpeechSeconds = 0.10;
    private const double MinPauseSeconds = 0.20;
    private const double PadSeconds = 0.03;

    /// <summary>Levels are kept in hundredths of a dB, -100 to 6 dBFS.</summary>
    private const int LevelOffset = 10_000, LevelCodes = 10_601;

    private readonly int _rate;
    private readonly List<short> _levels = [];
    private readonly FilterPower _highPass;
    private double _squares;
    private long _at;
    private long _frameStart;
    private long _frameEnd;

    /// <param name="sampleRateHz">Samples a second, 200 or more.</param>
    public EnergySpeechDetector(int sampleRateHz)
    {
        _rate = sampleRateHz;
        _highPass = new FilterPower(Biquad.HighPass(sampleRateHz, 150));
        _frameEnd = End(1);
    }

    /// <summary>Frames taken.</summary>
    public int FrameCount => _levels.Count;

    /// <summary>The level of a frame in dBFS, -100 or more.</summary>
    /// <param name="frame">Which, from 0.</param>
    public double LevelDbfs(int frame) => _levels[frame] / 100.0;

    /// <summary>Takes samples.</summary>
    /// <param name="samples">Samples in 16-bit units, any number.</param>
    public void Add(ReadOnlySpan<float> samples)
    {
        while (!samples.IsEmpty)
        {
            int count = (int)Math.Min(samples.Length, _frameEnd - _at);
            _highPass.Add(samples[..count], ref _squares);
            _at += count;
            samples = samples[count..];
            if (_at == _frameEnd) CloseFrame();
        }
    }

    /// <summary>Finds the speech in all that was taken.</summary>
    public IReadOnlyList<SampleRange> Complete()
    {
        if (_at > _frameStart) CloseFrame();
        if (_levels.Count == 0) return [];
        float[] smooth = Smoothed();
        float[] mixed = [.. smooth];
        double floor = Math.Max(OrderStatistic.Select(mixed, (int)(0.10 * (mixed.Length - 1))), FloorDb), top = OrderStatistic.Select(mixed, (int)(0.97 * (mixed.Length - 1)));
        double range = top - floor;
        // Without movement there is no speech, except where the recording is too short to hold a pause.
        if (top < -65 || range < MinRangeDb) return top >= -50 && _levels.Count < 150 ? [new SampleRange(0, _at)] : [];
        double on = Math.Max(floor + Math.Max(0.4 * range, 4.5), top - 34), off = on - Math.Min(3, 0.15 * range);
        return Shape(Runs(smooth, on, off));
    }

    private long End(long frame) => Math.Max((long)(frame * FrameSeconds * _rate), _frameStart + 1);

    private void CloseFrame()
    {
        double db = 10 * Math.Log10(_squares / Math.Max(_at - _frameStart, 1) / (32768.0 * 32768.0));
        _levels.Add((short)(100 * Math.Clamp(double.IsNaN(db) ? -100 : db, -100, 6)));
        _squares = 0;
        _frameStart = _at;
        _frameEnd = End(_levels.Count + 1);
    }

    /// <summary>Mean power over five frames around each.</summary>
    private float[] Smoothed()
    {
        var powers = new double[_levels.Count];
        // A level is one of some ten thousand numbers.
        var power = new double[LevelCodes];
        for (int i = 0; i < powers.Length; i++)
        {
            ref double known = ref power[_levels[i] + LevelOffset];
            powers[i] = known > 0 ? known : known = Math.Pow(10, _levels[i] / 1000.0);
        }
        var result = new float[powers.Length];
        for (int i = 0; i < result.Length; i++)
        {
            int from = Math.Max(i - 2, 0), to = Math.Min(i + 2, powers.Length - 1);
            double sum = 0;
            for (int k = from; k <= to; k++) sum += powers[k];
            result[i] = (float)(10 * Math.Log10(sum / (to - from + 1)));
        }
        return result;
    }

    private static List<(int From, int To)> Runs(float[] levels, double on, double off)
    {
        var runs = new List<(int, int)>();
        int start = -1;
        for (int i = 0; i < levels.Length; i++)
        {
            if (start < 0 && levels[i] >= on)
            {
                start = i;
                while (start > 0 && levels[start - 1] >= off && (runs.Count == 0 || start > runs[^1].Item2)) start--;
            }
            else if (start >= 0 && levels[i] < off)
            {
                runs.Add((start, i));
                start = -1;
            }
        }
        if (start >= 0) runs.Add((start, levels.Length));
        return runs;
    }

    private List<SampleRange> Shape(List<(int From, int To)> runs)
    {
        int minPause = (int)(MinPauseSeconds / FrameSeconds), minSpeech = (int)(MinSpeechSeconds / FrameSeconds);
        var joined = new List<(int From, int To)>();
        foreach ((int from, int to) in runs)
        {
            if (joined.Count > 0 && from - joined[^1].To < minPause) joined[^1] = (joined[^1].From, to);
            else joined.Add((from, to));
        }
        var result = new List<SampleRange>();
        foreach ((int from, int to) in joined)
        {
            if (to - from < minSpeech) continue;
            long start = Math.Max((long)((from * FrameSeconds - PadSeconds) * _rate), 0), end = Math.Min((long)((to * FrameSeconds + PadSeconds) * _rate), _at);
            if (result.Count > 0 && result[^1].End >= start) result[^1] = new SampleRange(result[^1].Start, end - result[^1].Start);
            else result.Add(new SampleRange(start, end - start));
        }
        return result;
    }
}
