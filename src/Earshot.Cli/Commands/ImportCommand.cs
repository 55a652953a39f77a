using System.CommandLine;
using Earshot.Audio.Wave;
using Earshot.Cli.Output;
using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot import FILE…</c>: foreign WAVs into the store, to be seen and analysed like calls.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var files = WaveArguments.Argument("WAV files, folders or patterns; stereo becomes both sides of a call", ArgumentArity.OneOrMore);
        Option<bool> json = CommonOptions.Json();
        return StoreSession.Command("import", "Bring WAV files into the store as calls", [files, json], (session, parsed) =>
        {
            WaveImport import = session.Get<WaveImport>();
            bool anyUnread = false;
            var done = new List<object>();
            foreach (WaveInput input in WaveArguments.Expand(parsed.GetValue(files)!, session))
            {
                string? problem = input.Problem ?? (input.Path is null ? "standard input has no name to be found by; give a file" : null);
                ImportResult? result = null;
                try
                {
                    if (problem is null) result = import.Import(input.Path!);
                }
                catch (Exception e) when (e is WaveFormatException or IOException or UnauthorizedAccessException)
                {
                    problem = e.Message;
                }
                if (result is null)
                {
                    Console.Error.WriteLine($"earshot import: {LogText.Clean(input.Name)}: {LogText.Clean(problem ?? "")}");
                    anyUnread = true;
                    continue;
                }
                done.Add(new { file = input.Name, result.CallSid, result.Known, result.DurationSeconds, result.Recordings });
                if (!parsed.GetValue(json)) Console.WriteLine($"{result.CallSid}  {Report.Duration(result.DurationSeconds)}  {LogText.Clean(input.Name)}{(result.Known ? "  (was there already)" : "")}");
            }
            if (parsed.GetValue(json)) Report.Json(done);
            return anyUnread ? ExitCodes.Unreadable : ExitCodes.Ok;
        });
    }
}
