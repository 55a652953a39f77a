using Earshot.Engine.Analysis;

namespace Earshot.Engine.AfterCall;

/// <summary>On a one-way stream the outbound side is what the call's own TwiML plays to the caller. TwiML that only pauses plays nothing, by design: that side's silence is worth a look, and is no broken call.</summary>
internal static class UnplayedSide
{
    /// <param name="report">The analysis of the recording, or of both sides.</param>
    /// <param name="track">The outbound side's name in it.</param>
    public static AnalysisReport Weigh(AnalysisReport report, string track)
    {
        Finding[] findings = [.. report.Findings.Select(f => f.Track != track ? f : f.Code switch
        {
            FindingCodes.AllSilent => f with { Severity = Severity.Warning, Message = "Nothing was played to the caller: this side is silent from start to end.", Advice = "TwiML that only pauses plays nothing, by design. Where a bot or a person should be heard, look at what answers the call." },
            FindingCodes.BlankChannel => f with { Severity = Severity.Info },
            _ => f,
        }).OrderByDescending(f => f.Severity)];
        return report with { Findings = findings, Verdict = RecordingAnalyzer.VerdictOf(findings) };
    }
}
