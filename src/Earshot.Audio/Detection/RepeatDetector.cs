using System.Numerics;

namespace Earshot.Audio.Detection;

/// <summary>Frames that came twice: stretches whose samples are those of 20, 30, 40 or 60 ms before.</summary>
/// <remarks>
/// A tone of whole periods in 20 ms repeats too, and is told apart by its length and by repeating in 10 ms as well. Samples may differ by 2:
/// resampling rounds. Not thread-safe.
/// </remarks>
public sealed class RepeatDetector
{
    private static readonly int[] LagsMs = [20, 30, 40, 60];
    private const int LongestMs = 60;
    private const int Tolerance = 2;
    private const int MinRange = 400;

    private readonly int _rate;
    private readonly int _chunk;
    private readonly short[] _buffer;
    private readonly long[] _runStart = new long[LagsMs.Length];
    private readonly bool[] _tonal = new bool[LagsMs.Length];
    private readonly int[] _range = new int[LagsMs.Length];
    private readonly List<RepeatedFrame> _found = [];
    private int _held;
    private long _bufferStart;

    /// <param name="sampleRateHz">Samples a second, 1,000 or more.</param>
    public RepeatDetector(int sampleRateHz)
    {
        _rate = sampleRateHz;
        _chunk = Math.Max(sampleRateHz / 400, 8); // 2.5 ms
        _buffer = new short[LongestMs * sampleRateHz / 1000 + 16384];
        _held = LongestMs * sampleRateHz / 1000;
        _bufferStart = -_held;
        Array.Fill(_runStart, -1);
    }

    /// <summary>The repeated stretches, in order of their ends; at most <see cref="PlaceList.Kept"/>.</summary>
    public IReadOnlyList<RepeatedFrame> Found => _found;

    /// <summary>Takes samples.</summary>
    /// <param name="samples">16-bit samples, any number.</param>
    public void Add(ReadOnlySpan<short> samples)
    {
        int history = LongestMs * _rate / 1000;
        while (!samples.IsEmpty)
        {
            int take = Math.Min(samples.Length, _buffer.Length - _held);
            samples[..take].CopyTo(_buffer.AsSpan(_held));
            _held += take;
            samples = samples[take..];
            int at = history;
            for (; at + _chunk <= _held; at += _chunk) Look(at);
            int keep = at - history;
            _buffer.AsSpan(keep, _held - keep).CopyTo(_buffer);
            _held -= keep;
            _bufferStart += keep;
        }
    }

    /// <summary>Closes the runs that reach the end.</summary>
    public void Complete()
    {
        for (int i = 0; i < LagsMs.Length; i++) Close(i, _bufferStart + _held);
    }

    private void Look(int at)
    {
        ReadOnlySpan<short> now = _buffer.AsSpan(at, _chunk);
        int moves = -1;
        for (int i = 0; i < LagsMs.Length; i++)
        {
            if (!Same(now, _buffer.AsSpan(at - LagsMs[i] * _rate / 1000, _chunk)))
            {
                Close(i, _bufferStart + at);
                continue;
            }
            if (moves < 0) moves = Span(now);
            if (moves < MinRange)
            {
                Close(i, _bufferStart + at);
                continue;
            }
            if (_runStart[i] < 0) (_runStart[i], _tonal[i], _range[i]) = (_bufferStart + at, false, 0);
            _range[i] = Math.Max(_range[i], moves);
            _tonal[i] |= Same(now, _buffer.AsSpan(at - _rate / 100, _chunk));
        }
    }

    private void Close(int i, long at)
    {
        if (_runStart[i] < 0) return;
        var range = new SampleRange(_runStart[i], at - _runStart[i]);
        _runStart[i] = -1;
        long lag = (long)LagsMs[i] * _rate / 1000;
        // Half a frame holds between the ends that resampling blurs; more than eight frames in a row is a tone.
        if (_tonal[i] || range.Length < lag / 2 || range.Length > 8 * lag || _found.Count >= PlaceList.Kept) return;
        if (_found.Count > 0 && _found[^1].Place.End > range.Start - lag && _found[^1].Place.Start <= range.End) return; // The same repetition, seen at another lag.
        _found.Add(new RepeatedFrame(range, LagsMs[i], _range[i]));
    }

    private static bool Same(ReadOnlySpan<short> a, ReadOnlySpan<short> b)
    {
        int i = 0, width = Vector<short>.Count;
        var tolerance = new Vector<short>(Tolerance);
        for (; i <= a.Length - width; i += width)
        {
            var difference = new Vector<short>(a[i..]) - new Vector<short>(b[i..]);
            if (Vector.GreaterThanAny(difference, tolerance) || Vector.LessThanAny(difference, -tolerance)) return false;
        }
        for (; i < a.Length; i++)
            if (Math.Abs(a[i] - b[i]) > Tolerance) return false;
        return true;
    }

    private static int Span(ReadOnlySpan<short> samples)
    {
        int min = short.MaxValue, max = short.MinValue;
        foreach (short sample in samples) (min, max) = (Math.Min(min, sample), Math.Max(max, sample));
        return max - min;
    }
}

/// <summary>A stretch that came twice.</summary>
/// <param name="Place">The second time.</param>
/// <param name="LagMs">How long before it came first, in ms.</param>
/// <param name="Range">From its lowest to its highest sample within 2.5 ms, in 16-bit units.</param>
public readonly record struct RepeatedFrame(SampleRange Place, int LagMs, int Range);
