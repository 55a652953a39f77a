using System.CommandLine;
using System.Text.Json;
using Earshot.Cli.Output;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot show CALL</c>.</summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        Argument<string> call = CallArgument.Create();
        Option<bool> json = CommonOptions.Json();
        return StoreSession.Command("show", "Show one call: stages, recordings, verdict and findings, events", [call, json], (session, parsed) =>
        {
            CallStore store = session.Get<CallStore>();
            if (CallArgument.Find(store, parsed.GetValue(call)!) is not { } found) return ExitCodes.Unreadable;
            IReadOnlyList<StageReached> stages = JsonSerializer.Deserialize(found.Stages, ManifestJson.Compact.IReadOnlyListStageReached)!;
            IReadOnlyList<StreamRow> streams = store.Streams(found.CallSid);
            IReadOnlyList<RecordingRow> recordings = store.Recordings(found.CallSid);
            IReadOnlyList<EventRow> events = store.Events(found.CallSid);
            RunningFiles? running = RunningFiles.Of(session, found.CallSid, found.State);
            if (running is not null) found = found with { DurationSeconds = Math.Max(found.DurationSeconds, running.Seconds) };
            StoredVerdict verdict = StoredVerdict.Of(session, found.CallSid);
            if (parsed.GetValue(json)) Report.Json(new { call = found, verdict = verdict.Verdict, findings = verdict.Findings, stages = stages.Select(s => new { number = (int)s.Stage, title = s.Stage.Title(), track = s.Track?.Name(), s.At }), streams, recordings, onDisk = running, events });
            else Print(session, found, stages, streams, recordings, events, running, verdict);
            return ExitCodes.Ok;
        });
    }

    private static void Print(StoreSession session, CallRow call, IReadOnlyList<StageReached> stages, IReadOnlyList<StreamRow> streams, IReadOnlyList<RecordingRow> recordings, IReadOnlyList<EventRow> events, RunningFiles? running, StoredVerdict verdict)
    {
        Console.WriteLine($"{LogText.Clean(call.CallSid)}  {LogText.Clean(call.FromNumber)} -> {LogText.Clean(call.ToNumber)}  {Report.When(call.StartedAt)}  {Report.Duration(call.DurationSeconds)}  {call.State}{(call.EndReason.Length > 0 ? $" ({call.EndReason})" : "")}");
        foreach (StreamRow stream in streams) Console.WriteLine($"stream {LogText.Clean(stream.StreamSid)}: recording {stream.Recording} ({stream.Policy}), {stream.Messages} messages, {stream.Malformed} not usable, journal {session.Get<ManifestStore>().Storage.PathOf(stream.Stem + FileNames.Journal)}");
        if (running is { IsStill: true, WrittenAt: { } at }) Console.WriteLine($"nothing was written since {Report.When(at)}: if it was cut off, the next start of the server or 'earshot repair' completes it");
        Console.WriteLine();
        Report.Table(["STAGE", "", "INBOUND", "OUTBOUND"], Enumerable.Range(1, CallStages.Count).Select(n => Stage((CallStage)n, stages, running)));
        Console.WriteLine();
        Report.Table(["TRACK", "SPEAKER", "LENGTH", "FRAMES", "LOST", "STALLS", "DUPLICATES", "RMS", "LEVEL", "PEAK", "FILE"], recordings.Select(Recording).Concat(running?.Files.Select(Recording) ?? []));
        Console.WriteLine();
        Console.WriteLine($"verdict {verdict.Verdict ?? StoredVerdict.None}");
        if (verdict.Findings.Count > 0) Report.Table(["FINDING", "SEVERITY", "TRACK", "WHAT"], verdict.Findings.Select(f => (IReadOnlyList<string>)[f.Code, f.Severity.ToString().ToLowerInvariant(), f.Track ?? "", f.Message]));
        if (events.Count == 0) return;
        Console.WriteLine();
        Report.Table(["AT", "TRACK", "EVENT", "WHAT"], events.Select(e => (IReadOnlyList<string>)[Report.Duration(e.AtMs / 1000), e.Track ?? "", e.Kind, e.Detail]));
    }

    private static IReadOnlyList<string> Stage(CallStage stage, IReadOnlyList<StageReached> stages, RunningFiles? running)
    {
        DateTimeOffset? first = stages.Count > 0 ? stages.Min(s => s.At) : null;
        string At(Track? track) => stages.FirstOrDefault(s => s.Stage == stage && s.Track == track) is { } reached ? $"+{(reached.At - first!.Value).TotalSeconds:0.000} s" : Missing(stage, track, running);
        return stage < CallStages.FirstOfTrack
            ? [((int)stage).ToString(), stage.Title(), At(null), ""]
            : [((int)stage).ToString(), stage.Title(), At(Track.Inbound), At(Track.Outbound)];
    }

    /// <summary>The catalog gets the stages of the tracks when the stream is closed; until then the server alone knows them.</summary>
    private static string Missing(CallStage stage, Track? track, RunningFiles? running) =>
        stage <= CallStage.TwimlAnswered ? "not seen"
        : running is null || track is null ? "no"
        : stage == CallStage.WrittenToWav && running.SecondsOf(track.Value.Name()) is > 0 and var seconds ? running.IsStill ? $"written: {Report.Duration(seconds)}" : $"being written: {Report.Duration(seconds)} so far"
        : running.IsStill ? "known once it is completed"
        : "running: its page has them";

    private static IReadOnlyList<string> Recording(RecordingRow r) =>
        [r.Track, r.Speaker, Report.Duration(r.DurationSeconds), r.Frames.ToString(), $"{r.LostMs:0} ms", r.Stalls.ToString(), r.Duplicates.ToString(), $"{r.Rms:0}", Report.Level(r.RmsDbfs), Report.Level(r.PeakDbfs), r.Id + FileNames.Wav];

    private static IReadOnlyList<string> Recording(RunningFile f) => [f.Track, "", Report.Duration(f.Seconds), "", "", "", "", "", "", "", f.File];
}
