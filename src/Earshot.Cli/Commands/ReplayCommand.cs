using System.CommandLine;
using Earshot.Cli.Output;
using Earshot.Engine.Calling;
using Earshot.Engine.Recording;
using Earshot.Server.Settings;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot replay</c>.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var call = new Argument<string>("CALL") { Description = "A journal (….wire.jsonl), a callSid, a streamSid, or 'latest'" };
        Argument<string> url = CallOptions.Url();
        Option<double> speed = CallOptions.Speed();
        var sameIds = new Option<bool>("--same-ids") { Description = "Keep the recorded SIDs" };
        Option<string?> authToken = CallOptions.AuthToken(), recordings = CommonOptions.Recordings(), data = CommonOptions.Data();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("replay", "Send a recorded call again, with its own timing") { call, url, speed, sameIds, authToken, recordings, data, json };
        command.SetAction((parsed, stop) =>
        {
            string wanted = parsed.GetRequiredValue(call);
            string? journal = wanted;
            if (!File.Exists(wanted))
            {
                if (CommonOptions.Settings(parsed, recordings, data) is not { } settings) return Task.FromResult(ExitCodes.Config);
                if ((journal = Find(settings, wanted)) is null) return Task.FromResult(ExitCodes.Unreadable);
            }

            var options = new ReplayOptions
            {
                JournalPath = journal,
                Url = parsed.GetRequiredValue(url),
                AuthToken = parsed.GetValue(authToken) ?? Environment.GetEnvironmentVariable("TWILIO_AUTH_TOKEN"),
                Speed = parsed.GetValue(speed),
                SameIds = parsed.GetValue(sameIds),
            };
            return RunAsync(options, parsed.GetValue(json), stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(ReplayOptions options, bool json, CancellationToken stop)
    {
        (SimulatedCallResult? result, string? problem) = await new ReplayCall(TimeProvider.System).RunAsync(options, stop);
        if (result is null)
        {
            Console.Error.WriteLine($"earshot: {problem}");
            return ExitCodes.Unreadable;
        }

        CallReport.Write(Console.Out, result, json, brief: false);
        return result.WentWell ? ExitCodes.Ok : ExitCodes.Findings;
    }

    /// <summary>The one journal that is meant; null, after saying why, if there is none or more than one.</summary>
    private static string? Find(EarshotSettings settings, string wanted)
    {
        string folder = settings.Recording.Directory;
        FileInfo[] journals = Directory.Exists(folder)
            ? [.. new DirectoryInfo(folder).EnumerateFiles(FileNames.CallPrefix + "*" + FileNames.Journal, SearchOption.AllDirectories).Where(IsFirstPart)]
            : [];
        FileInfo[] found = wanted == "latest"
            ? [.. journals.OrderByDescending(file => file.LastWriteTimeUtc).Take(1)]
            : [.. journals.Where(file => file.Name.Contains(wanted, StringComparison.Ordinal) || IsOfCall(file, wanted))];
        if (found.Length == 1) return found[0].FullName;
        Console.Error.WriteLine(found.Length == 0
            ? $"earshot: no journal of '{wanted}' in {folder}"
            : $"earshot: '{wanted}' has {found.Length} streams; name one of them: {string.Join(", ", found.Select(file => file.FullName))}");
        return null;
    }

    /// <summary>Further parts end in <c>.2.wire.jsonl</c>; the first part finds them.</summary>
    private static bool IsFirstPart(FileInfo file) => !file.Name[..^FileNames.Journal.Length].Contains('.', StringComparison.Ordinal);

    private static bool IsOfCall(FileInfo file, string callSid)
    {
        try
        {
            using StreamReader reader = file.OpenText();
            char[] head = new char[1024];
            return new string(head, 0, reader.ReadBlock(head)).Split('\n')[0].Contains($"\"callSid\":\"{callSid}\"", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
