using System.CommandLine;
using System.Text.Json.Nodes;
using Earshot.Cli.Output;
using Earshot.Engine.Catalog;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot list</c>.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var limit = new Option<int>("--limit") { Description = "At most so many calls, the newest first", DefaultValueFactory = _ => 50 };
        Option<bool> json = CommonOptions.Json();
        return StoreSession.Command("list", "List the calls", [limit, json], (session, parsed) =>
        {
            IReadOnlyList<CallSummary> calls = session.Get<CallStore>().List(null, parsed.GetValue(limit));
            Dictionary<string, string> verdicts = StoredVerdict.Words(session, calls.Select(c => c.CallSid));
            Listed[] listed = [.. calls.Select(c => Listed.Of(session, c))];
            if (parsed.GetValue(json)) Report.Json(listed.Select(c => Json(session, c)));
            else if (calls.Count == 0) Console.Error.WriteLine($"No calls in '{session.Settings.Recording.Directory}'. 'earshot demo' makes some; 'earshot reindex' reads what is in the folder.");
            else Report.Table(["WHEN", "CALL", "FROM", "TO", "LENGTH", "STATE", "VERDICT", "NOTES"], listed.Select(c => Row(c, verdicts.GetValueOrDefault(c.Call.CallSid, StoredVerdict.None))));
            return ExitCodes.Ok;
        });
    }

    private static JsonObject Json(StoreSession session, Listed listed)
    {
        StoredVerdict verdict = StoredVerdict.Of(session, listed.Call.CallSid);
        return Report.With(listed.Call, ("verdict", verdict.Verdict), ("findings", verdict.Findings), ("onDisk", listed.OnDisk));
    }

    private static IReadOnlyList<string> Row(Listed listed, string verdict)
    {
        CallSummary c = listed.Call;
        return [Report.When(c.StartedAt), c.CallSid, c.FromNumber, c.ToNumber, Report.Duration(c.DurationSeconds), c.State, verdict, Notes(listed)];
    }

    private static string Notes(Listed listed) => string.Join(", ", new[]
    {
        listed.Call.Recordings > 0 ? "" : listed.OnDisk?.WrittenAt is null ? "no recording" : "no audio yet",
        listed.OnDisk is { IsStill: true, WrittenAt: { } at } ? $"nothing written since {Report.When(at)}: cut off? The next start completes it" : "",
        Report.Count(listed.Call.LostMs, "ms lost"),
        Report.Count(listed.Call.Stalls, listed.Call.Stalls == 1 ? "stall" : "stalls"),
        Report.Count(listed.Call.Duplicates, listed.Call.Duplicates == 1 ? "duplicate" : "duplicates"),
        Report.Count(listed.Call.UnwrittenMs, "ms not written"),
        listed.Call.Troubles > 0 ? "the disk did not take the audio" : "",
    }.Where(n => n.Length > 0));

    /// <summary>A call of the list; of a running one with the seconds and files that there are so far.</summary>
    private sealed record Listed(CallSummary Call, RunningFiles? OnDisk)
    {
        public static Listed Of(StoreSession session, CallSummary c)
        {
            if (RunningFiles.Of(session, c.CallSid, c.State) is not { } running) return new Listed(c, null);
            return new Listed(c with
            {
                DurationSeconds = Math.Max(c.DurationSeconds, running.Seconds),
                Recordings = c.Recordings + running.Files.Select(f => f.Track).Distinct(StringComparer.Ordinal).Count(),
                Bytes = c.Bytes + running.Files.Sum(f => f.Bytes),
            }, running);
        }
    }
}
