using Earshot.Audio.Detection;
using Earshot.Audio.Levels;

namespace Earshot.Engine.Analysis.Analyzers;

/// <summary>Silence by sample: where, and of which of its three kinds.</summary>
internal sealed class SilenceAnalyzer : ITrackAnalyzer
{
    private readonly SilenceDetector detector;

    public SilenceAnalyzer(int sampleRateHz, AnalysisOptions options)
        => detector = new SilenceDetector((int)Decibels.ToLinear(options.SilenceDbfs), (long)(options.SilenceSeconds * sampleRateHz));

    public void Add(in SampleBlock block) => detector.Add(block.Samples);

    public void Complete(TrackContext track)
    {
        detector.Complete();
        bool coded = track.Format.Encoding is Audio.Wave.WaveEncoding.MuLaw or Audio.Wave.WaveEncoding.ALaw;
        track.Silences = [.. detector.Found.Select(s => new SilenceSegment(track.Seconds(s.Range.Start), track.Seconds(s.Range.End), Name(s.Kind, coded)))];
        double silent = detector.Found.Sum(s => s.Range.Length) / (double)Math.Max(track.Samples, 1);
        track.Measure("silencePercent", 100 * silent);
        double peak = track.Value("peakDbfs");
        if (!double.IsNaN(peak) && peak > track.Options.SilenceDbfs) return;
        track.Report(FindingCodes.AllSilent, Severity.Error, (peak, track.Options.SilenceDbfs, "dBFS"),
            "Nothing is heard from start to end.",
            track.Silences is [{ Kind: SilenceKinds.LineNoise }] ? "The line is up and only its own noise came: look for a muted microphone." : "No audio was ever sent: look at the stream's source, a muted microphone, or a bot that never spoke.");
    }

    /// <summary>In a file of G.711 the sample 0 is a code that an idle line sends; in one of PCM it is nothing at all.</summary>
    private static string Name(SilenceKind kind, bool coded) => kind switch
    {
        SilenceKind.LineNoise => SilenceKinds.LineNoise,
        SilenceKind.DigitalZero when !coded => SilenceKinds.DigitalZero,
        _ => SilenceKinds.IdleCode,
    };
}
