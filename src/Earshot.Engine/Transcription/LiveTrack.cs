using Earshot.Audio.Detection;

namespace Earshot.Engine.Transcription;

/// <summary>A piece of a running track.</summary>
internal sealed record LivePiece(SpeechStretch Stretch, short[] Audio);

/// <summary>One side of a running stream: the samples as they come, its speech while it is heard, and a piece at each pause.</summary>
internal sealed class LiveTrack(ISpeechDetector detector, TranscriptionOptions options)
{
    public const int RateHz = 16_000;
    private const int Slots = 100; // Ten seconds: what a stalled line brings at once. A slot costs nothing until it is first used.
    private const int ChunkSamples = 1600;
    private const int MostGapSamples = 2 * RateHz;
    private const int PadSamples = (int)(0.15 * RateHz);

    private readonly List<SampleRange> ranges = [];
    private short[] audio = new short[2 * RateHz];
    private long first; // Of audio, by the listener's count.
    private int held;
    private long shift; // The recording's count less the listener's: a long gap is heard as a short one.
    private long began = -1; // The piece that is gathered; -1 for none.
    private long open = -1; // The speech that goes on; -1 for none.
    private long silent; // Filled since the last sample that was heard.
    private long emitted; // What lies before has gone.
    private bool completed;

    /// <summary>Where the reading thread puts the samples.</summary>
    public ChunkRing Ring { get; } = new(Slots, ChunkSamples);

    /// <summary>Samples of speech found so far.</summary>
    public long SpeechSamples { get; private set; }

    /// <summary>Samples of the recording so far.</summary>
    public long Length => Heard + shift;

    /// <summary>How far it has heard, by the listener's count.</summary>
    public long Heard => first + held;

    /// <summary>Its speech, as it is heard.</summary>
    public ISpeechListener Listener { get; } = detector.OpenLive(RateHz);

    /// <summary>Takes what has come. Its speech is not asked for yet, so that the detector can hear many tracks together.</summary>
    /// <param name="pieces">Takes what a long gap has ended.</param>
    public void Take(List<LivePiece> pieces)
    {
        long silentTo = Ring.SilentTo; // Before what stands before it is taken.
        while (Ring.TryPeek(out long start, out ReadOnlySpan<short> samples))
        {
            FillGap(start, pieces);
            silent = 0;
            Append(samples);
            Ring.Release();
        }
        FillGap(silentTo, pieces);
        if (!Ring.IsDone || completed) return;
        completed = true;
        FillGap(Ring.SilentTo, pieces);
        Listener.Complete();
    }

    /// <summary>Gives every piece that a pause has ended in what was taken.</summary>
    public void Cut(List<LivePiece> pieces)
    {
        TakeEdges(pieces);
        if (began >= 0 && !Listener.IsSpeech && ranges.Count > 0 && (completed || Listener.SettledTo - ranges[^1].End >= JoinSamples)) Cut(ranges[^1].End, pieces);
        while (began >= 0 && Heard - began >= options.Live.LongestPiece.TotalSeconds * RateHz) CutWithin(pieces);
        if (began < 0) Forget(Listener.SettledTo - PadSamples);
    }

    /// <summary>Silence up to a place of the recording. A long one is heard as a short one, though never within a piece: that would move what follows in it.</summary>
    private void FillGap(long until, List<LivePiece> pieces)
    {
        long gap = until - shift - Heard;
        if (gap <= 0) return;
        Span<short> silence = stackalloc short[ChunkSamples];
        silence.Clear();
        for (; gap > 0; gap -= ChunkSamples)
        {
            if (silent >= MostGapSamples)
            {
                Cut(pieces);
                if (began < 0 && !Listener.IsSpeech) break;
            }
            int count = (int)Math.Min(gap, ChunkSamples);
            Append(silence[..count]);
            silent += count;
        }
        if (gap > 0) shift += gap;
    }

    private void Append(ReadOnlySpan<short> samples)
    {
        Listener.Add(samples);
        if (held + samples.Length > audio.Length) Array.Resize(ref audio, Math.Max(2 * audio.Length, held + samples.Length));
        samples.CopyTo(audio.AsSpan(held));
        held += samples.Length;
    }

    /// <summary>What is being said, so far; null where nobody speaks, or fewer samples than that are new.</summary>
    /// <param name="taken">Up to where it was taken before, by <see cref="Heard"/>.</param>
    /// <param name="least">Samples that must be new.</param>
    public LivePiece? Unfinished(long taken, long least)
    {
        if (began < 0 || !Listener.IsSpeech || Heard - Math.Max(began, taken) < least) return null;
        long start = Math.Max(Math.Max(began - PadSamples, emitted), first);
        IEnumerable<SampleRange> speech = open >= 0 ? ranges.Append(new SampleRange(open, Heard - open)) : ranges;
        return new LivePiece(new SpeechStretch(new SampleRange(start + shift, Heard - start), [.. speech.Select(r => new SampleRange(r.Start + shift, r.Length))]), audio.AsSpan((int)(start - first), (int)(Heard - start)).ToArray());
    }

    private double JoinSamples => options.JoinPause.TotalSeconds * RateHz;

    private void TakeEdges(List<LivePiece> pieces)
    {
        while (Listener.TryTake(out SpeechEdge edge))
        {
            if (edge.Kind == SpeechEdgeKind.Began)
            {
                if (began >= 0 && ranges.Count > 0 && edge.Sample - ranges[^1].End >= JoinSamples) Cut(ranges[^1].End, pieces);
                if (began < 0) began = edge.Sample;
                open = edge.Sample;
            }
            else
            {
                long from = Math.Max(open, began);
                if (edge.Sample > from)
                {
                    ranges.Add(new SampleRange(from, edge.Sample - from));
                    SpeechSamples += edge.Sample - from;
                }
                open = -1;
            }
        }
    }

    /// <summary>Speech goes on for too long: what is there up to its quietest place is a piece.</summary>
    private void CutWithin(List<LivePiece> pieces)
    {
        int from = (int)Math.Max(began - first, 0), most = Math.Min(held - from, SpeechCutter.MostSamples(options.Live.LongestPiece, RateHz));
        int place = SpeechCutter.QuietestPlace(audio.AsSpan(from, most), RateHz);
        long cut = first + from + place;
        var rest = new List<SampleRange>();
        if (ranges.FindIndex(r => r.Start < cut && r.End > cut) is >= 0 and var at)
        {
            rest.Add(new SampleRange(cut, ranges[at].End - cut));
            ranges[at] = new SampleRange(ranges[at].Start, cut - ranges[at].Start);
        }
        if (open >= 0 && open < cut)
        {
            ranges.Add(new SampleRange(Math.Max(open, began), cut - Math.Max(open, began)));
            SpeechSamples += ranges[^1].Length;
            open = cut;
        }
        rest.AddRange(ranges.Where(r => r.Start >= cut));
        ranges.RemoveAll(r => r.Start >= cut);
        if (ranges.Count > 0) Emit(cut, pieces);
        ranges.Clear();
        ranges.AddRange(rest);
        began = open >= 0 ? Math.Min(open, rest.Count > 0 ? rest[0].Start : open) : rest.Count > 0 ? rest[0].Start : -1;
    }

    private void Cut(long end, List<LivePiece> pieces)
    {
        Emit(Math.Min(end + PadSamples, Heard), pieces);
        ranges.Clear();
        began = -1;
    }

    private void Emit(long end, List<LivePiece> pieces)
    {
        long start = Math.Max(Math.Max(began - PadSamples, emitted), first);
        var stretch = new SpeechStretch(new SampleRange(start + shift, end - start), [.. ranges.Select(r => new SampleRange(r.Start + shift, r.Length))]);
        pieces.Add(new LivePiece(stretch, audio.AsSpan((int)(start - first), (int)(end - start)).ToArray()));
        emitted = end;
        Forget(end);
    }

    /// <summary>What lies before is not needed any more.</summary>
    private void Forget(long before)
    {
        int count = (int)Math.Clamp(before - first, 0, held);
        if (count < audio.Length / 2 && count < held) return; // Moving is worth it once in a while.
        audio.AsSpan(count, held - count).CopyTo(audio);
        held -= count;
        first += count;
    }
}
