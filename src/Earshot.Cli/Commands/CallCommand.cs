using System.CommandLine;
using System.Security.Cryptography;
using Earshot.Cli.Output;
using Earshot.Engine.Calling;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot call</c>.</summary>
internal static class CallCommand
{
    private const int MostCalls = 5_000;

    public static Command Create()
    {
        Argument<string> url = CallOptions.Url();
        var say = new Option<string?>("--say") { Description = "What the caller says: a WAV file (8 kHz, mono), or 'silence' (default: the built-in conversation)", HelpName = "FILE" };
        var answer = new Option<string?>("--answer") { Description = "What the other side says once it is dialled, or at once on a media socket", HelpName = "FILE" };
        var calls = new Option<int>("--calls") { Description = "How many calls at once (default 1)", HelpName = "N", DefaultValueFactory = _ => 1 };
        calls.Validators.Add(result =>
        {
            if (result.GetValue(calls) is < 1 or > MostCalls) result.AddError($"--calls takes 1 to {MostCalls}");
        });
        Option<TimeSpan?> spread = CallOptions.Time("--spread", "Time over which the calls start (default: 20 ms a call)");
        Option<TimeSpan?> duration = CallOptions.Time("--duration", "When the caller hangs up (default: when all is said)");
        Option<double> speed = CallOptions.Speed();
        Option<double?> loss = CallOptions.Percent("--loss", "Frames that are lost");
        Option<(TimeSpan At, TimeSpan Length)?> lostStretch = CallOptions.Stretch("--lost-stretch", "A stretch that is lost (at 3s unless said)");
        Option<(TimeSpan At, TimeSpan Length)?> burst = CallOptions.Stretch("--burst", "Delivery stalls, then all comes at once; nothing is lost");
        Option<TimeSpan?> jitter = CallOptions.Time("--jitter", "Frames are late by up to this");
        Option<double?> duplicate = CallOptions.Percent("--duplicate", "Frames that are sent twice");
        Option<double?> reorder = CallOptions.Percent("--reorder", "Frames that are overtaken by later ones");
        Option<TimeSpan?> dropSocket = CallOptions.Time("--drop-socket", "When the socket breaks");
        var noStop = new Option<string?>("--no-stop") { Description = "End with no stop message: 'close' the socket, or fall 'silent'", HelpName = "HOW", Arity = ArgumentArity.ZeroOrOne };
        noStop.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.Tokens[0].Value is not ("close" or "silent")) result.AddError($"--no-stop takes close or silent, not '{result.Tokens[0].Value}'");
        });
        var gain = new Option<double>("--gain") { Description = "Makes the caller louder (and clipped) or quieter, in dB", HelpName = "DB" };
        var from = new Option<string>("--from") { Description = "The caller's number", HelpName = "NUMBER", DefaultValueFactory = _ => "+15550100001" };
        var to = new Option<string>("--to") { Description = "The number that is called", HelpName = "NUMBER", DefaultValueFactory = _ => "+15550100002" };
        var parameters = new Option<string[]>("--param") { Description = "A custom parameter of the stream (of the webhook's form with an http address)", HelpName = "NAME=VALUE" };
        parameters.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1)) result.AddError($"--param takes NAME=VALUE, not '{token.Value}'");
        });
        Option<string?> authToken = CallOptions.AuthToken();
        var account = new Option<string?>("--account-sid") { Description = "The account (default: TWILIO_ACCOUNT_SID)", HelpName = "SID" };
        var seed = new Option<int?>("--seed") { Description = "Makes the same faults again; printed with the result", HelpName = "N" };
        Option<bool> json = CommonOptions.Json();
        var connect = new Option<bool>("--connect") { Description = "Open a media socket as <Connect> does: two-way, with the caller's track alone (--save and --dtmf do so too)" };
        Option<(string Keys, TimeSpan At)?> dtmf = CallOptions.Keys("--dtmf", "Keys that the caller presses on a two-way stream (at 3s unless said)");
        var save = new Option<string?>("--save") { Description = "Where to write what the caller heard: a WAV on the line's clock", HelpName = "FILE" };
        save.Validators.Add(result =>
        {
            if (result.GetValue(calls) > 1) result.AddError("--save takes one call, not --calls");
        });
        var command = new Command("call", "Play a phone call to a webhook or a media socket, as the carrier would")
        {
            url, say, answer, calls, spread, duration, speed, loss, lostStretch, burst, jitter, duplicate, reorder, dropSocket, noStop, gain,
            from, to, parameters, authToken, account, seed, json, connect, dtmf, save,
        };
        command.SetAction(async (parsed, stop) =>
        {
            using HeardFile? heard = HeardFile.Create(parsed.GetValue(save), out string? problem);
            if (problem is not null) Console.Error.WriteLine($"earshot: {problem}");
            if (problem is not null || !TrySpeech(parsed.GetValue(say), parsed.GetValue(answer), out SpeechClip? speech, out SpeechClip? other))
            {
                return ExitCodes.Usage;
            }

            (TimeSpan At, TimeSpan Length) lost = parsed.GetValue(lostStretch) ?? default, stall = parsed.GetValue(burst) ?? default;
            int number = parsed.GetValue(calls);
            var options = new SimulatedCallOptions
            {
                Url = parsed.GetRequiredValue(url),
                AuthToken = parsed.GetValue(authToken) ?? Environment.GetEnvironmentVariable("TWILIO_AUTH_TOKEN"),
                AccountSid = parsed.GetValue(account) ?? Environment.GetEnvironmentVariable("TWILIO_ACCOUNT_SID") ?? SimulatedCallOptions.DefaultAccountSid,
                From = parsed.GetRequiredValue(from),
                To = parsed.GetRequiredValue(to),
                Speech = speech?.WithGain(parsed.GetValue(gain)),
                Answer = other,
                Duration = parsed.GetValue(duration),
                Parameters = [.. (parsed.GetValue(parameters) ?? []).Select(pair => pair.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1]))],
                TwoWay = parsed.GetValue(connect) || heard is not null || parsed.GetValue(dtmf) is not null,
                Keys = parsed.GetValue(dtmf)?.Keys ?? "",
                KeysAt = parsed.GetValue(dtmf)?.At ?? default,
                Heard = heard is null ? null : heard.Write,
                Speed = parsed.GetValue(speed),
                Seed = parsed.GetValue(seed) ?? RandomNumberGenerator.GetInt32(1, 1_000_000),
                Faults = new SimulatedFaults
                {
                    LossPercent = parsed.GetValue(loss) ?? 0,
                    LostStretchAt = lost.At,
                    LostStretch = lost.Length,
                    BurstAt = stall.At,
                    Burst = stall.Length,
                    Jitter = parsed.GetValue(jitter) ?? TimeSpan.Zero,
                    DuplicatePercent = parsed.GetValue(duplicate) ?? 0,
                    ReorderPercent = parsed.GetValue(reorder) ?? 0,
                    DropSocketAfter = parsed.GetValue(dropSocket),
                    Ending = parsed.GetResult(noStop) is null ? StreamEnding.Stop
                        : parsed.GetValue(noStop) == "silent" ? StreamEnding.Silence
                        : StreamEnding.CloseWithoutStop,
                },
            };
            int exit = await RunAsync(options, number, parsed.GetValue(spread) ?? TimeSpan.FromMilliseconds(20.0 * number), parsed.GetValue(json), stop);
            if (heard is { IsSilent: true }) Console.Error.WriteLine($"earshot call: nothing was played to the caller, so {parsed.GetValue(save)} is silent. A webhook that answers <Start><Stream> opens a one-way stream; <Connect> (of Earshot's: Voice:Mode=connect) opens a two-way one");
            return exit;
        });
        return command;
    }

    private static async Task<int> RunAsync(SimulatedCallOptions options, int calls, TimeSpan spread, bool json, CancellationToken stop)
    {
        using var simulator = new CarrierSimulator(TimeProvider.System);
        IReadOnlyList<SimulatedCallResult> results;
        using (var progress = new CallProgressLine(simulator.Progress, calls, TimeProvider.System))
        {
            results = await simulator.CallAsync(options, calls, spread, result => progress.Aside(() => CallReport.Write(Console.Out, result, json, brief: calls > 1)), stop);
        }

        if (calls > 1 && !json) Console.Out.WriteLine(CallReport.Summary(results));
        return results.All(result => result.WentWell) ? ExitCodes.Ok : ExitCodes.Findings;
    }

    private static bool TrySpeech(string? say, string? answer, out SpeechClip? speech, out SpeechClip? other)
    {
        (speech, other) = (null, null);
        string? problem = null;
        if (say is null)
        {
            if (Dialogue.TryLoad(out Dialogue? dialogue, out problem)) (speech, other) = (dialogue.Caller, dialogue.Other);
            else problem += " (--say FILE.wav, or --say silence)";
        }
        else if (say != "silence")
        {
            SpeechClip.TryLoad(say, out speech, out problem);
        }

        if (problem is null && answer is not null) SpeechClip.TryLoad(answer, out other, out problem);
        if (problem is not null) Console.Error.WriteLine($"earshot: {problem}");
        return problem is null;
    }
}
