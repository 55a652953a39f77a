using System.CommandLine;
using Earshot.Cli.Output;
using Earshot.Engine.Ingest;
using Earshot.Server.Operations;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot repair</c>: what the server does at its start, without the server.</summary>
internal static class RepairCommand
{
    public static Command Create()
    {
        Option<bool> json = CommonOptions.Json();
        return StoreSession.Command("repair", "Finish recordings that were cut off, from their journals", [json], (session, parsed) =>
        {
            if (DataLock.IsHeld(session.Settings.Server, session.Settings.Recording))
            {
                Console.Error.WriteLine("earshot repair: a server uses this data folder; it recovers what was cut off when it starts. Stop it first.");
                return ExitCodes.Findings;
            }
            IReadOnlyList<RecoveredStream> streams = session.Get<StreamRecovery>().Run();
            if (parsed.GetValue(json)) Report.Json(streams);
            else foreach (RecoveredStream s in streams) Console.WriteLine(s.Problem is null ? $"recovered {s.Stem} ({s.Appended / 16_000.0:0.00} s taken from the journal)" : $"not recovered {s.Stem}: {s.Problem}");
            Console.Error.WriteLine($"{streams.Count(s => s.Problem is null)} recovered, {streams.Count(s => s.Problem is not null)} not");
            return streams.All(s => s.Problem is null) ? ExitCodes.Ok : ExitCodes.Findings;
        });
    }
}
