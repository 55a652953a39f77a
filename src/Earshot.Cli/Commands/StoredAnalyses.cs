using System.Globalization;
using Earshot.Audio.Wave;
using Earshot.Cli.Output;
using Earshot.Engine.AfterCall;
using Earshot.Engine.Analysis;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot analyze --all</c>: every call of the store again, or those alone whose analysis is missing or older than this program.</summary>
internal static class StoredAnalyses
{
    private static readonly string[] Verdicts = ["good", "fair", "bad"];

    public static int Run(StoreSession session, bool staleAlone, bool json, Verdict failOn)
    {
        AnalysisStore store = session.Get<AnalysisStore>();
        AnalysisStep step = session.Get<AnalysisStep>();
        IReadOnlyList<string> all = store.RecordedCalls(), calls = staleAlone ? store.StaleCalls(AnalysisReport.CurrentAnalyzer) : all;
        int recordings = 0;
        var failed = new List<string>();
        using (var line = new ProgressLine($"{calls.Count} calls", calls.Count, TimeProvider.System))
        {
            for (int i = 0; i < calls.Count; i++)
            {
                line.Tell(i);
                try
                {
                    recordings += step.Run(calls[i], again: !staleAlone, CancellationToken.None);
                }
                catch (Exception e) when (e is WaveFormatException or IOException or UnauthorizedAccessException)
                {
                    failed.Add(calls[i]);
                    Console.Error.WriteLine($"earshot analyze: {LogText.Clean(calls[i])}: {LogText.Clean(e.Message)}");
                }
            }
        }
        string[] done = [.. calls.Except(failed, StringComparer.Ordinal)];
        ILookup<string, string> verdicts = store.Verdicts(done).Values.Select(v => v.Verdict).ToLookup(v => v, StringComparer.Ordinal);
        int[] counts = [.. Verdicts.Select(v => verdicts[v].Count())];
        if (json) Report.Json(new { calls = done.Length, recordings, good = counts[0], fair = counts[1], bad = counts[2], failed = failed.Count, upToDate = all.Count - calls.Count });
        else Console.WriteLine(Words(done.Length, recordings, counts, all.Count - calls.Count));
        bool found = counts[2] > 0 || (failOn == Verdict.Fair && counts[1] > 0);
        return failed.Count > 0 ? ExitCodes.Unreadable : found ? ExitCodes.Findings : ExitCodes.Ok;
    }

    private static string Words(int calls, int recordings, int[] counts, int upToDate)
    {
        string verdicts = string.Join(", ", Verdicts.Select((v, i) => Report.Count(counts[i], v)).Where(t => t.Length > 0));
        string rest = upToDate > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {upToDate} {(upToDate == 1 ? "was" : "were")} up to date") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{calls} {(calls == 1 ? "call" : "calls")} analysed, {recordings} {(recordings == 1 ? "recording" : "recordings")}{(verdicts.Length > 0 ? ": " + verdicts : "")}{rest}");
    }
}
