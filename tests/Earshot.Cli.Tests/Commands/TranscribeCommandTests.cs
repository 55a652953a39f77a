using System.Diagnostics;
using System.Text.Json;
using Earshot.Audio.Wave;
using Earshot.Engine.Catalog;
using Earshot.Engine.Transcription;
using Earshot.Testing;
using Microsoft.Data.Sqlite;

namespace Earshot.Cli.Tests.Commands;

/// <summary><c>earshot transcribe</c> and <c>models</c> as a user runs them.</summary>
public sealed class TranscribeCommandTests : IDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "earshot.dll");

    private readonly TemporaryFolder folder = new();
    private readonly string voice;

    public TranscribeCommandTests()
    {
        voice = folder.Sub("voice.wav");
        SpeechWave.Write(voice, SpeechWave.Pattern((1, 0), (2, 1), (1, 0)));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Without_an_engine_one_line_says_how_to_get_one()
    {
        (string output, string errors, int exit) = Earshot("", "transcribe", voice);
        (exit, output).ShouldBe((ExitCodes.Config, ""));
        errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldStartWith("earshot transcribe: No transcription engine is chosen: set EARSHOT__TRANSCRIPTION__ENGINE=openai");
        Earshot("", "analyze", voice, "--transcribe").Exit.ShouldBe(ExitCodes.Config);
    }

    [Fact]
    public async Task Text_formats_reference_and_comparison_come_out_as_asked()
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.StartAsync((sent, context) => SpeechEndpoint.Say(context, new { text = sent.SampleRateHz == 8000 ? "Send the parcel to Rhone." : "Send the parcel to Rome." }));
        (string output, string errors, int exit) = Earshot(endpoint.BaseUrl, "transcribe", voice, "--language", "es");
        (exit, errors).ShouldBe((0, ""));
        output.ShouldMatch(@"^\[0:0[01]\.[09]\] Send the parcel to Rome\.\n$");
        endpoint.Received.ShouldHaveSingleItem().Fields["language"].ShouldBe("es");

        (output, errors, exit) = Earshot(endpoint.BaseUrl, "transcribe", voice, "--format", "txt,srt,vtt,json", "--output", folder.Sub("out"));
        (exit, output).ShouldBe((0, ""), errors);
        Directory.GetFiles(folder.Sub("out")).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["voice.srt", "voice.transcript.json", "voice.txt", "voice.vtt"]);

        string truth = folder.Sub("truth.txt");
        File.WriteAllText(truth, "send this parcel to rome now");
        (output, errors, exit) = Earshot(endpoint.BaseUrl, "transcribe", voice, "--reference", truth);
        exit.ShouldBe(0, errors);
        output.ShouldContain("WER 33.3 % (1 substituted, 1 deleted, 0 inserted of 6)");
        output.ShouldContain("send [this→the] parcel to rome [-now]");
        (output, _, _) = Earshot(endpoint.BaseUrl, "transcribe", voice, "--reference", truth, "--normalize", "none", "--json");
        JsonDocument.Parse(output).RootElement.GetProperty("comparisons")[0].GetProperty("errors").GetProperty("substitutions").GetInt32().ShouldBe(3);

        (output, _, _) = Earshot(endpoint.BaseUrl, "transcribe", voice, "--rates", "16000,8000");
        output.ShouldContain("8000 Hz against 16000 Hz: WER 20.0 %");

        string piped = string.Join(' ', ((string[])["dotnet", Program, "transcribe", "-", "--json", .. Store()]).Select(a => $"'{a}'"));
        (output, errors, exit) = Run(endpoint.BaseUrl, "sh", ["-c", $"cat '{voice}' | {piped}"]);
        exit.ShouldBe(0, errors);
        JsonElement transcript = JsonDocument.Parse(output).RootElement.GetProperty("transcripts")[0];
        (transcript.GetProperty("state").GetString(), transcript.GetProperty("segments").GetArrayLength()).ShouldBe(("text", 1));

        (output, _, exit) = Earshot(endpoint.BaseUrl, "analyze", voice, "--transcribe", "--json");
        JsonDocument.Parse(output).RootElement.GetProperty("transcription")[0].GetProperty("segments")[0].GetProperty("text").GetString().ShouldBe("Send the parcel to Rome.");
    }

    [Fact]
    public async Task What_cannot_be_done_is_told_by_the_exit_and_one_line()
    {
        await using SpeechEndpoint silent = await SpeechEndpoint.SayingAsync("");
        (string output, _, int exit) = Earshot(silent.BaseUrl, "transcribe", voice);
        exit.ShouldBe(ExitCodes.Findings);
        output.ShouldStartWith("speech-without-text: Somebody speaks for");
        File.WriteAllText(folder.Sub("text.wav"), "no audio");
        (_, string errors, exit) = Earshot(silent.BaseUrl, "transcribe", folder.Sub("text.wav"), folder.Sub("none.wav"));
        exit.ShouldBe(ExitCodes.Unreadable);
        errors.Trim().Split('\n').Length.ShouldBe(2, errors);
        (output, _, exit) = Earshot("http://127.0.0.1:1/v1", "transcribe", voice, "--set", "Transcription:MostAttempts=1");
        exit.ShouldBe(ExitCodes.Findings);
        output.ShouldStartWith("failed: http://127.0.0.1:1/v1/audio/transcriptions cannot be reached");
        (_, errors, exit) = Earshot(silent.BaseUrl, "transcribe", voice, "--engine", "sphinx");
        exit.ShouldBe(ExitCodes.Config);
        errors.ShouldContain("there is no engine 'sphinx'");
    }

    [Fact]
    public async Task What_is_held_against_a_reference_is_kept_with_the_recording_that_the_file_is_the_whole_of()
    {
        string answer = "first", truth = folder.Sub("truth.txt");
        await using SpeechEndpoint endpoint = await SpeechEndpoint.StartAsync((_, context) => SpeechEndpoint.Say(context, new { text = answer }));
        await File.WriteAllTextAsync(truth, "first", TestContext.Current.CancellationToken);
        Earshot("", "import", voice).Exit.ShouldBe(0);
        string wav = Directory.GetFiles(folder.Sub("recordings"), "*.wav").ShouldHaveSingleItem(), id = Path.GetFileNameWithoutExtension(wav);
        var database = new CatalogDatabase("sqlite:" + folder.Sub(Path.Combine("data", "earshot.db")));
        string? Kept() => new TranscriptStore(database).Find(id, TranscriptKinds.Final)?.Document;

        Directory.CreateDirectory(folder.Sub("recordings2"));
        File.Copy(wav, folder.Sub(Path.Combine("recordings2", id + ".wav")));
        Earshot(endpoint.BaseUrl, "transcribe", folder.Sub(Path.Combine("recordings2", id + ".wav")), "--reference", truth).Exit.ShouldBe(0);
        Kept().ShouldBeNull();
        Earshot(endpoint.BaseUrl, "transcribe", wav, "--reference", truth).Exit.ShouldBe(0);
        Kept().ShouldNotBeNull().ShouldContain("first");

        answer = "afterwards";
        using (SqliteConnection connection = database.Open())
        {
            using SqliteCommand more = connection.CreateCommand();
            more.CommandText = "INSERT INTO segments (recording_id, number, file, start_sample, samples) SELECT recording_id, 2, recording_id || '.2.wav', samples, samples FROM segments";
            more.ExecuteNonQuery().ShouldBe(1);
        }
        Earshot(endpoint.BaseUrl, "transcribe", wav, "--reference", truth).Exit.ShouldBe(0);
        Kept().ShouldNotBeNull().ShouldNotContain("afterwards");
    }

    [Fact]
    public async Task What_is_stale_is_made_again_and_the_good_side_of_its_call_is_not_paid_for_twice()
    {
        int requests = 0;
        await using SpeechEndpoint endpoint = await SpeechEndpoint.StartAsync((_, context) =>
        {
            if (Interlocked.Increment(ref requests) != 2) return SpeechEndpoint.Say(context, new { text = "good" });
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        string both = folder.Sub("both.wav");
        using (var writer = new WaveWriter(File.Create(both), WaveFormat.Pcm16(16_000, 2)))
            writer.Write([.. SpeechWave.Pattern((1, 0), (2, 1), (3, 0)).Zip(SpeechWave.Pattern((4, 0), (1.5, 1), (0.5, 0)), (a, b) => new[] { a, b }).SelectMany(p => p)]);
        Earshot("", "import", both).Exit.ShouldBe(0);
        Figures("transcribe", "--all").ShouldBe((2, 1, 1));
        requests.ShouldBe(2);
        Figures("transcribe", "--all", "--stale").ShouldBe((1, 1, 0));
        requests.ShouldBe(3);
        Figures("transcribe", "--all", "--stale").ShouldBe((0, 0, 0));
        Figures("transcribe", "--all", "--stale", "--set", "Transcription:OpenAi:Model=another").ShouldBe((2, 2, 0));
        requests.ShouldBe(5);

        (int Recordings, int Text, int Failed) Figures(params string[] arguments)
        {
            (string output, string errors, _) = Earshot(endpoint.BaseUrl, [.. arguments, "--json", "--set", "Transcription:MostAttempts=1"]);
            output.ShouldNotBeEmpty(errors);
            JsonElement made = JsonDocument.Parse(output).RootElement;
            return (made.GetProperty("recordings").GetInt32(), made.GetProperty("text").GetInt32(), made.GetProperty("failed").GetInt32());
        }
    }

    [Fact]
    public async Task An_engine_that_failed_has_no_error_rate()
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.StartAsync((sent, context) =>
        {
            if (sent.SampleRateHz == 8000) context.Response.StatusCode = 400;
            return SpeechEndpoint.Say(context, new { text = "Send the parcel to Rome." });
        });
        (string output, _, int exit) = Earshot(endpoint.BaseUrl, "transcribe", voice, "--rates", "16000,8000", "--set", "Transcription:MostAttempts=1");
        exit.ShouldBe(ExitCodes.Findings);
        output.ShouldContain("8000 Hz against 16000 Hz: 8000 Hz failed, so there is no WER");
        output.ShouldNotContain("100.0 %");
        (output, _, _) = Earshot(endpoint.BaseUrl, "transcribe", voice, "--rates", "16000,8000", "--json", "--set", "Transcription:MostAttempts=1");
        JsonElement comparison = JsonDocument.Parse(output).RootElement.GetProperty("comparisons")[0];
        (comparison.GetProperty("errors").ValueKind, comparison.GetProperty("failed").GetString()).ShouldBe((JsonValueKind.Null, "8000 Hz"));
    }

    [Fact]
    public async Task An_endpoint_of_ones_own_costs_what_is_set_and_nothing_else()
    {
        new OpenAiOptions().Price.ShouldBe(0.006);
        new OpenAiOptions { BaseUrl = "https://api.openai.com.example/v1" }.Price.ShouldBe(0);
        new OpenAiOptions { PricePerMinute = 0 }.Price.ShouldBe(0);
        await using SpeechEndpoint endpoint = await SpeechEndpoint.SayingAsync("Send the parcel to Rome.");
        double Cost(params string[] more) => JsonDocument.Parse(Earshot(endpoint.BaseUrl, ["transcribe", voice, "--json", .. more]).Output).RootElement.GetProperty("transcripts")[0].GetProperty("costDollars").GetDouble();
        Cost().ShouldBe(0);
        Cost("--set", "Transcription:OpenAi:PricePerMinute=0.06").ShouldBeGreaterThan(0);
    }

    private string[] Store() => ["--recordings", folder.Sub("recordings"), "--data", folder.Sub("data"), "--set", "Analysis:VoiceActivity=energy"];

    private (string Output, string Errors, int Exit) Earshot(string baseUrl, params string[] arguments) => Run(baseUrl, "dotnet", [Program, .. arguments, .. Store()]);

    /// <summary>With the engine <c>openai</c> where there is an address, and with no weights of this machine's user.</summary>
    private (string Output, string Errors, int Exit) Run(string baseUrl, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in (string[])["OPENAI_API_KEY", "OPENAI_BASE_URL", "EARSHOT__TRANSCRIPTION__ENGINE"]) start.Environment.Remove(name);
        start.Environment["XDG_CACHE_HOME"] = folder.Sub("cache");
        if (baseUrl.Length > 0) (start.Environment["OPENAI_BASE_URL"], start.Environment["EARSHOT__TRANSCRIPTION__ENGINE"]) = (baseUrl, "openai");
        using var process = System.Diagnostics.Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        process.WaitForExit();
        return (output.Result, errors.Result, process.ExitCode);
    }
}
