using System.Numerics;
using Earshot.Audio.Levels;

namespace Earshot.Audio.Detection;

/// <summary>Stretches in which no sample passes a threshold, with what they are made of.</summary>
/// <remarks>Edges are exact to the sample. Allocates nothing per sample beyond the list of stretches. Not thread-safe.</remarks>
public sealed class SilenceDetector
{
    private const int Chunk = 160;
    private const int IdlePeak = 8;

    private readonly int _threshold;
    private readonly long _minSamples;
    private readonly List<SilentStretch> _found = [];
    private long _at;
    private long _start;
    private long _zeros;
    private long _idle;

    /// <param name="thresholdLinear">A sample of a greater magnitude ends the silence, in 16-bit units, 0 to 32767.</param>
    /// <param name="minSamples">Shorter stretches are not silence; at least 160.</param>
    public SilenceDetector(int thresholdLinear, long minSamples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(thresholdLinear);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(thresholdLinear, short.MaxValue);
        (_threshold, _minSamples) = (thresholdLinear, Math.Max(minSamples, Chunk));
    }

    /// <summary>The stretches found so far, in order.</summary>
    public IReadOnlyList<SilentStretch> Found => _found;

    /// <summary>Takes samples.</summary>
    /// <param name="samples">16-bit samples, any number.</param>
    public void Add(ReadOnlySpan<short> samples)
    {
        while (!samples.IsEmpty)
        {
            var part = samples[..Math.Min(Chunk, samples.Length)];
            samples = samples[part.Length..];
            if (IsLoud(part)) Scan(part);
            else CountPiece(part);
            _at += part.Length;
        }
    }

    /// <summary>Closes the stretch that reaches the end.</summary>
    public void Complete() => End(_at);

    private bool IsLoud(ReadOnlySpan<short> part)
    {
        int i = 0, width = Vector<short>.Count;
        Vector<short> high = new((short)_threshold), low = new((short)-_threshold);
        for (; i <= part.Length - width; i += width)
        {
            var samples = new Vector<short>(part[i..]);
            if (Vector.GreaterThanAny(samples, high) || Vector.LessThanAny(samples, low)) return true;
        }
        for (; i < part.Length; i++)
            if (Math.Abs((int)part[i]) > _threshold) return true;
        return false;
    }

    private void Count(int samples, int peak)
    {
        if (peak == 0) _zeros += samples;
        else if (peak <= IdlePeak) _idle += samples;
    }

    private void Scan(ReadOnlySpan<short> part)
    {
        // What lies between the first and the last loud sample of a part is shorter than any silence.
        int first = 0, last = part.Length - 1;
        while (Math.Abs((int)part[first]) <= _threshold) first++;
        while (Math.Abs((int)part[last]) <= _threshold) last--;
        CountPiece(part[..first]);
        End(_at + first);
        (_start, _zeros, _idle) = (_at + last + 1, 0, 0);
        CountPiece(part[(last + 1)..]);
    }

    private void CountPiece(ReadOnlySpan<short> piece)
    {
        if (piece.IsEmpty) return;
        var statistics = SampleStatistics.Of(piece);
        Count(piece.Length, Math.Max(-statistics.Min, (int)statistics.Max));
    }

    private void End(long at)
    {
        long length = at - _start;
        if (length < _minSamples || length <= 0) return;
        // A stretch is of a kind when nearly all of it is: its first and last samples belong to the sound around it.
        var kind = _zeros >= 0.95 * length ? SilenceKind.DigitalZero : _zeros + _idle >= 0.95 * length ? SilenceKind.IdleCode : SilenceKind.LineNoise;
        _found.Add(new SilentStretch(new SampleRange(_start, length), kind));
    }
}
