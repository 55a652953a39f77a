using System.CommandLine;
using Earshot.Cli.Output;
using Earshot.Engine.MediaStreams;
using Earshot.Server.Settings;
using Earshot.Server.Streams;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot fork CALL_SID</c>: records a call that is already running, by the carrier's API.</summary>
internal static class ForkCommand
{
    public static Command Create()
    {
        var call = new Argument<string>("CALL_SID") { Description = "The running call, as the carrier names it" };
        var track = new Option<string>("--track") { Description = "both_tracks (default), inbound_track or outbound_track", DefaultValueFactory = _ => "both_tracks" };
        track.AcceptOnlyFromAmong("both_tracks", "inbound_track", "outbound_track");
        var end = new Option<string?>("--stop") { Description = "Stop this fork instead of starting one", HelpName = "STREAM_SID" };
        Option<string?> recordings = CommonOptions.Recordings(), data = CommonOptions.Data();
        Option<string[]> set = CommonOptions.Set();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("fork", "Start (or stop) a fork to this server on a call that is already running") { call, track, end, recordings, data, set, json };
        command.SetAction(async (parsed, stop) =>
        {
            if (CommonOptions.Settings(parsed, recordings, data, set) is not { } settings) return ExitCodes.Config;
            return await RunAsync(settings, parsed.GetRequiredValue(call), parsed.GetRequiredValue(track), parsed.GetValue(end), parsed.GetValue(json), stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(EarshotSettings settings, string call, string track, string? end, bool json, CancellationToken stop)
    {
        using var http = new HttpClient();
        var forks = new ForkStarter(http, settings.Twilio, settings.Server);
        if (forks.Missing is { } missing)
        {
            Console.Error.WriteLine($"earshot fork: {missing}");
            return ExitCodes.Config;
        }

        StreamRequestResult result = end is null ? await forks.StartAsync(call, track, stop) : await forks.StopAsync(call, end, stop);
        if (result.Problem is { } problem)
        {
            Console.Error.WriteLine($"earshot fork: {call}: {problem}");
            return ExitCodes.Findings;
        }

        if (json) Report.Json(new { callSid = call, streamSid = end ?? result.StreamSid, state = end is null ? "started" : "stopped" });
        else Console.WriteLine(end is null ? $"{result.StreamSid}  forks {call}; stop it with: earshot fork {call} --stop {result.StreamSid}" : $"{end}  stopped");
        return ExitCodes.Ok;
    }
}
