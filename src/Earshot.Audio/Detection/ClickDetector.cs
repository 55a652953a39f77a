using System.Numerics;

namespace Earshot.Audio.Detection;

/// <summary>Clicks: single samples, or nearly, that leap out of a signal which is smooth before and after.</summary>
/// <remarks>Held against the second difference of the signal around it, where a spike is largest and a voice smallest. Not thread-safe.</remarks>
public sealed class ClickDetector
{
    private const int LeastRatio = 6;

    private readonly int _inner;
    private readonly int _outer;
    private readonly int _chunk;
    private readonly short[] _buffer;
    private readonly int[] _bend;
    private readonly List<Click> _found = [];
    private int _held;
    private long _bufferStart;

    /// <param name="sampleRateHz">Samples a second, 1,000 or more.</param>
    public ClickDetector(int sampleRateHz)
    {
        _inner = 2;
        _outer = sampleRateHz * 6 / 1000;
        _chunk = Math.Max(sampleRateHz / 250, 16);
        _buffer = new short[2 * _outer + 2 + 16384];
        _bend = new int[_buffer.Length];
    }

    /// <summary>The least bend of a click, in 16-bit units: a spike of half of it on a straight line.</summary>
    public int MinBend { get; init; } = 1600;

    /// <summary>The clicks, in order; at most <see cref="PlaceList.Kept"/>.</summary>
    public IReadOnlyList<Click> Found => _found;

    /// <summary>Takes samples.</summary>
    /// <param name="samples">16-bit samples, any number.</param>
    public void Add(ReadOnlySpan<short> samples)
    {
        while (!samples.IsEmpty)
        {
            int take = Math.Min(samples.Length, _buffer.Length - _held);
            samples[..take].CopyTo(_buffer.AsSpan(_held));
            _held += take;
            samples = samples[take..];
            int last = _held - 1;
            Bend(last);
            int at = _outer + 1;
            for (; at + _chunk <= last - _outer; at += _chunk) Look(at);
            int keep = at - _outer - 1;
            _buffer.AsSpan(keep, _held - keep).CopyTo(_buffer);
            _held -= keep;
            _bufferStart += keep;
        }
    }

    private void Bend(int last)
    {
        ReadOnlySpan<short> x = _buffer;
        int i = 1, width = Vector<short>.Count;
        for (; i <= last - width; i += width)
        {
            Vector.Widen(new Vector<short>(x[i..]), out Vector<int> midLow, out Vector<int> midHigh);
            Vector.Widen(new Vector<short>(x[(i - 1)..]), out Vector<int> beforeLow, out Vector<int> beforeHigh);
            Vector.Widen(new Vector<short>(x[(i + 1)..]), out Vector<int> afterLow, out Vector<int> afterHigh);
            Vector.Abs(midLow + midLow - beforeLow - afterLow).CopyTo(_bend, i);
            Vector.Abs(midHigh + midHigh - beforeHigh - afterHigh).CopyTo(_bend, i + width / 2);
        }
        for (; i < last; i++) _bend[i] = Math.Abs(2 * x[i] - x[i - 1] - x[i + 1]);
    }

    private void Look(int at)
    {
        int width = Vector<int>.Count, end = at + _chunk, from = at;
        Vector<int> tops = default;
        Vector<float> squares = default;
        for (; from <= end - width; from += width)
        {
            var bend = new Vector<int>(_bend, from);
            tops = Vector.Max(tops, bend);
            Vector<float> real = Vector.ConvertToSingle(bend);
            squares += real * real;
        }
        int max = 0;
        for (int k = 0; k < width; k++) max = Math.Max(max, tops[k]);
        float sum = Vector.Sum(squares);
        for (; from < end; from++)
        {
            max = Math.Max(max, _bend[from]);
            sum += (float)_bend[from] * _bend[from];
        }
        // A spike's own three bends are 1.5 times its square; what is left is the sound around it.
        if (max < MinBend || _found.Count >= PlaceList.Kept || LeastRatio * LeastRatio * Math.Max(sum - 1.6f * max * max, 0) > (float)max * max * _chunk) return;
        Weigh(_bend.AsSpan(at, _chunk).IndexOf(max) + at, max);
    }

    private void Weigh(int where, int max)
    {
        double before = Around(where - _outer, where - _inner), after = Around(where + _inner + 1, where + _outer + 1);
        double ratio = max / Math.Max(Math.Max(before, after), 1);
        long place = _bufferStart + where;
        if (ratio < LeastRatio || (_found.Count > 0 && place - _found[^1].Sample < _outer)) return;
        double level = 0;
        for (int i = where - _outer; i < where + _outer; i++)
            if (Math.Abs(i - where) > _inner) level += (double)_buffer[i] * _buffer[i];
        _found.Add(new Click(place, max, ratio, Math.Sqrt(level / (2 * _outer))));
    }

    private double Around(int from, int to)
    {
        double sum = 0;
        for (int i = from; i < to; i++) sum += (double)_bend[i] * _bend[i];
        return Math.Sqrt(sum / Math.Max(to - from, 1));
    }
}

/// <summary>A leap of the signal.</summary>
/// <param name="Sample">Where.</param>
/// <param name="Bend">The second difference there, in 16-bit units.</param>
/// <param name="Ratio">How many times that of the signal around it.</param>
/// <param name="LevelAround">RMS of the 6 ms on both sides, in 16-bit units.</param>
public readonly record struct Click(long Sample, int Bend, double Ratio, double LevelAround);
