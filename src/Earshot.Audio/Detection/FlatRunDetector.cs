using System.Numerics;

namespace Earshot.Audio.Detection;

/// <summary>Stretches in which the signal stands still (zeros, or one value held), with how loud it is on both sides of each.</summary>
/// <remarks>Neighbouring samples differ by at most 1: resampling leaves such ripples. Not thread-safe.</remarks>
public sealed class FlatRunDetector
{
    private readonly int _edge;
    private readonly int _near;
    private readonly int _far;
    private readonly int _minRun;
    private readonly short[] _buffer;
    private readonly List<FlatRun> _found = [];
    private int _held;
    private int _scanned;
    private long _bufferStart;
    private long _runStart = -1;
    private double _edgeBefore;
    private double _nearBefore;
    private double _farBefore;
    private double _soundBefore;

    /// <param name="sampleRateHz">Samples a second, 1,000 or more.</param>
    /// <param name="minSeconds">Shorter stretches are passed over, and so are those of fewer than two vectors of samples (4 ms at 8 kHz).</param>
    public FlatRunDetector(int sampleRateHz, double minSeconds)
    {
        _edge = Math.Max(sampleRateHz / 4000, 2);
        _near = Math.Max(sampleRateHz * 3 / 1000, 2);
        _far = Math.Max(sampleRateHz * 20 / 1000, 4);
        _minRun = Math.Max((int)(minSeconds * sampleRateHz), 2 * Vector<short>.Count);
        _buffer = new short[4 * _far + 16384];
        _scanned = 1;
    }

    /// <summary>The stretches between two sounds, in order; at most <see cref="PlaceList.Kept"/>.</summary>
    public IReadOnlyList<FlatRun> Found => _found;

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
            Scan(_held - _far);
            int drop = Math.Min(_scanned, _held) - 2 * _far;
            if (drop <= 0) continue;
            _buffer.AsSpan(drop, _held - drop).CopyTo(_buffer);
            _held -= drop;
            _scanned -= drop;
            _bufferStart += drop;
        }
    }

    private void Scan(int end)
    {
        ReadOnlySpan<short> all = _buffer.AsSpan(0, _held);
        int width = Vector<short>.Count, i = _scanned;
        while (i < end)
        {
            // A stretch that counts holds a whole vector wherever it begins, so the samples in between need no look.
            if (i + width <= end && IsStill(all, i))
            {
                if (_runStart < 0) Begin(all, i);
                i += width;
                continue;
            }
            if (_runStart < 0)
            {
                i += width;
                continue;
            }
            while (i < end && (uint)(all[i] - all[i - 1] + 1) <= 2) i++;
            if (i == end) break;
            Close(all, i);
        }
        _scanned = Math.Max(_scanned, i);
    }

    private static bool IsStill(ReadOnlySpan<short> all, int at)
    {
        var step = new Vector<short>(all[at..]) - new Vector<short>(all[(at - 1)..]);
        return Vector.LessThanOrEqualAll(step, Vector<short>.One) && Vector.GreaterThanOrEqualAll(step, -Vector<short>.One);
    }

    private void Begin(ReadOnlySpan<short> all, int at)
    {
        int first = at - 1;
        while (first > 0 && (uint)(all[first] - all[first - 1] + 1) <= 2) first--;
        _runStart = _bufferStart + first;
        (_edgeBefore, _nearBefore, _farBefore) = (Rms(all, first - _edge, first, all[first]), Rms(all, first - _near, first, all[first]), Rms(all, first - _far, first, all[first]));
        _soundBefore = Lasting(all, first - _near, first, all[first]);
    }

    private void Close(ReadOnlySpan<short> all, int at)
    {
        long length = _bufferStart + at - _runStart;
        if (length >= _minRun && _runStart > 0 && _found.Count < PlaceList.Kept)
            _found.Add(new FlatRun(new SampleRange(_runStart, length), all[at - 1], _edgeBefore, _nearBefore, _farBefore, Rms(all, at, at + _edge, all[at - 1]), Rms(all, at, at + _near, all[at - 1]), Rms(all, at, at + _far, all[at - 1]))
            {
                SoundBefore = _soundBefore, SoundAfter = Lasting(all, at, at + _near, all[at - 1]),
            });
        _runStart = -1;
    }

    /// <summary>The RMS of all but the two samples that are farthest off.</summary>
    private static double Lasting(ReadOnlySpan<short> all, int from, int to, int rest)
    {
        from = Math.Max(from, 0);
        double sum = 0, first = 0, second = 0;
        for (int i = from; i < to; i++)
        {
            double square = (double)(all[i] - rest) * (all[i] - rest);
            sum += square;
            if (square > first) (first, second) = (square, first);
            else if (square > second) second = square;
        }
        return Math.Sqrt(Math.Max(sum - first - second, 0) / Math.Max(to - from - 2, 1));
    }

    private static double Rms(ReadOnlySpan<short> all, int from, int to, int rest)
    {
        from = Math.Max(from, 0);
        double sum = 0;
        for (int i = from; i < to; i++) sum += (double)(all[i] - rest) * (all[i] - rest);
        return Math.Sqrt(sum / Math.Max(to - from, 1));
    }
}

/// <summary>A stretch in which the signal stands still.</summary>
/// <param name="Range">Where.</param>
/// <param name="Value">The value it stands at.</param>
/// <param name="EdgeBefore">RMS of the quarter millisecond before around that value, in 16-bit units.</param>
/// <param name="NearBefore">RMS of the 3 ms before.</param>
/// <param name="FarBefore">RMS of the 20 ms before.</param>
/// <param name="EdgeAfter">RMS of the quarter millisecond after.</param>
/// <param name="NearAfter">RMS of the 3 ms after.</param>
/// <param name="FarAfter">RMS of the 20 ms after.</param>
public readonly record struct FlatRun(SampleRange Range, short Value, double EdgeBefore, double NearBefore, double FarBefore, double EdgeAfter, double NearAfter, double FarAfter)
{
    /// <summary>RMS of the 3 ms before without their two greatest samples: of a sound that lasts about the same, of a click next to nothing.</summary>
    public double SoundBefore { get; init; }

    /// <summary>The same of the 3 ms after.</summary>
    public double SoundAfter { get; init; }
}
