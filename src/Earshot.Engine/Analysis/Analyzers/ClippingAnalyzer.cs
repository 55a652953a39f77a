using Earshot.Audio.Detection;
using Earshot.Audio.Levels;

namespace Earshot.Engine.Analysis.Analyzers;

/// <summary>Flat tops, and whether samples pile up there as only clipping makes them.</summary>
internal sealed class ClippingAnalyzer : ITrackAnalyzer
{
    private const int LeastExtreme = 1000;
    private const int LeastLevels = 8;

    private readonly Phase whole;

    /// <summary>Every second sample: what was clipped at 8 kHz and then brought to 16 kHz is flat there alone.</summary>
    private readonly Phase? even;

    public ClippingAnalyzer(TrackContext track)
    {
        whole = new Phase(1, track.Histogram);
        even = track.SampleRateHz == 16_000 ? new Phase(2, track.Histogram) : null;
    }

    public void Add(in SampleBlock block)
    {
        whole.Add(block.Samples, block.Start);
        even?.Add(block.Samples, block.Start);
    }

    public void Complete(TrackContext track)
    {
        Phase phase = even is not null && even.Percent() > 1.5 * whole.Percent() ? even : whole;
        double percent = phase.Percent();
        track.Measure("clippingPercent", percent);
        track.Measure("clippingRuns", phase.Runs);
        if (percent < track.Options.ClippingPercent || phase.Runs < 2) return;
        List<TimeRange> places = phase.Places(track);
        track.Report(FindingCodes.Clipping, percent >= track.Options.ClippingErrorPercent ? Severity.Error : Severity.Warning, (percent, track.Options.ClippingPercent, "%"),
            percent >= track.Options.ClippingErrorPercent ? "The voice is harsh and broken up: its peaks are cut off flat." : "Loud syllables rasp: their peaks are cut off flat.",
            "Lower the gain before the point where it clips (microphone, mixer, text-to-speech volume); what is cut off does not come back later.", places, count: phase.Runs);
    }

    private sealed class Phase(int step, SampleHistogram histogram)
    {
        private readonly ClippingDetector detector = new();
        private readonly short[] buffer = new short[step == 1 ? 0 : RecordingAnalyzer.BlockSamples];
        private double percent = -1;

        public long Runs { get; private set; }

        public void Add(ReadOnlySpan<short> samples, long start)
        {
            detector.Add(step > 1 ? SampleConversion.EverySecond(samples[(int)(start & 1)..], buffer) : samples);
        }

        public double Percent()
        {
            if (percent >= 0) return percent;
            detector.Complete();
            long clipped = 0;
            foreach ((PlaceList runs, int extreme, int sign) in Sides())
                if (PilesUp(sign * extreme, sign))
                {
                    clipped += runs.Samples;
                    Runs += runs.Count;
                }
            return percent = 100.0 * step * clipped / Math.Max(histogram.SampleCount, 1);
        }

        public List<TimeRange> Places(TrackContext track)
        {
            var all = new List<TimeRange>();
            foreach ((PlaceList runs, int extreme, int sign) in Sides())
                if (PilesUp(sign * extreme, sign))
                    foreach (SampleRange run in runs.Places) all.Add(track.Range(new SampleRange(run.Start * step, run.Length * step)));
            all.Sort((a, b) => a.StartSeconds.CompareTo(b.StartSeconds));
            // Flat tops of one syllable are one place to listen to.
            var places = new List<TimeRange>();
            foreach (TimeRange place in all)
            {
                if (places.Count > 0 && place.StartSeconds - places[^1].EndSeconds < 0.1) places[^1] = new TimeRange(places[^1].StartSeconds, Math.Max(places[^1].EndSeconds, place.EndSeconds));
                else places.Add(place);
            }
            return places;
        }

        private (PlaceList Runs, int Extreme, int Sign)[] Sides() => [(detector.High, detector.Extremes.High, 1), (detector.Low, detector.Extremes.Low, -1)];

        /// <summary>
        /// Speech has fewer samples the nearer to its peak; clipping has them pile up there. Without this the coarse steps of G.711, which
        /// hold a slow wave's top for several samples, would read as clipping.
        /// </summary>
        private bool PilesUp(int magnitude, int sign)
        {
            if (magnitude < LeastExtreme) return false;
            int edge = (int)(0.998 * magnitude), below = (int)(0.88 * magnitude);
            long at = Count(edge, magnitude, sign, out _), near = Count(below, edge - 1, sign, out _);
            Count(magnitude / 2, magnitude, sign, out int levels);
            return levels >= LeastLevels && at > 0.5 * near;
        }

        private long Count(int from, int to, int sign, out int distinct) =>
            sign > 0 ? histogram.Between(from, to, out distinct, step > 1) : histogram.Between(-to, -from, out distinct, step > 1);
    }
}
