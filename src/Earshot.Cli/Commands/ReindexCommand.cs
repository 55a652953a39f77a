using System.CommandLine;
using Earshot.Cli.Output;
using Earshot.Engine.Ingest;
using Earshot.Server.Operations;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot reindex</c>: the catalog again from folder and manifests.</summary>
internal static class ReindexCommand
{
    public static Command Create()
    {
        Option<bool> json = CommonOptions.Json();
        return StoreSession.Command("reindex", "Rebuild the catalog from the folder's manifests", [json], (session, parsed) =>
        {
            if (DataLock.IsHeld(session.Settings.Server, session.Settings.Recording))
            {
                Console.Error.WriteLine("earshot reindex: a server uses this catalog. Stop it first.");
                return ExitCodes.Findings;
            }
            ReindexResult result = session.Get<Reindexer>().Run();
            if (parsed.GetValue(json)) Report.Json(result);
            else Console.WriteLine($"{result.Streams} streams and {result.Recordings} recordings are in the catalog");
            foreach (string file in result.Unreadable) Console.Error.WriteLine($"earshot reindex: '{file}' is missing or cannot be read; 'earshot repair' may finish it");
            return result.Unreadable.Count == 0 ? ExitCodes.Ok : ExitCodes.Findings;
        });
    }
}
