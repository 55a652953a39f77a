using System.CommandLine;
using Earshot.Server;
using Earshot.Server.Settings;

namespace Earshot.Cli.Commands;

/// <summary>Options that every command which uses the store has.</summary>
internal static class CommonOptions
{
    public static Option<string?> Recordings() => new("--recordings") { Description = "Folder of the recordings", HelpName = "DIR" };

    public static Option<string?> Data() => new("--data") { Description = "Folder of catalog, keys and access log", HelpName = "DIR" };

    public static Option<string[]> Set() => new("--set") { Description = "Any setting, for example Recording:FlushInterval=100ms", HelpName = "KEY=VALUE" };

    public static Option<bool> Json() => new("--json") { Description = "Print JSON" };

    /// <summary>Reads the settings with these flags on top. Null, after saying what is wrong, when they cannot be used.</summary>
    public static EarshotSettings? Settings(ParseResult parsed, Option<string?> recordings, Option<string?> data, Option<string[]>? set = null, Option<string?>? urls = null)
    {
        SettingsResult read = Read(parsed, recordings, data, set, urls);
        foreach (string error in read.Errors) Console.Error.WriteLine($"earshot: {error}");
        return read.Errors.Count == 0 ? read.Settings : null;
    }

    /// <summary>The same, with the errors and origins for those who show them.</summary>
    public static SettingsResult Read(ParseResult parsed, Option<string?> recordings, Option<string?> data, Option<string[]>? set = null, Option<string?>? urls = null)
    {
        var flags = new List<KeyValuePair<string, string?>>();
        if (parsed.GetValue(recordings) is { } r) flags.Add(new("Recording:Directory", r));
        if (parsed.GetValue(data) is { } d) flags.Add(new("Server:DataDirectory", d));
        if (urls is not null && parsed.GetValue(urls) is { } u) flags.Add(new("Server:Urls", u));
        foreach (string pair in set is null ? [] : parsed.GetValue(set) ?? [])
        {
            int at = pair.IndexOf('=', StringComparison.Ordinal);
            flags.Add(at < 0 ? new(pair, "") : new(pair[..at].Replace("__", ":", StringComparison.Ordinal), pair[(at + 1)..]));
        }
        try
        {
            return SettingsReader.Read(EarshotHost.Configuration(flags));
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or IOException)
        {
            return new SettingsResult(new EarshotSettings(), [], [e.InnerException is { } inner ? $"{e.Message} {inner.Message}" : e.Message]);
        }
    }
}
