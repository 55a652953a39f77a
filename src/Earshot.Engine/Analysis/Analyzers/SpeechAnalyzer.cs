using Earshot.Audio.Detection;

namespace Earshot.Engine.Analysis.Analyzers;

/// <summary>Where speech is, how much of it, and the long pauses between.</summary>
internal sealed class SpeechAnalyzer(int sampleRateHz, ISpeechDetector detector) : ITrackAnalyzer
{
    private const double LeastHeardSeconds = 2;

    // Its levels are wanted whoever finds the speech.
    private readonly EnergySpeechDetector energy = new(sampleRateHz);
    private readonly ISpeechFinder? other = detector is EnergySpeech ? null : detector.OpenRecording(sampleRateHz);

    public void Add(in SampleBlock block)
    {
        energy.Add(block.Floats);
        other?.Add(block.Floats);
    }

    public void Complete(TrackContext track)
    {
        var levels = new float[energy.FrameCount];
        for (int i = 0; i < levels.Length; i++) levels[i] = (float)energy.LevelDbfs(i);
        track.LevelsDbfs = levels;
        bool silent = track.Has(FindingCodes.AllSilent);
        track.Sounding = silent ? [] : energy.Complete();
        (track.Speech, track.SpeechDetector) = (track.Sounding, other is null ? detector.Name : EnergySpeech.DetectorName);
        if (other is not null) Hear(track, silent ? [] : SpeechEdges.Place(other.Complete(), levels, sampleRateHz));
        track.MeasureSpeech();
        if (track.Sounding.Count > 0 && track.Format.Channels == 1) ReportPauses(track);
    }

    /// <summary>A network hears nothing in a single short word; there the energy says where it is.</summary>
    private void Hear(TrackContext track, IReadOnlyList<SampleRange> heard)
    {
        if (heard.Count == 0 && track.Sounding.Count > 0 && track.SoundingSeconds < LeastHeardSeconds) return;
        (track.Speech, track.SpeechDetector) = (heard, detector.Name);
    }

    private static void ReportPauses(TrackContext track)
    {
        // One side of a call is silent while the other speaks; only a file that stands alone should not be.
        bool alone = track.Facts is null;
        double least = alone ? track.Options.LongSilenceSeconds : track.Options.LongSilenceOneSideSeconds;
        var pauses = new List<TimeRange>();
        long end = 0;
        foreach (SampleRange range in track.Sounding.Append(new SampleRange(track.Samples, 0)))
        {
            if (track.Seconds(range.Start - end) >= least) pauses.Add(track.Range(new SampleRange(end, range.Start - end)));
            end = range.End;
        }
        if (pauses.Count == 0) return;
        double longest = pauses.Max(p => p.Seconds);
        track.Report(FindingCodes.LongSilence, alone && longest >= track.Options.LongSilenceWarningSeconds ? Severity.Warning : Severity.Info, (longest, least, "s"),
            $"Nobody speaks for {longest:0.0} s.",
            alone ? "Find out what was waited for: a slow answer, a lost stretch, a muted side." : "See whether the other side spoke meanwhile; if not, find out what was waited for.", pauses);
    }
}
