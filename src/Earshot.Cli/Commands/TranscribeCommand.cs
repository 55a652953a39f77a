using System.CommandLine;
using System.Globalization;
using Earshot.Audio.Wave;
using Earshot.Cli.Output;
using Earshot.Engine.AfterCall;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Transcription;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot transcribe FILE…</c>: what is said in a recording, and how far the text is to be trusted.</summary>
internal static class TranscribeCommand
{
    private const string Name = "earshot transcribe";

    public static Command Create()
    {
        var files = WaveArguments.Argument("WAV files, folders, patterns ('calls/*.wav'), 'latest' (the newest call), '-' (standard input)", ArgumentArity.ZeroOrMore);
        var language = new Option<string?>("--language") { Description = "The language spoken; without it the engine detects it", HelpName = "fr" };
        var format = new Option<string>("--format") { Description = "txt, json, srt or vtt; several, parted by commas, are written as files", HelpName = "txt", DefaultValueFactory = _ => "txt" };
        var output = new Option<string?>("--output") { Description = "Folder for the files, in place of standard output", HelpName = "DIR" };
        var engines = new Option<string[]>("--engine") { Description = "In place of the one in the settings; several are compared", HelpName = "NAME" };
        var rates = new Option<string?>("--rates") { Description = "Send the audio at these rates and compare the texts", HelpName = "8000,16000" };
        var reference = new Option<string?>("--reference") { Description = "A text file with what was truly said: prints word and character error rates", HelpName = "truth.txt" };
        var normalize = new Option<string>("--normalize") { Description = "What texts need not share to be equal: case, punctuation, digits, or none", HelpName = "case,punctuation", DefaultValueFactory = _ => TextNormalizer.Name(TextNormalization.Default) };
        var all = new Option<bool>("--all") { Description = "The calls of the store, in place of files; the words are kept there" };
        var stale = new Option<bool>("--stale") { Description = "With --all: only what has no words yet, failed, or was made by another version or engine" };
        var call = new Option<string?>("--call") { Description = "One call of the store, in place of files; the words are kept there", HelpName = "CALL" };
        Option<bool> json = CommonOptions.Json();
        json.Description = "As --format json: one JSON object a file and line";
        return StoreSession.Command("transcribe", "Write down what is said in recordings", [files, language, format, json, output, engines, rates, reference, normalize, all, stale, call], async (session, parsed, stop) =>
        {
            string[] given = parsed.GetValue(files)!, wanted = parsed.GetValue(json) ? ["json"] : parsed.GetValue(format)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            bool stored = parsed.GetValue(all) || parsed.GetValue(call) is not null;
            if (BadLanguage(parsed.GetValue(language), Name)) return ExitCodes.Usage;
            if (wanted.Length == 0 || wanted.FirstOrDefault(f => !TranscriptOutput.Formats.Contains(f)) is { }) return Usage($"--format '{parsed.GetValue(format)}' is not of {string.Join(", ", TranscriptOutput.Formats)}");
            if (!TextNormalizer.TryParse(parsed.GetValue(normalize)!, out TextNormalization how)) return Usage($"--normalize '{parsed.GetValue(normalize)}' is not of case, punctuation, digits, none");
            if (!TryRates(parsed.GetValue(rates), out int[] hz)) return Usage($"--rates '{parsed.GetValue(rates)}': expected rates from 4000 to 48000 Hz, as in 8000,16000");
            if (stored && given.Length > 0) return Usage("--all and --call take calls of the store, so leave files out");
            if (parsed.GetValue(stale) && !parsed.GetValue(all)) return Usage("--stale goes with --all");
            if (!stored && given.Length == 0) return Usage("give a WAV file, a folder, a pattern, 'latest' or '-'; --all takes every call of the store");
            if (given.Contains(WaveArguments.StandardInput) && wanted.Length > 1) return Usage("'-' has no name for several files; give one --format");
            string[] names = parsed.GetValue(engines) is { Length: > 0 } chosen ? chosen : [session.Settings.Transcription.Engine];
            if (stored)
            {
                if (names.Length > 1) return Usage("--all and --call keep one text, so give one --engine");
                session.Settings.Transcription.Engine = names[0];
            }
            var variants = new List<Variant>();
            foreach (string name in names)
            {
                if (Engine(session, Name, name) is not { } engine) return ExitCodes.Config;
                variants.AddRange(hz.Select(rate => new Variant(Called(name, rate, names.Length, hz.Length), engine, rate)));
            }
            if (stored) return await StoredTranscripts.Run(session, parsed.GetValue(call), parsed.GetValue(stale), parsed.GetValue(language), wanted[0] == "json", stop);
            string? truth = parsed.GetValue(reference) is { } path ? await File.ReadAllTextAsync(path, stop) : null;
            var run = new Run(session, variants, parsed.GetValue(language), wanted, parsed.GetValue(output), truth, parsed.GetValue(reference) ?? "", how);
            bool unread = false, wanting = false;
            foreach (WaveInput input in WaveArguments.Expand(given, session))
            {
                string problem = input.Problem ?? "";
                try
                {
                    if (problem.Length == 0) wanting |= !await run.File(input, stop);
                }
                catch (Exception e) when (e is WaveFormatException or IOException or UnauthorizedAccessException)
                {
                    problem = e.Message;
                }
                if (problem.Length == 0) continue;
                Console.Error.WriteLine($"{Name}: {LogText.Clean(input.Name)}: {LogText.Clean(problem)}");
                unread = true;
            }
            return unread ? ExitCodes.Unreadable : wanting ? ExitCodes.Findings : ExitCodes.Ok;
        });
    }

    /// <summary>The engine of the settings or of that name. Null, after saying how to get one, where there is none.</summary>
    public static ITranscriber? Engine(StoreSession session, string command, string? name = null)
    {
        name ??= session.Settings.Transcription.Engine;
        try
        {
            if (name != TranscriptionOptions.None) return session.Get<Transcribers>().Get(name);
            Console.Error.WriteLine($"{command}: {TranscriptionOptions.HowToConfigure}");
        }
        catch (TranscriptionException e)
        {
            Console.Error.WriteLine($"{command}: {LogText.Clean(e.Message)}");
        }
        return null;
    }

    /// <summary>Says what is wrong with a language, where something is.</summary>
    public static bool BadLanguage(string? language, string command)
    {
        if (language is null || TranscriptionOptionsCheck.IsLanguage(language)) return false;
        Console.Error.WriteLine($"{command}: --language '{LogText.Clean(language)}' is none; expected two or three letters, as in fr");
        return true;
    }

    private static int Usage(string message)
    {
        Console.Error.WriteLine($"{Name}: {LogText.Clean(message)}");
        return ExitCodes.Usage;
    }

    private static bool TryRates(string? text, out int[] rates)
    {
        string[] parts = (text ?? FileTranscriber.UsualRateHz.ToString(CultureInfo.InvariantCulture)).Split(',', StringSplitOptions.TrimEntries);
        rates = [.. parts.Select(p => int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out int hz) && hz is >= 4000 and <= 48_000 ? hz : 0)];
        return !rates.Contains(0);
    }

    private static string Called(string engine, int rate, int engines, int rates) => (engines > 1, rates > 1) switch
    {
        (true, true) => $"{engine} at {rate} Hz",
        (false, true) => $"{rate} Hz",
        _ => engine,
    };

    /// <summary>One way to transcribe.</summary>
    private sealed record Variant(string Name, ITranscriber Engine, int RateHz);

    /// <summary>What holds for every file of the command.</summary>
    private sealed record Run(StoreSession Session, IReadOnlyList<Variant> Variants, string? Language, string[] Formats, string? Folder, string? Truth, string TruthFile, TextNormalization How)
    {
        /// <summary>Transcribes a file in every way and prints. True when all became text, or nobody speaks.</summary>
        public async Task<bool> File(WaveInput input, CancellationToken stop)
        {
            string path = input.Path ?? await Spooled(stop);
            try
            {
                return await At(path, input, stop);
            }
            finally
            {
                if (input.Path is null) System.IO.File.Delete(path);
            }
        }

        private async Task<bool> At(string path, WaveInput input, CancellationToken stop)
        {
            double? seconds;
            using (var look = new WaveReader(System.IO.File.OpenRead(path))) seconds = look.Duration?.TotalSeconds;
            var made = new List<(string Name, IReadOnlyList<Transcript> Tracks)>();
            foreach (Variant variant in Variants)
            {
                using var line = new ProgressLine(Variants.Count > 1 ? $"{input.Name} ({variant.Name})" : input.Name, seconds, TimeProvider.System);
                made.Add((variant.Name, await FileTranscriber.RunAsync(Session, variant.Engine, path, Language, line.Tell, stop, variant.RateHz)));
            }
            List<Comparison> comparisons = Compare(made);
            if (Truth is not null) made = [.. made.Select((m, i) => (m.Name, m.Tracks is [var one] ? (IReadOnlyList<Transcript>)[one with { Wer = comparisons[i].Errors }] : m.Tracks))];
            Keep(path, made[0].Tracks);
            Print(input, made, comparisons);
            return made.All(m => m.Tracks.All(t => t.State is TranscriptStates.Text or TranscriptStates.NoSpeech));
        }

        private List<Comparison> Compare(List<(string Name, IReadOnlyList<Transcript> Tracks)> made)
        {
            if (Truth is not null) return [.. made.Select(m => HasFailed(m.Tracks) ? new Comparison(TruthFile, m.Name, null, m.Name) : new Comparison(TruthFile, m.Name, WordErrors.Of(Truth, Said(m.Tracks), How, Path.GetFileName(TruthFile))))];
            return [.. made.Skip(1).Select(m => new[] { made[0], m }.Where(either => HasFailed(either.Tracks)).Select(either => either.Name).FirstOrDefault() is { } failed
                ? new Comparison(made[0].Name, m.Name, null, failed)
                : new Comparison(made[0].Name, m.Name, WordErrors.Of(Said(made[0].Tracks), Said(m.Tracks), How, made[0].Name)))];
        }

        private static bool HasFailed(IReadOnlyList<Transcript> tracks) => tracks.Any(t => t.State == TranscriptStates.Failed);

        private static string Said(IReadOnlyList<Transcript> tracks) => string.Join(' ', Conversation.Merge(tracks.Select(t => ("", 0.0, t)), 0).Where(l => !l.WithoutSpeech).Select(l => l.Text));

        /// <summary>What was held against a reference is kept with the recording, where the file is the whole of one of the store.</summary>
        private void Keep(string path, IReadOnlyList<Transcript> tracks)
        {
            if (Truth is null || tracks is not [{ Wer: not null } one]) return;
            string id = Path.GetFileNameWithoutExtension(path);
            string store = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Session.Settings.Recording.Directory));
            if (Path.GetDirectoryName(Path.GetFullPath(path)) != store) return;
            CallStore calls = Session.Get<CallStore>();
            if (calls.FindRecording(id) is { } recording && calls.Segments(id) is [var only] && only.File == Path.GetFileName(path)) Session.Get<TranscriptionStep>().Store(recording, one);
        }

        private void Print(WaveInput input, List<(string Name, IReadOnlyList<Transcript> Tracks)> made, List<Comparison> comparisons)
        {
            double doubt = Session.Settings.Transcription.DoubtBelow;
            bool toFiles = Folder is not null || Formats.Length > 1;
            if (!toFiles && Formats[0] == "json")
            {
                Console.Out.WriteLine(TranscriptOutput.Json(input.Name, [.. made.SelectMany(m => m.Tracks)], comparisons));
                return;
            }
            foreach ((string name, IReadOnlyList<Transcript> tracks) in made)
            {
                if (made.Count > 1) Console.Out.WriteLine($"== {name}");
                if (!toFiles) Console.Out.Write(TranscriptOutput.Of(Formats[0], input.Name, tracks, [], doubt));
                else WriteFiles(input, made.Count > 1 ? name : "", tracks, doubt);
            }
            foreach (Comparison comparison in comparisons) TranscriptOutput.Write(Console.Out, comparison);
        }

        private void WriteFiles(WaveInput input, string variant, IReadOnlyList<Transcript> tracks, double doubt)
        {
            string path = input.Path ?? "stdin.wav", folder = Folder ?? Path.GetDirectoryName(Path.GetFullPath(path))!;
            Directory.CreateDirectory(folder);
            foreach (string format in Formats)
            {
                // A recording's own .json is its manifest.
                string suffix = (variant.Length > 0 ? "." + variant.Replace(' ', '-') : "") + (format == "json" ? ".transcript.json" : "." + format);
                string file = Path.Combine(folder, Path.GetFileNameWithoutExtension(path) + suffix);
                System.IO.File.WriteAllText(file, TranscriptOutput.Of(format, input.Name, tracks, [], doubt));
                Console.Error.WriteLine($"{Name}: wrote '{file}'");
            }
        }

        private static async Task<string> Spooled(CancellationToken stop)
        {
            string path = Path.GetTempFileName();
            await using FileStream file = System.IO.File.Create(path);
            await Console.OpenStandardInput().CopyToAsync(file, stop);
            return path;
        }
    }
}
