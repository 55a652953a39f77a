using System.CommandLine;
using Earshot.Engine.Access;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Server.Settings;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot prune</c>: deletes old calls.</summary>
internal static class PruneCommand
{
    public static Command Create()
    {
        var olderThan = new Option<string?>("--older-than") { Description = "Age such as 7d or 12h (default: RECORDING_RETENTION_DAYS)", HelpName = "AGE" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would go" };
        return StoreSession.Command("prune", "Delete calls older than an age", [olderThan, dryRun], (session, parsed) =>
        {
            TimeSpan age = TimeSpan.FromDays(session.Settings.Recording.RetentionDays);
            if (parsed.GetValue(olderThan) is { } text && !Durations.TryParse(text, out age))
            {
                Console.Error.WriteLine($"earshot prune: --older-than '{text}' is not an age; write 7d, 12h or 30m");
                return ExitCodes.Usage;
            }
            if (age <= TimeSpan.Zero)
            {
                Console.Error.WriteLine(parsed.GetValue(olderThan) is { } given
                    ? $"earshot prune: --older-than '{given}' is every call; give an age above 0, as in 7d, 12h or 30m"
                    : "earshot prune: give --older-than; RECORDING_RETENTION_DAYS is 0, which keeps recordings for ever");
                return ExitCodes.Usage;
            }
            return Prune(session, session.Get<TimeProvider>().GetUtcNow() - age, parsed.GetValue(dryRun));
        });
    }

    private static int Prune(StoreSession session, DateTimeOffset before, bool dryRun)
    {
        IReadOnlyList<string> calls = session.Get<CallStore>().EndedBefore(before);
        RecordingAccess access = session.Get<RecordingAccess>();
        int deleted = 0;
        foreach (string call in calls)
        {
            Console.WriteLine((dryRun ? "would delete " : "delete ") + LogText.Clean(call));
            if (!dryRun && access.Delete(Principal.Terminal, call) == DeleteOutcome.Deleted) deleted++;
        }
        Console.Error.WriteLine(dryRun ? $"{calls.Count} calls would be deleted" : $"{deleted} calls deleted");
        return ExitCodes.Ok;
    }
}
