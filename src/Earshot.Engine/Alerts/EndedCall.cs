using System.Text.Json;
using Earshot.Engine.Analysis;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.Recording;

namespace Earshot.Engine.Alerts;

/// <summary>A finding of a call, and the recording that it is in.</summary>
internal sealed record CallFinding(Finding Finding, string? Track, string Who)
{
    /// <summary>The stream of the recording, where the call has several.</summary>
    public string? StreamSid { get; init; }
}

/// <summary>A figure of a call, and the side that it is of.</summary>
internal sealed record CallMeasure(string Name, string? Track, string Who, double Value);

/// <summary>What rules look at once a call has ended.</summary>
internal sealed record EndedCall
{
    public required string CallSid { get; init; }
    public DateTimeOffset EndedAt { get; init; }

    /// <summary>True when it was to be recorded.</summary>
    public bool Recorded { get; init; } = true;

    /// <summary>True when it is no call but a file that was brought in.</summary>
    public bool IsImported { get; init; }

    public IReadOnlyList<StageReached> Stages { get; init; } = [];

    /// <summary>Worst first.</summary>
    public IReadOnlyList<CallFinding> Findings { get; init; } = [];

    public IReadOnlyList<CallMeasure> Measures { get; init; } = [];

    /// <summary>Audio that could not be written, in ms.</summary>
    public double UnwrittenMs { get; init; }

    /// <summary>What the disk said, in words; empty when it said nothing.</summary>
    public string Trouble { get; init; } = "";

    /// <summary>Names of the figures that are not measures of a recording.</summary>
    public static IReadOnlyList<string> FiguresOfCalls { get; } =
        ["lostMs", "stalls", "driftMs", "callSeconds", "responseLatencyP50Ms", "responseLatencyP95Ms", "talkOverSeconds", "interruptions", "echoDelayMs", "echoReturnLossDb"];

    /// <summary>Puts it together from the catalog. Null when there is no such call.</summary>
    public static EndedCall? Read(CallStore calls, AnalysisStore analyses, string callSid)
    {
        if (calls.Find(callSid) is not { } call) return null;
        IReadOnlyList<RecordingRow> recordings = calls.Recordings(callSid);
        IReadOnlyList<StreamRow> streams = calls.Streams(callSid);
        var findings = new List<CallFinding>();
        var measures = new List<CallMeasure>();
        foreach (AnalysisRow row in analyses.OfCall(callSid))
        {
            if (AnalysisJson.Read(row.Report) is not { } report) continue;
            RecordingRow? recording = recordings.FirstOrDefault(r => r.Id == row.Subject);
            foreach (Finding finding in report.Findings.Where(f => recording is not null || f.Track is null || FindingCodes.IsOfBothSides(f.Code)))
                findings.Add(new CallFinding(finding, recording?.Track, recording?.Speaker ?? "both sides") { StreamSid = streams.Count > 1 ? streams.FirstOrDefault(s => s.Stem == recording?.StreamStem)?.StreamSid : null });
            if (recording is not null) measures.AddRange(report.Tracks.SelectMany(t => t.Measures.Where(m => m.Value is not null).Select(m => new CallMeasure(m.Key, recording.Track, recording.Speaker, m.Value!.Value))));
            else measures.AddRange(OfConversation(report.Conversation));
        }
        foreach (RecordingRow r in recordings) // FiguresOfCalls names them.
            measures.AddRange([new("lostMs", r.Track, r.Speaker, r.LostMs), new("stalls", r.Track, r.Speaker, r.Stalls), new("driftMs", r.Track, r.Speaker, r.DriftMs)]);
        measures.Add(new CallMeasure("callSeconds", null, "the call", call.DurationSeconds));
        return new EndedCall
        {
            CallSid = callSid,
            EndedAt = call.EndedAt ?? call.StartedAt,
            IsImported = streams.Count > 0 && streams.All(s => s.EndReason == WaveImport.Imported),
            Recorded = streams.Count == 0 || streams.Any(s => s.Recording != "disabled"),
            Stages = JsonSerializer.Deserialize(call.Stages, ManifestJson.Compact.IReadOnlyListStageReached) ?? [],
            Findings = [.. findings.OrderByDescending(f => f.Finding.Severity)],
            Measures = measures,
            UnwrittenMs = recordings.Select(r => r.UnwrittenMs).DefaultIfEmpty().Max(),
            Trouble = calls.Events(callSid).FirstOrDefault(e => e.Kind == EventKinds.RecordingTrouble)?.Detail ?? "",
        };
    }

    /// <summary>The figures of both sides together, by their names in the report.</summary>
    private static IEnumerable<CallMeasure> OfConversation(ConversationReport? talk)
    {
        if (talk is null) yield break;
        (string Name, double? Value)[] figures =
        [
            ("responseLatencyP50Ms", talk.ResponseLatencyP50Ms), ("responseLatencyP95Ms", talk.ResponseLatencyP95Ms), ("talkOverSeconds", talk.TalkOverSeconds),
            ("interruptions", talk.Interruptions), ("echoDelayMs", talk.EchoDelayMs), ("echoReturnLossDb", talk.EchoReturnLossDb),
        ];
        foreach ((string name, double? value) in figures)
            if (value is { } v) yield return new CallMeasure(name, null, "both sides", v);
    }
}
