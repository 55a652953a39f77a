using Earshot.Audio.Detection;
using Earshot.Audio.Levels;

namespace Earshot.Engine.Analysis.Analyzers;

/// <summary>Holes in speech, and frames that came twice.</summary>
internal sealed class DropoutAnalyzer(int sampleRateHz) : ITrackAnalyzer
{
    private const double LeastSeconds = 0.009;
    private const double LongestSeconds = 0.5;
    private const double LeastRms = 40; // Below, a step of the scale itself is a part of the voice.
    private const double PauseSeconds = 0.2; // Between words a pause is as long, so there both edges must be cut.
    private const double LastingShare = 0.3; // Of a sound; a click stands alone, and the pause beside it is no hole.
    private const double CutShare = 0.3; // A voice that fades has a quarter of its level there at most.

    // What came at 8 kHz and was brought to 16 kHz is itself at every second place; between, the resampler rings and blurs the edges of a hole.
    private readonly int stride = sampleRateHz == 16_000 ? 2 : 1;
    private readonly short[] half = new short[sampleRateHz == 16_000 ? RecordingAnalyzer.BlockSamples : 0];
    private readonly FlatRunDetector flat = new(sampleRateHz == 16_000 ? 8000 : sampleRateHz, LeastSeconds);
    private readonly RepeatDetector repeats = new(sampleRateHz);

    public void Add(in SampleBlock block)
    {
        flat.Add(stride == 1 ? block.Samples : SampleConversion.EverySecond(block.Samples[(int)(block.Start & 1)..], half));
        repeats.Add(block.Samples);
    }

    public void Complete(TrackContext track)
    {
        repeats.Complete();
        ReportHoles(track);
        ReportRepeats(track);
    }

    private void ReportHoles(TrackContext track)
    {
        if (track.Has(FindingCodes.AllSilent)) return;
        double level = track.Value("rms16");
        // On a coarse scale the last step to 0 is no cut.
        double step = double.IsNaN(track.Value("bitDepth")) ? 1 : Math.Pow(2, 16 - track.Value("bitDepth")), least = Math.Max(LeastRms, track.Has(FindingCodes.LowBitDepth) ? 3 * step : 0);
        List<TimeRange> places = [.. flat.Found.Select(r => r with { Range = new SampleRange(r.Range.Start * stride, r.Range.Length * stride) }).Where(r => IsHole(r, level, least, track) && !Explained(r, track)).Select(r => track.Range(r.Range))];
        double lost = places.Sum(p => p.Seconds);
        track.Measure("dropoutCount", places.Count);
        track.Measure("dropoutMs", 1000 * lost);
        if (places.Count == 0) return;
        track.Report(FindingCodes.Dropouts, lost >= 0.2 || places.Count >= 5 ? Severity.Error : Severity.Warning, (1000 * lost, 10, "ms"),
            places.Count == 1 ? "The voice breaks off for a moment in the middle of a sound." : "The voice breaks off again and again in the middle of sounds.",
            "Look for lost packets, a player that ran out of audio, or a buffer that is too short on the way to the recorder.", places);
    }

    private void ReportRepeats(TrackContext track)
    {
        // Hum of 50 Hz repeats every 20 ms by nature: only what is far louder than it counts.
        double least = track.Has(FindingCodes.Hum) ? 8 * 32768 * Math.Pow(10, track.Value("humDbfs") / 20) : 0;
        List<TimeRange> places = [.. repeats.Found.Where(r => r.Range > least).Select(r => track.Range(r.Place))];
        track.Measure("repeatedFrames", places.Count);
        if (places.Count == 0) return;
        track.Report(FindingCodes.RepeatedFrames, places.Count >= 10 ? Severity.Error : Severity.Warning, (places.Count, 1, "frames"),
            "The voice stutters: the same short piece is heard twice.",
            "Look for a sender that repeats its last frame when it has none, a retry that sends frames again, or loss concealment on the way.", places);
    }

    /// <summary>
    /// A voice that ends by itself fades, if only within a millisecond; one that is cut stands at its full level in its last samples.
    /// Behind a hole the voice comes back at once, as it also does after the natural pause before a plosive, so that alone does not count.
    /// </summary>
    private static bool IsHole(FlatRun run, double level, double least, TrackContext track)
    {
        if (run.Range.Length > LongestSeconds * track.SampleRateHz || run.NearBefore < least) return false;
        if (run.SoundBefore < LastingShare * run.NearBefore || run.SoundAfter < LastingShare * run.NearAfter) return false;
        double cutBefore = run.EdgeBefore / Math.Max(run.NearBefore, 1), cutAfter = run.EdgeAfter / Math.Max(run.NearAfter, 1);
        if (run.Range.Length > PauseSeconds * track.SampleRateHz && Math.Min(cutBefore, cutAfter) < CutShare) return false;
        bool bothCut = cutBefore * cutAfter > CutShare * CutShare;
        if (bothCut && run.NearBefore > 0.12 * level && run.NearBefore > 0.4 * run.FarBefore && run.NearAfter > 0.12 * level) return true;
        if (bothCut && run.NearBefore > 0.06 * level && run.NearBefore > 0.3 * run.FarBefore && run.NearAfter > 0.5 * level) return true;
        return cutBefore > CutShare && run.NearBefore > 0.4 * level && run.NearBefore > 0.5 * run.FarBefore;
    }

    /// <summary>Where the journal says that audio was lost, the hole has its cause and its own finding.</summary>
    private static bool Explained(FlatRun run, TrackContext track) =>
        track.Findings.Any(f => f.Kind == CodecAnalyzer.HeaderKind && f.Places.Any(p => Math.Abs(p.StartSeconds - track.Seconds(run.Range.Start)) < 0.1))
        || track.Facts is { } facts && facts.Events.Any(e => e.Kind == Calls.EventKinds.Loss
            && Math.Abs((e.AtMs - facts.StartOffsetMs) / 1000 - track.Seconds(run.Range.Start)) < e.DurationMs / 1000 + 0.1);
}
