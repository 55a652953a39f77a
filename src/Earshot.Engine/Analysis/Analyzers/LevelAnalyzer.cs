using Earshot.Audio.Levels;

namespace Earshot.Engine.Analysis.Analyzers;

/// <summary>RMS, peak, crest and DC offset.</summary>
internal sealed class LevelAnalyzer : ITrackAnalyzer
{
    private const double MostClippedPercent = 2;

    private readonly LevelMeter meter = new();

    public void Add(in SampleBlock block) => meter.Add(block.Samples);

    public void Complete(TrackContext track)
    {
        track.Measure("rmsDbfs", meter.RmsDbfs);
        track.Measure("rms16", meter.Rms);
        track.Measure("peakDbfs", meter.PeakDbfs);
        track.Measure("peak16", meter.Peak);
        track.Measure("crestDb", meter.PeakDbfs - meter.RmsDbfs);
        double offset = meter.Mean / Decibels.FullScale;
        track.Measure("dcOffset", offset);
        // Clipping that cuts one side deeper moves the mean; an offset moves the middle value too.
        if (Math.Min(Math.Abs(offset), Math.Abs(track.Histogram.Median() / Decibels.FullScale)) < track.Options.DcOffset || IsRest(track)) return;
        if (track.Value("clippingPercent") > MostClippedPercent && Math.Abs(offset) < 0.1) return;
        track.Report(FindingCodes.DcOffset, Math.Abs(offset) >= 5 * track.Options.DcOffset ? Severity.Error : Severity.Warning, (offset, track.Options.DcOffset, "of full scale"),
            "The waveform lies off its centre line: clicks are heard where it starts and stops, and it clips early on one side.",
            "Take the offset out at its source (sound card, codec or a sum with a wrong sign), or put a high-pass at 20 Hz before anything else.");
    }

    /// <summary>A mean made by a few samples of a short file is no offset.</summary>
    private bool IsRest(TrackContext track) => meter.SampleCount < track.SampleRateHz / 5;
}
