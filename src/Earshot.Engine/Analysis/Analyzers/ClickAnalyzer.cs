using Earshot.Audio.Detection;
using Earshot.Audio.Levels;

namespace Earshot.Engine.Analysis.Analyzers;

/// <summary>Clicks and pops.</summary>
internal sealed class ClickAnalyzer : ITrackAnalyzer
{
    private const double EdgeSeconds = 0.03;
    private const double SharperThan = 1.6;

    private readonly ClickDetector detector;

    /// <summary>Every second sample: a click that was there at 8 kHz is blurred between them when it was brought to 16 kHz.</summary>
    private readonly ClickDetector? even;

    private readonly short[] buffer = new short[RecordingAnalyzer.BlockSamples];

    public ClickAnalyzer(int sampleRateHz)
    {
        detector = new ClickDetector(sampleRateHz);
        even = sampleRateHz == 16_000 ? new ClickDetector(sampleRateHz / 2) : null;
    }

    public void Add(in SampleBlock block)
    {
        detector.Add(block.Samples);
        if (even is null) return;
        even.Add(SampleConversion.EverySecond(block.Samples[(int)(block.Start & 1)..], buffer));
    }

    public void Complete(TrackContext track)
    {
        double rms = track.Value("rms16");
        Finding[] edges = [.. track.Findings.Where(f => f.Code is FindingCodes.Dropouts or FindingCodes.RepeatedFrames)];
        List<TimeRange> places =
        [
            .. Places(detector, 1).Concat(even is null ? [] : Places(even, 2)).OrderBy(p => p.StartSeconds)
                .Where(p => !edges.Any(f => f.Places.Any(e => p.StartSeconds > e.StartSeconds - EdgeSeconds && p.StartSeconds < e.EndSeconds + EdgeSeconds))),
        ];
        for (int i = places.Count - 1; i > 0; i--)
            if (places[i].StartSeconds - places[i - 1].StartSeconds < 0.005) places.RemoveAt(i);
        track.Measure("clickCount", places.Count);
        if (places.Count < track.Options.ClickCount || track.Has(FindingCodes.LowBitDepth)) return;
        track.Report(FindingCodes.Clicks, places.Count / Math.Max(track.DurationSeconds, 1) > 5 ? Severity.Error : Severity.Warning, (places.Count, track.Options.ClickCount, "clicks"),
            places.Count == 1 ? "A click is heard." : "Clicks are heard.",
            "Look for audio that is joined without a fade, a buffer that is written while it is read, or bits that turn over on the line.", places);

        // A voice has sharp moments too, but none that is as sharp and as large at once.
        IEnumerable<TimeRange> Places(ClickDetector from, int step) => from.Found
            .Where(c => (c.Ratio >= track.Options.ClickRatio && c.Bend >= 2 * rms) || c.Ratio >= SharperThan * track.Options.ClickRatio)
            .Select(c => track.Range(new SampleRange(c.Sample * step, 1)));
    }
}
