using System.CommandLine;
using System.Security.Cryptography;
using Earshot.Cli.Output;
using Earshot.Engine.Calling;
using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;
using Earshot.Engine.Transcription;
using Earshot.Server;
using Earshot.Server.Calls;
using Earshot.Server.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot demo</c>: the server and three simulated calls into it, over real sockets.</summary>
internal static class DemoCommand
{
    private const string DefaultUrl = "http://localhost:5080";
    private static readonly TimeSpan CallLength = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    public static Command Create()
    {
        var urls = new Option<string?>("--urls") { Description = $"Address to listen on (default {DefaultUrl})", HelpName = "URL" };
        var exit = new Option<bool>("--exit") { Description = "Stop when all is stored and analysed" };
        Option<string?> recordings = CommonOptions.Recordings(), data = CommonOptions.Data();
        var command = new Command("demo", "The server, and three simulated calls into it: see recordings within a minute") { urls, exit, recordings, data };
        command.SetAction((parsed, cancellation) => Run(CommonOptions.Settings(parsed, recordings, data), parsed.GetValue(urls), parsed.GetValue(exit), cancellation));
        return command;
    }

    private static async Task<int> Run(EarshotSettings? settings, string? url, bool exit, CancellationToken cancellation)
    {
        if (settings is null) return ExitCodes.Config;
        settings.Server.Urls = url ?? DefaultUrl;
        settings.Server.PublicBaseUrl = "";
        settings.Twilio.AuthToken = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)); // The demo's own: it must not depend on a real account.
        settings.Twilio.ValidateSignatures = true;
        settings.Recording.Enabled = true;
        settings.Voice.Then = "dial:+15550100003";
        WebApplication? started = await ServeCommand.StartAsync(
            () => EarshotHost.Build(settings, l => l.AddSimpleConsole(o => o.SingleLine = true).SetMinimumLevel(LogLevel.Warning)
                .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace)),
            "earshot demo", cancellation);
        if (started is null) return ExitCodes.Findings;
        await using WebApplication app = started;
        string page = settings.Server.Urls.TrimEnd('/');
        Console.WriteLine($"Earshot is running: {page}");
        Console.WriteLine($"Recordings go to {Path.GetFullPath(settings.Recording.Directory)}");
        Console.WriteLine($"Three calls of {CallLength.TotalSeconds:0} s are on the line ...");
        if (!settings.Transcription.IsOn) Console.WriteLine(TranscriptionOptions.HowToConfigure);
        bool allStored;
        try
        {
            allStored = await PlaceCalls(app, settings, page, cancellation);
        }
        catch (OperationCanceledException)
        {
            allStored = false;
        }
        if (!exit && !cancellation.IsCancellationRequested)
        {
            Console.WriteLine($"Look at them: {page}   (Ctrl+C ends the demo)");
            await app.WaitForShutdownAsync(cancellation);
        }
        await app.StopAsync(CancellationToken.None);
        return allStored || cancellation.IsCancellationRequested ? ExitCodes.Ok : ExitCodes.Findings;
    }

    private static async Task<bool> PlaceCalls(WebApplication app, EarshotSettings settings, string page, CancellationToken cancellation)
    {
        using var simulator = new CarrierSimulator(TimeProvider.System);
        Task<bool>[] calls = [.. Scenarios(settings, page).Select(s => PlaceCall(app, settings, simulator, s.Name, s.Options, page, cancellation))];
        return (await Task.WhenAll(calls)).All(stored => stored);
    }

    private static IEnumerable<(string Name, SimulatedCallOptions Options)> Scenarios(EarshotSettings settings, string page)
    {
        Dialogue english = Load(Dialogue.English), french = Load(Dialogue.French);
        var call = new SimulatedCallOptions { Url = $"{page}/twilio/voice", AuthToken = settings.Twilio.AuthToken, Duration = CallLength };
        yield return ("clean", call with { Speech = english.Caller, Answer = english.Other, From = "+15550100011", To = "+15550100100", Seed = 1 });
        yield return ("a lost stretch and a stall", call with
        {
            Speech = french.Caller,
            Answer = french.Other,
            From = "+33155501012",
            To = "+15550100100",
            Seed = 2,
            Faults = new SimulatedFaults { LostStretchAt = TimeSpan.FromSeconds(5), LostStretch = TimeSpan.FromMilliseconds(640), BurstAt = TimeSpan.FromSeconds(9), Burst = TimeSpan.FromMilliseconds(300) },
        });
        yield return ("caller clipped, other side too quiet", call with { Speech = english.Caller.WithGain(26), Answer = english.Other.WithGain(-30), From = "+15550100013", To = "+15550100100", Seed = 3 });
    }

    private static async Task<bool> PlaceCall(WebApplication app, EarshotSettings settings, CarrierSimulator simulator, string name, SimulatedCallOptions options, string page, CancellationToken cancellation)
    {
        SimulatedCallResult result = await simulator.CallAsync(options, cancellation);
        foreach (string error in result.Errors) Console.Error.WriteLine($"earshot demo: call '{name}': {error}");
        CallStore store = app.Services.GetRequiredService<CallStore>();
        long began = TimeProvider.System.GetTimestamp();
        while (store.Find(result.CallSid)?.State != RecordingStates.Complete)
        {
            if (TimeProvider.System.GetElapsedTime(began) > StoreTimeout)
            {
                Console.Error.WriteLine($"earshot demo: call '{name}' ({result.CallSid}) ended as {result.Outcome} and was not stored");
                return false;
            }
            await Task.Delay(Poll, TimeProvider.System, cancellation);
        }
        AfterWorkStore work = app.Services.GetRequiredService<AfterWorkStore>();
        while (settings.Jobs.Enabled && work.Find(result.CallSid)?.State is not (null or AfterWorkStates.Done or AfterWorkStates.Failed) && TimeProvider.System.GetElapsedTime(began) < StoreTimeout)
            await Task.Delay(Poll, TimeProvider.System, cancellation);
        AnalysisStore analyses = app.Services.GetRequiredService<AnalysisStore>();
        IEnumerable<string> tracks = store.Recordings(result.CallSid).Select(r =>
            $"  {r.Speaker,-10} {Report.Duration(r.DurationSeconds)}  {r.Frames} frames, lost {r.LostMs:0} ms, {r.Stalls} {(r.Stalls == 1 ? "stall" : "stalls")}, {r.Duplicates} {(r.Duplicates == 1 ? "duplicate" : "duplicates")}, level {Report.Level(r.RmsDbfs)}, peak {Report.Level(r.PeakDbfs)}  {r.Id}.wav{Verdict(analyses.Find(r.Id))}");
        CallTranscript? words = settings.Transcription.IsOn ? app.Services.GetRequiredService<TranscriptReader>().OfCall(result.CallSid) : null;
        string[] said = words is null ? [] : words.Lines.Count > 0 ? [.. ConversationText.Txt(words.Lines).TrimEnd().Split('\n').Select(l => "  " + l)] : [$"  transcript: {words.State}{(words.Reason.Length > 0 ? $": {words.Reason}" : "")}"];
        Console.WriteLine(string.Join(Environment.NewLine, ["", $"Call \"{name}\": {page}/calls/{result.CallSid}", .. tracks, .. said])); // In one piece: the calls end together.
        return result.WentWell;
    }

    private static string Verdict(AnalysisRow? analysis) =>
        analysis is null ? "" : $"{Environment.NewLine}             {analysis.Verdict.ToUpperInvariant()}{(analysis.Worst.Length > 0 ? $": {analysis.Worst}" : "")}";

    private static Dialogue Load(string language) =>
        Dialogue.TryLoad(language, out Dialogue? dialogue, out string? problem) ? dialogue : throw new InvalidOperationException(problem);
}
