using System.CommandLine;
using Earshot.Audio.Detection;
using Earshot.Audio.Wave;
using Earshot.Cli.Output;
using Earshot.Engine.AfterCall;
using Earshot.Engine.Analysis;
using Earshot.Engine.Calls;
using Earshot.Engine.Transcription;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot analyze FILE…</c>: what is wrong with a recording, in words.</summary>
internal static class AnalyzeCommand
{
    private const int StreamBuffer = 1 << 20;

    public static Command Create()
    {
        var files = WaveArguments.Argument("WAV files, folders, patterns ('calls/*.wav'), 'latest' (the newest call), '-' (standard input)", ArgumentArity.ZeroOrMore);
        var failOn = new Option<string>("--fail-on") { Description = "Exit with 1 when a verdict is this or worse: bad, fair", DefaultValueFactory = _ => "bad" };
        failOn.AcceptOnlyFromAmong("bad", "fair");
        var levels = new Option<bool>("--levels") { Description = "Measure levels, clipping, silence, loudness and peaks alone: many times as fast" };
        var plot = new Option<string?>("--plot") { Description = "Draw a picture: beside the file, or as the name that follows says (.png or .svg)", HelpName = "out.png", Arity = ArgumentArity.ZeroOrOne };
        var fix = new Option<string?>("--fix") { Description = "Write the repaired file, where it was read by the wrong rule (codec, byte order, rate)", HelpName = "out.wav" };
        var transcribe = new Option<bool>("--transcribe") { Description = "Write down what is said as well" };
        var language = new Option<string?>("--language") { Description = "The language spoken, for --transcribe", HelpName = "fr" };
        var all = new Option<bool>("--all") { Description = "Analyse every call of the store again, in place of files" };
        var stale = new Option<bool>("--stale") { Description = "With --all: only what was never analysed, or by an older version" };
        Option<bool> json = CommonOptions.Json();
        json.Description = "Print one JSON object a file and line";
        return StoreSession.Command("analyze", "Measure recordings and say what is wrong with them", [files, json, failOn, levels, plot, fix, all, stale, transcribe, language], async (session, parsed, stop) =>
        {
            bool words = parsed.GetValue(transcribe);
            if (words && TranscribeCommand.Engine(session, "earshot analyze") is not { }) return ExitCodes.Config;
            if (!words && parsed.GetValue(language) is not null)
            {
                Console.Error.WriteLine("earshot analyze: --language goes with --transcribe");
                return ExitCodes.Usage;
            }
            if (TranscribeCommand.BadLanguage(parsed.GetValue(language), "earshot analyze")) return ExitCodes.Usage;
            Verdict bar = parsed.GetValue(failOn) == "fair" ? Verdict.Fair : Verdict.Bad;
            if (parsed.GetValue(all) || parsed.GetValue(stale))
            {
                bool alone = parsed.GetValue(files)!.Length == 0 && !parsed.GetValue(levels) && parsed.GetResult(plot) is null && parsed.GetValue(fix) is null && !words;
                if (parsed.GetValue(all) && alone) return StoredAnalyses.Run(session, parsed.GetValue(stale), parsed.GetValue(json), bar);
                Console.Error.WriteLine(parsed.GetValue(all) ? "earshot analyze: --all takes the calls of the store, so leave files, --levels, --plot, --fix and --transcribe out" : "earshot analyze: --stale goes with --all");
                return ExitCodes.Usage;
            }
            // What follows --plot and is no picture's name is a recording.
            string? named = parsed.GetValue(plot), picture = parsed.GetResult(plot) is null ? null : named is not null && PictureFile.IsName(named) ? named : "";
            string[] given = named is not null && picture!.Length == 0 ? [named, .. parsed.GetValue(files)!] : parsed.GetValue(files)!;
            if (given.Length == 0)
            {
                Console.Error.WriteLine("earshot analyze: give a WAV file, a folder, a pattern, 'latest' or '-'; --all takes every call of the store");
                return ExitCodes.Usage;
            }
            if (picture is { Length: > 0 } && given is not [_])
            {
                Console.Error.WriteLine($"earshot analyze: '{LogText.Clean(picture)}' is one picture, so give one file; --plot alone draws one beside each");
                return ExitCodes.Usage;
            }
            if (words && given.Contains(WaveArguments.StandardInput))
            {
                Console.Error.WriteLine("earshot analyze: --transcribe reads a file twice, and '-' can be read once; 'earshot transcribe -' takes it");
                return ExitCodes.Usage;
            }
            if (parsed.GetValue(fix) is not null && given is not [not WaveArguments.StandardInput])
            {
                Console.Error.WriteLine("earshot analyze: --fix writes one file, so give one file that can be read twice");
                return ExitCodes.Usage;
            }
            AnalysisOptions options = session.Settings.Analysis;
            options.LevelsOnly = parsed.GetValue(levels);
            ISpeechDetector detector = options.LevelsOnly ? new EnergySpeech() : session.Get<ISpeechDetector>();
            bool asJson = parsed.GetValue(json), anyBad = false, anyUnread = false, first = true;
            foreach (WaveInput input in WaveArguments.Expand(given, session))
            {
                string problem = input.Problem ?? "";
                if (problem.Length > 0 || Run(input, options, detector, picture, out problem) is not { } report)
                {
                    Console.Error.WriteLine($"earshot analyze: {LogText.Clean(input.Name)}: {LogText.Clean(problem)}");
                    anyUnread = true;
                    continue;
                }
                IReadOnlyList<Transcript> said = [];
                if (words)
                {
                    said = await FileTranscriber.RunAsync(session, TranscribeCommand.Engine(session, "earshot analyze")!, input.Path!, parsed.GetValue(language), null, stop);
                    foreach (Transcript transcript in said) report = TranscriptFindings.Join(report, transcript, keep: true);
                }
                anyBad |= report.Verdict >= bar || said.Any(t => t.State == TranscriptStates.Failed);
                if (asJson) Console.Out.WriteLine(words ? TranscriptOutput.WithWords(AnalysisJson.Text(report), said) : AnalysisJson.Text(report));
                else AnalysisText.Write(Console.Out, report, gap: !first, options.LevelsOnly);
                if (words && !asJson) TranscriptOutput.Below(Console.Out, said, session.Settings.Transcription.DoubtBelow);
                if (parsed.GetValue(fix) is { } target && !Fix(input, report, target)) anyUnread = true;
                first = false;
            }
            return anyUnread ? ExitCodes.Unreadable : anyBad ? ExitCodes.Findings : ExitCodes.Ok;
        });
    }

    private static AnalysisReport? Run(WaveInput input, AnalysisOptions options, ISpeechDetector detector, string? picture, out string problem)
    {
        problem = "";
        try
        {
            using Stream stream = input.Path is { } path ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, StreamBuffer) : Console.OpenStandardInput();
            using var reader = new WaveReader(stream);
            using var line = new ProgressLine(input.Name, reader.Duration?.TotalSeconds, TimeProvider.System);
            PictureData? data = picture is null ? null : new PictureData(reader.Format);
            AnalysisReport report = RecordingAnalyzer.Analyze(reader, options, detector, input.Name, input.Path is { } p ? RecordingFacts.Beside(p) : null, line.Tell, data is null ? null : data.Add);
            if (data is not null) PictureFile.Write(report, data, picture!.Length > 0 ? picture : PictureFile.Beside(input.Path));
            return report;
        }
        catch (Exception e) when (e is WaveFormatException or IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
            return null;
        }
    }

    private static bool Fix(WaveInput input, AnalysisReport report, string target)
    {
        if (!CodecRepair.Can(report))
        {
            Console.Error.WriteLine($"earshot analyze: {LogText.Clean(input.Name)}: there is nothing that --fix can put right; '{target}' is not written");
            return true;
        }
        try
        {
            using var reader = new WaveReader(File.OpenRead(input.Path!));
            using var output = new FileStream(target, FileMode.CreateNew, FileAccess.ReadWrite);
            Console.Error.WriteLine($"earshot analyze: wrote '{target}': {CodecRepair.Write(reader, report, output)}");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"earshot analyze: {e.Message}");
            return false;
        }
    }
}
