using Earshot.Audio.Levels;

namespace Earshot.Audio.Detection;

/// <summary>
/// Flat tops: runs of three or more samples at the file's own extreme, or at 0.999 of full scale and beyond.
/// </summary>
/// <remarks>
/// The extreme is the file's own because telephone audio clips at the rail of its law (32124 for mu-law, 32256 for A-law) and what was
/// attenuated after it clipped stands lower still. It is known only at the end, so runs at an extreme that is passed later are dropped then.
/// Each polarity has its own. Allocates nothing per sample. Not thread-safe.
/// </remarks>
public sealed class ClippingDetector
{
    /// <summary>The least samples of a flat top.</summary>
    public const int MinRun = 3;

    private const int NearFullScale = 32735; // 0.999 of 32768.

    private readonly Side _high = new(1);
    private readonly Side _low = new(-1);
    private long _at;

    /// <summary>The highest and the lowest sample.</summary>
    public (int Low, int High) Extremes => (-_low.Extreme, _high.Extreme);

    /// <summary>Flat tops and bottoms.</summary>
    public PlaceList High => _high.Runs;

    /// <summary>Flat bottoms.</summary>
    public PlaceList Low => _low.Runs;

    /// <summary>Takes samples.</summary>
    /// <param name="samples">16-bit samples, any number.</param>
    public void Add(ReadOnlySpan<short> samples)
    {
        const int Chunk = 1024;
        while (!samples.IsEmpty)
        {
            var part = samples[..Math.Min(Chunk, samples.Length)];
            var statistics = SampleStatistics.Of(part);
            _high.Add(part, statistics.Max, _at);
            _low.Add(part, -statistics.Min, _at);
            _at += part.Length;
            samples = samples[part.Length..];
        }
    }

    /// <summary>Closes the runs that reach the end.</summary>
    public void Complete()
    {
        _high.Close();
        _low.Close();
    }

    private sealed class Side(int sign)
    {
        private long _runStart;
        private int _run;

        public int Extreme { get; private set; } = int.MinValue;

        public PlaceList Runs { get; } = new();

        public void Add(ReadOnlySpan<short> samples, int max, long at)
        {
            if (max > Extreme)
            {
                bool carries = Extreme >= NearFullScale;
                Extreme = max;
                if (!carries)
                {
                    Runs.Clear();
                    _run = 0;
                }
            }
            int level = Math.Max(Math.Min(Extreme, NearFullScale), 1);
            if (max < level)
            {
                Close();
                return;
            }
            for (int i = 0; i < samples.Length; i++)
            {
                if (sign * samples[i] < level)
                {
                    if (_run > 0) Close();
                    continue;
                }
                if (_run++ == 0) _runStart = at + i;
            }
        }

        public void Close()
        {
            if (_run >= MinRun) Runs.Add(new SampleRange(_runStart, _run));
            _run = 0;
        }
    }
}
