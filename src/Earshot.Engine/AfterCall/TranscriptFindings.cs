using System.Globalization;
using Earshot.Engine.Analysis;
using Earshot.Engine.Transcription;

namespace Earshot.Engine.AfterCall;

/// <summary>What a transcript says of its recording, among the findings of its analysis.</summary>
internal static class TranscriptFindings
{
    private const int PlacesKept = 100;

    /// <summary>The report with what the transcript tells, in place of what one before it told.</summary>
    /// <param name="report">The report.</param>
    /// <param name="transcript">The words; null for none.</param>
    /// <param name="keep">Keep what was told of other channels.</param>
    public static AnalysisReport Join(AnalysisReport report, Transcript? transcript, bool keep = false)
    {
        Finding[] findings = [.. report.Findings.Where(f => keep || !FindingCodes.IsOfWords(f.Code)).Concat(transcript is null ? [] : Of(transcript, report.DurationSeconds)).OrderByDescending(f => f.Severity).ThenBy(f => f.StartSeconds)];
        return report with { Findings = findings, Verdict = RecordingAnalyzer.VerdictOf(findings) };
    }

    private static IEnumerable<Finding> Of(Transcript transcript, double durationSeconds)
    {
        if (transcript.State == TranscriptStates.SpeechWithoutText)
        {
            yield return TrackContext.Make(FindingCodes.SpeechWithoutText, Severity.Warning, transcript.Track, (transcript.SpeechSeconds, 0, "s"), durationSeconds,
                string.Create(CultureInfo.InvariantCulture, $"Somebody speaks for {transcript.SpeechSeconds:0.0} s, and the engine gave no text for it."),
                "Listen to it: if you understand it, check the engine's model and language; if not, look at the other findings of this track.");
        }
        TranscriptSegment[] invented = [.. transcript.Segments.Where(s => s.WithoutSpeech)];
        if (invented.Length == 0) yield break;
        TimeRange[] places = [.. invented.Take(PlacesKept).Select(s => new TimeRange(s.StartSeconds, s.EndSeconds))];
        yield return TrackContext.Make(FindingCodes.TextWithoutSpeech, Severity.Warning, transcript.Track, (invented.Length, 0, "segments"), durationSeconds,
            $"The transcript has text where nobody speaks: '{Shortened(invented[0].Text)}'.", "Do not rely on it: engines invent sentences over silence and noise. It is marked in the transcript and left out of the text.", places, count: invented.Length);
    }

    private static string Shortened(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
