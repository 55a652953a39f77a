using System.CommandLine;
using Earshot.Cli.Output;
using Earshot.Whisper;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot models</c>: the models of whisper.cpp: which there are, fetch one, are they whole.</summary>
internal static class ModelsCommand
{
    public static Command Create() => new("models", "Speech models of whisper.cpp: list, fetch, check") { List(), Get(), Check() };

    private static Command List()
    {
        Option<bool> json = CommonOptions.Json();
        var command = new Command("list", "List the models that there are, and which are here") { json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(json))
            {
                Report.Json(WhisperModels.All.Select(m => new { name = m.Name, size = m.Size, sha1 = m.Sha1, path = File.Exists(WhisperFiles.ModelPath(m.Name)) ? WhisperFiles.ModelPath(m.Name) : null }));
                return ExitCodes.Ok;
            }
            Report.Table(["NAME", "SIZE", "HERE"], WhisperModels.All.Select(m => (IReadOnlyList<string>)[m.Name, m.Size, File.Exists(WhisperFiles.ModelPath(m.Name)) ? WhisperFiles.ModelPath(m.Name) : ""]));
            Console.WriteLine("'.en' models know English alone. 'earshot models get base' fetches one; EARSHOT__TRANSCRIPTION__ENGINE=whisper EARSHOT__TRANSCRIPTION__WHISPER__MODEL=base uses it.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Get()
    {
        var name = new Argument<string>("NAME") { Description = "As 'earshot models list' has it" };
        var source = new Option<string>("--source") { Description = "Where to fetch from: the address before /ggml-NAME.bin", DefaultValueFactory = _ => WhisperModels.DefaultSource };
        var command = new Command("get", "Fetch a model; one that was cut off goes on where it was") { name, source };
        command.SetAction(async (parsed, stop) =>
        {
            string wanted = parsed.GetRequiredValue(name);
            if (WhisperModels.Find(wanted) is not { } model) return Fail($"there is no model '{wanted}'; there are {string.Join(", ", WhisperModels.All.Select(m => m.Name))}", ExitCodes.Usage);
            if (!Uri.TryCreate(parsed.GetValue(source), UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https")) return Fail($"--source '{parsed.GetValue(source)}' is not an address such as https://mirror.example.com/models", ExitCodes.Usage);
            string path = WhisperFiles.ModelPath(wanted);
            try
            {
                if (File.Exists(path) && await WhisperDownload.Sha1Async(path, stop) == model.Sha1)
                {
                    Console.WriteLine($"{path} is here and whole");
                    return ExitCodes.Ok;
                }
                using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
                using var line = new DownloadLine(model);
                await new WhisperDownload(http).GetAsync(model, address.ToString(), path, line.Tell, stop);
                Console.WriteLine(path);
                return ExitCodes.Ok;
            }
            catch (WhisperException e)
            {
                return Fail(e.Message, ExitCodes.Findings);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return Fail(e.Message, ExitCodes.Unreadable);
            }
            catch (OperationCanceledException)
            {
                return Fail("called off; the next 'earshot models get' goes on where it was", ExitCodes.Findings);
            }
        });
        return command;

        static int Fail(string message, int code)
        {
            Console.Error.WriteLine($"earshot models get: {message}");
            return code;
        }
    }

    private static Command Check()
    {
        Option<bool> json = CommonOptions.Json();
        return StoreSession.Command("check", "Say whether library and models are here, whole and usable", [json], async (session, parsed, stop) =>
        {
            var checks = new List<Check>();
            WhisperLibrary? library = null;
            checks.Add(Try("library", () => library = WhisperLibrary.Load(session.Settings.Transcription.Whisper.Library), l => $"{l.Path}, whisper.cpp {l.Version}"));
            foreach (WhisperModelEntry model in WhisperModels.All)
            {
                string path = WhisperFiles.ModelPath(model.Name);
                if (!File.Exists(path)) continue;
                bool whole = await WhisperDownload.Sha1Async(path, stop) == model.Sha1;
                checks.Add(new($"model {model.Name}", whole, whole ? path : $"{path} is damaged: 'earshot models get {model.Name}' fetches it again"));
            }
            string wanted = session.Settings.Transcription.Whisper.Model;
            checks.Add(Try("model in use", () => WhisperFiles.FindModel(wanted), path => path));
            if (library is not null && checks.All(c => c.Ok))
                checks.Add(Try("run", () =>
                {
                    using WhisperModel model = WhisperModel.Load(library, WhisperFiles.FindModel(wanted), session.Settings.Transcription.Whisper.Gpu);
                    using WhisperSession run = model.Open();
                    run.Transcribe(new float[WhisperSession.SampleRateHz], new WhisperRequest(), stop);
                    return model;
                }, m => $"a {m.Kind} model{(m.IsMultilingual ? "" : " of English alone")} answers"));
            if (parsed.GetValue(json)) Report.Json(checks);
            else foreach (Check check in checks) Console.WriteLine($"{(check.Ok ? "ok     " : "MISSING")} {check.What}: {check.Detail}");
            return checks.All(c => c.Ok) ? ExitCodes.Ok : ExitCodes.Findings;
        });
    }

    private static Check Try<T>(string what, Func<T> load, Func<T, string> tell)
    {
        try { return new(what, true, tell(load())); }
        catch (WhisperException e) { return new(what, false, e.Message); }
    }

    /// <summary>How far a fetch is, on a terminal's standard error.</summary>
    private sealed class DownloadLine(WhisperModelEntry model) : IDisposable
    {
        private long shown = -1;

        public void Tell(WhisperDownloadProgress progress)
        {
            long step = progress.Bytes >> 20;
            if (Console.IsErrorRedirected || step == shown) return;
            shown = step;
            string of = progress.Total is { } total ? $"{100.0 * progress.Bytes / total,5:0.0} % of {total >> 20} MiB" : $"{step} MiB of {model.Size}";
            Console.Error.Write($"\rggml-{model.Name}.bin {of}");
        }

        public void Dispose()
        {
            if (shown >= 0) Console.Error.WriteLine();
        }
    }
}
