using Earshot.Audio.Codecs;

namespace Earshot.Audio.Detection;

/// <summary>The header of a WAV file where sound should be: in the bytes of 16-bit samples, or as mu-law or A-law codes.</summary>
/// <remarks>Looks for "RIFF", four bytes of any kind, and "WAVE". Not thread-safe.</remarks>
public sealed class PayloadHeaderDetector
{
    private const int Needed = 26;

    private static readonly short[][] Marks =
    [
        [.. "RIFFWAVE"u8.ToArray().Select(MuLaw.Decode)],
        [.. "RIFFWAVE"u8.ToArray().Select(ALaw.Decode)],
    ];

    private readonly short[] _tail = new short[Needed];
    private int _held;
    private PayloadHeaders? _found;

    /// <summary>The headers found; null without any.</summary>
    public PayloadHeaders? Found => _found;

    /// <summary>Takes samples.</summary>
    /// <param name="samples">16-bit samples, any number.</param>
    /// <param name="start">Place of the first one.</param>
    public void Add(ReadOnlySpan<short> samples, long start)
    {
        // The end of the last call and the beginning of this one, for a header across both.
        Span<short> seam = stackalloc short[2 * Needed];
        _tail.AsSpan(0, _held).CopyTo(seam);
        int more = Math.Min(samples.Length, Needed - 1);
        samples[..more].CopyTo(seam[_held..]);
        Search(seam[..(_held + more)], start - _held, before: start);
        Search(samples, start, long.MaxValue);
        int fresh = Math.Min(samples.Length, Needed - 1), old = Math.Min(_held, Needed - 1 - fresh);
        _tail.AsSpan(_held - old, old).CopyTo(_tail);
        samples[^fresh..].CopyTo(_tail.AsSpan(old));
        _held = old + fresh;
    }

    private void Search(ReadOnlySpan<short> samples, long start, long before)
    {
        foreach (short[] mark in Marks)
            for (int step = 1; step <= 2; step++)
                for (int at = Next(samples, mark[0], 0); at >= 0; at = Next(samples, mark[0], at + 1))
                    if (start + at < before && IsCoded(samples, at, mark, step)) Add(start + at, 44 * step);
        short riff = (short)('R' | ('I' << 8));
        for (int at = Next(samples, riff, 0); at >= 0; at = Next(samples, riff, at + 1))
            if (start + at < before && at + 6 <= samples.Length && samples[at + 1] == (short)('F' | ('F' << 8)) && samples[at + 4] == (short)('W' | ('A' << 8)) && samples[at + 5] == (short)('V' | ('E' << 8)))
                Add(start + at, 22);
    }

    private static int Next(ReadOnlySpan<short> samples, short value, int from)
    {
        int at = from >= samples.Length ? -1 : samples[from..].IndexOf(value);
        return at < 0 ? -1 : from + at;
    }

    private static bool IsCoded(ReadOnlySpan<short> samples, int at, short[] mark, int step)
    {
        if (at + 11 * step >= samples.Length) return false;
        for (int i = 0; i < 8; i++)
            if (samples[at + (i < 4 ? i : i + 4) * step] != mark[i]) return false;
        return true;
    }

    private void Add(long at, int samples)
    {
        _found ??= new PayloadHeaders(samples);
        if (_found.Places.Count == 0 || at - _found.Places[^1] > samples) _found.Add(at);
    }
}

/// <summary>Headers of WAV files among the samples.</summary>
/// <param name="Samples">Samples that one takes.</param>
public sealed record PayloadHeaders(int Samples)
{
    private readonly List<long> _places = [];

    /// <summary>The first sample of each, at most <see cref="PlaceList.Kept"/>.</summary>
    public IReadOnlyList<long> Places => _places;

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    internal void Add(long at)
    {
        Count++;
        if (_places.Count < PlaceList.Kept) _places.Add(at);
    }
}
