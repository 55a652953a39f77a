using System.Globalization;
using Earshot.Engine.Analysis;
using Earshot.Engine.Calls;

namespace Earshot.Engine.Alerts;

/// <summary>Whether a rule holds for a call that has ended.</summary>
internal static class CallConditions
{
    public static AlertHit? Match(AlertRule rule, EndedCall call) => rule.Kind switch
    {
        RuleKind.Finding => Finding(rule, call),
        RuleKind.Measure => Measure(rule, call),
        RuleKind.Stage => Stage(rule, call),
        RuleKind.RecordingErrors => RecordingErrors(rule, call),
        _ => null,
    };

    /// <summary>Where a call's page is.</summary>
    public static string PageOf(string callSid) => $"/calls/{Uri.EscapeDataString(callSid)}";

    private static AlertHit? Finding(AlertRule rule, EndedCall call)
    {
        CallFinding[] found = [.. call.Findings.Where(f => f.Finding.Severity >= rule.Severity && IsOn(rule, f.Track ?? f.Finding.Track) && (rule.Options.Finding.Length == 0 || f.Finding.Code == rule.Options.Finding))];
        if (found.Length == 0) return null;
        CallFinding worst = found[0];
        string place = worst.Finding.Places.Count > 0 ? $", at {TimeSpan.FromSeconds(worst.Finding.StartSeconds).ToString(@"h\:mm\:ss\.f", CultureInfo.InvariantCulture)}" : "";
        string more = found.Length > 1 ? $" ({Counted(found.Length - 1, "more finding")})" : "";
        return new AlertHit(call.CallSid, call.CallSid, worst.Finding.Severity, $"{worst.Who}, {worst.Finding.Code}{place}: {worst.Finding.Message}{more}", PageOf(call.CallSid) + PlaceOf(worst));
    }

    /// <summary>The place on the call's page: in the player where the finding has one, at the verdict otherwise.</summary>
    private static string PlaceOf(CallFinding found)
    {
        if (found.Finding.Places.Count == 0) return "#verdict";
        string place = string.Create(CultureInfo.InvariantCulture, $"#t={found.Finding.StartSeconds:0.##}");
        if (found.Track is { } track) place += $"&track={track}";
        return found.StreamSid is { } stream ? $"{place}&stream={stream}" : place;
    }

    private static AlertHit? Measure(AlertRule rule, EndedCall call)
    {
        double above = rule.Above ?? double.PositiveInfinity, below = rule.Options.Below ?? double.NegativeInfinity;
        CallMeasure? beyond = call.Measures.FirstOrDefault(m => m.Name.Equals(rule.Options.Measure, StringComparison.OrdinalIgnoreCase) && IsOn(rule, m.Track) && (m.Value > above || m.Value < below));
        if (beyond is null) return null;
        bool isAbove = beyond.Value > above;
        string bound = Number(isAbove ? above : below);
        return new AlertHit(call.CallSid, call.CallSid, rule.Severity, $"{beyond.Who}: {beyond.Name} is {Number(beyond.Value)}, {(isAbove ? "above" : "below")} the bound of {bound}", PageOf(call.CallSid));
    }

    private static AlertHit? Stage(AlertRule rule, EndedCall call)
    {
        var stage = (CallStage)rule.Options.Stage;
        if (!call.Recorded && stage is CallStage.RecordingOpened or CallStage.WrittenToWav) return null; // It was not to be recorded.
        if (call.Stages.Any(s => s.Stage == stage && (stage < CallStages.FirstOfTrack || IsOn(rule, s.Track?.Name())))) return null;
        string side = stage >= CallStages.FirstOfTrack && rule.Options.Track.Length > 0 ? $"{rule.Options.Track.ToLowerInvariant()}: " : "";
        StageReached? last = call.Stages.Where(s => s.Stage < stage).MaxBy(s => s.Stage);
        string came = last is null ? "it reached none before it either" : string.Create(CultureInfo.InvariantCulture, $"it came as far as stage {(int)last.Stage}, {last.Stage.Title()}");
        return new AlertHit(call.CallSid, call.CallSid, rule.Severity, string.Create(CultureInfo.InvariantCulture, $"{side}the call never got to stage {(int)stage}, {stage.Title()}; {came}"), PageOf(call.CallSid));
    }

    private static AlertHit? RecordingErrors(AlertRule rule, EndedCall call) => call.UnwrittenMs <= 0 && call.Trouble.Length == 0 ? null
        : new AlertHit(call.CallSid, call.CallSid, rule.Severity,
            (call.UnwrittenMs > 0 ? $"{Number(call.UnwrittenMs)} ms of audio could not be written" : "audio could not be written for a time; nothing is missing") + (call.Trouble.Length > 0 ? $": {LogText.Clean(call.Trouble)}" : ""), PageOf(call.CallSid));

    private static bool IsOn(AlertRule rule, string? track) => rule.Options.Track.Length == 0 || rule.Options.Track.Equals(track, StringComparison.OrdinalIgnoreCase);

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Counted(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
