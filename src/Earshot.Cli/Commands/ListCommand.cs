using System.CommandLine;
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
            if (parsed.GetValue(json)) Report.Json(calls);
            else if (calls.Count == 0) Console.Error.WriteLine($"No calls in '{session.Settings.Recording.Directory}'. 'earshot demo' makes some; 'earshot reindex' reads what is in the folder.");
            else Report.Table(["WHEN", "CALL", "FROM", "TO", "LENGTH", "STATE", "NOTES"], calls.Select(Row));
            return ExitCodes.Ok;
        });
    }

    private static IReadOnlyList<string> Row(CallSummary c) =>
        [Report.When(c.StartedAt), c.CallSid, c.FromNumber, c.ToNumber, Report.Duration(c.DurationSeconds), c.State, Notes(c)];

    private static string Notes(CallSummary c) => string.Join(", ", new[]
    {
        c.Recordings == 0 ? "no recording" : "",
        Report.Count(c.LostMs, "ms lost"),
        Report.Count(c.Stalls, "stalls"),
        Report.Count(c.Duplicates, "duplicates"),
        Report.Count(c.UnwrittenMs, "ms not written"),
        c.Troubles > 0 ? "the disk did not take the audio" : "",
    }.Where(n => n.Length > 0));
}
