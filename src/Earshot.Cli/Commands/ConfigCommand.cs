using System.CommandLine;
using Earshot.Cli.Output;
using Earshot.Server.Settings;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot config</c>: every setting, its value and where it comes from.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        Option<string?> recordings = CommonOptions.Recordings(), data = CommonOptions.Data();
        Option<string[]> set = CommonOptions.Set();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("config", "Show the effective settings and their origin") { recordings, data, set, json };
        command.SetAction(parsed =>
        {
            SettingsResult read = CommonOptions.Read(parsed, recordings, data, set);
            if (parsed.GetValue(json)) Report.Json(new { settings = read.Effective, errors = read.Errors });
            else if (read.Errors.Count == 0) Report.Table(["KEY", "VALUE", "FROM"], read.Effective.Select(e => (IReadOnlyList<string>)[$"{SettingsReader.Root}:{e.Key}", e.Value, e.Origin]));
            foreach (string error in read.Errors) Console.Error.WriteLine($"earshot config: {error}");
            return read.Errors.Count == 0 ? ExitCodes.Ok : ExitCodes.Config;
        });
        return command;
    }
}
