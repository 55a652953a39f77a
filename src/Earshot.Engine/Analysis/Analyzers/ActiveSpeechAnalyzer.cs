using Earshot.Audio.Levels;

namespace Earshot.Engine.Analysis.Analyzers;

/// <summary>Active speech level and activity by P.56, and the two findings that go by it.</summary>
internal sealed class ActiveSpeechAnalyzer(int sampleRateHz) : ITrackAnalyzer
{
    private readonly ActiveSpeechMeter meter = new(sampleRateHz);

    public void Add(in SampleBlock block) => meter.Add(block.Floats);

    public void Complete(TrackContext track)
    {
        (double level, double activity) = meter.Read();
        track.Measure("activeSpeechLevelDbfs", level);
        track.Measure("activityPercent", 100 * activity);
        if (track.Sounding.Count == 0 || track.Has(FindingCodes.AllSilent)) return;
        if (level < track.Options.TooQuietDbov)
            track.Report(FindingCodes.TooQuiet, level < track.Options.TooQuietDbov - 12 ? Severity.Error : Severity.Warning, (level, track.Options.TooQuietDbov, "dBov"),
                "The voice is faint: a listener turns the volume up, a recogniser drops words.",
                "Raise the gain at the source (microphone, text-to-speech volume or gateway), by about " + $"{-26 - level:0} dB.");
        else if (level > track.Options.TooLoudDbov)
            track.Report(FindingCodes.TooLoud, level > track.Options.TooLoudDbov + 5 ? Severity.Error : Severity.Warning, (level, track.Options.TooLoudDbov, "dBov"),
                "The voice is uncomfortably loud and close to distortion.",
                "Lower the gain at the source, by about " + $"{level + 26:0} dB: -26 dBov is the customary level of speech on the telephone.");
    }
}
