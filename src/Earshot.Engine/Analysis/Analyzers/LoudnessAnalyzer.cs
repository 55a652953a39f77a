using Earshot.Audio.Levels;

namespace Earshot.Engine.Analysis.Analyzers;

/// <summary>Loudness by BS.1770 and the true peak.</summary>
internal sealed class LoudnessAnalyzer(int sampleRateHz) : ITrackAnalyzer
{
    private readonly LoudnessMeter loudness = new(sampleRateHz);
    private readonly TruePeakMeter peak = new(sampleRateHz);

    public void Add(in SampleBlock block)
    {
        loudness.Add(block.Floats);
        peak.Add(block.Floats);
    }

    public void Complete(TrackContext track)
    {
        peak.Flush();
        track.Measure("truePeakDbtp", peak.PeakDbtp);
        track.Measure("loudnessLufs", loudness.IntegratedLufs);
        track.Measure("shortTermMaxLufs", loudness.MaxShortTermLufs);
        track.Measure("momentaryMaxLufs", loudness.MaxMomentaryLufs);
        track.Measure("loudnessRangeLu", loudness.RangeLu);
    }
}
