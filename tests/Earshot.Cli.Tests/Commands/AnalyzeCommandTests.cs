using System.Text.Json;
using Earshot.Audio.Codecs;
using Earshot.Audio.Wave;
using Earshot.Engine.Catalog;
using Earshot.Testing;

namespace Earshot.Cli.Tests.Commands;

/// <summary><c>analyze</c> and <c>import</c> as processes, over speech that comes with the program.</summary>
public sealed class AnalyzeCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string clean, loud, text;

    public AnalyzeCommandTests()
    {
        (clean, loud, text) = (folder.Sub("clean.wav"), folder.Sub("loud.wav"), folder.Sub("text.wav"));
        short[] speech = Speech();
        Write(clean, speech);
        Write(loud, [.. speech.Select(s => (short)Math.Clamp(s * 20, short.MinValue, short.MaxValue))]);
        File.WriteAllText(text, "This is no sound.");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Clean_speech_exits_with_0_and_clipped_speech_with_1()
    {
        (string output, string errors, int exit) = Earshot("analyze", clean);
        (exit, errors).ShouldBe((0, ""));
        output.ShouldContain("good", Case.Insensitive);
        (output, _, exit) = Earshot("analyze", loud);
        exit.ShouldBe(ExitCodes.Findings);
        output.ShouldContain("clipping");
    }

    [Fact]
    public void One_bad_file_in_a_batch_is_named_and_the_others_are_done()
    {
        (string output, string errors, int exit) = Earshot("analyze", "--json", clean, text, folder.Sub("none.wav"), loud);
        exit.ShouldBe(ExitCodes.Unreadable);
        Lines(output).Select(l => Path.GetFileName(l.GetProperty("file").GetString())).ShouldBe(["clean.wav", "loud.wav"]);
        string[] complaints = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        complaints.Length.ShouldBe(2, errors);
        complaints[0].ShouldStartWith($"earshot analyze: {text}: ");
        complaints[1].ShouldContain("none.wav");
    }

    [Theory]
    [InlineData("analyze")]
    [InlineData("import")]
    public void A_rate_of_no_sound_is_one_bad_file_and_the_others_are_done(string command)
    {
        string low = folder.Sub("low.wav"), lowest = folder.Sub("lowest.wav");
        Write(low, Speech(), 50);
        Write(lowest, Speech(), 1000);
        (string output, string errors, int exit) = Earshot(command, low, lowest, clean, "--json");
        exit.ShouldBe(ExitCodes.Unreadable, errors);
        errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldHaveSingleItem().ShouldBe($"earshot {command}: {low}: At byte 24: a sample rate of 50 Hz; 1000 to 384000 are read. The file is damaged, or was not made from sound.");
        output.ShouldContain("lowest.wav");
        output.ShouldContain("clean.wav");
    }

    [Fact]
    public void Folders_patterns_and_standard_input_are_read()
    {
        Lines(Earshot("analyze", "--json", folder.Sub("*l*a*.wav")).Output).ShouldHaveSingleItem();
        Lines(Earshot("analyze", "--json", folder.Path).Output).Count().ShouldBe(2);
        (_, string errors, int exit) = Earshot("analyze", folder.Sub("*.mp3"));
        (exit, errors.Contains("no file matches", StringComparison.Ordinal)).ShouldBe((ExitCodes.Unreadable, true));
        string all = string.Join(' ', ((string[])["dotnet", Program, "analyze", "--json", "-", .. Store()]).Select(a => $"'{a}'"));
        (string output, errors, exit) = Tools.Run("sh", ["-c", $"cat '{clean}' | {all}"]);
        exit.ShouldBe(0, errors);
        Lines(output).Single().GetProperty("file").GetString().ShouldBe("-");
    }

    [Theory]
    [InlineData("analyze")]
    [InlineData("analyze a.wav b.wav --plot out.png")]
    [InlineData("analyze - --fix out.wav")]
    [InlineData("analyze a.wav --fail-on good")]
    [InlineData("analyze a.wav --loudly")]
    [InlineData("analyze a.wav --language fr")]
    [InlineData("transcribe")]
    [InlineData("transcribe a.wav --format doc")]
    [InlineData("transcribe a.wav --language french")]
    [InlineData("transcribe a.wav --rates loud")]
    [InlineData("transcribe a.wav --normalize spelling")]
    [InlineData("transcribe a.wav --stale")]
    [InlineData("transcribe a.wav --all")]
    [InlineData("transcribe - --format txt,srt")]
    [InlineData("analyze --stale")]
    [InlineData("analyze --all a.wav")]
    [InlineData("analyze --all --levels")]
    [InlineData("import")]
    public void Wrong_usage_exits_with_64_and_prints_nothing(string line)
    {
        (string output, string errors, int exit) = Earshot(line.Split(' '));
        exit.ShouldBe(ExitCodes.Usage, errors);
        errors.ShouldNotBeEmpty();
        output.ShouldNotContain("verdict");
    }

    [Theory]
    [InlineData("picture.png", "\u0089PNG")]
    [InlineData("picture.svg", "<svg")]
    public void A_picture_is_drawn_where_it_is_wanted(string name, string begin)
    {
        Earshot("analyze", loud, "--plot", folder.Sub(name)).ExitCode.ShouldBe(ExitCodes.Findings);
        System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(folder.Sub(name))).ShouldStartWith(begin);
        Earshot("analyze", "--plot", clean).ExitCode.ShouldBe(0);
        File.Exists(folder.Sub("clean.png")).ShouldBeTrue();
    }

    [Fact]
    public void Audio_read_by_the_wrong_law_is_written_again_by_the_right_one()
    {
        string wrong = folder.Sub("wrong.wav"), right = folder.Sub("right.wav");
        short[] speech = [.. Speech().Select(s => (short)Math.Clamp(4 * s, short.MinValue, short.MaxValue))];
        Write(wrong, [.. speech.Select(s => MuLaw.Decode(ALaw.Encode(s)))]);
        (string output, string errors, int exit) = Earshot("analyze", wrong, "--json", "--fix", right);
        exit.ShouldBe(ExitCodes.Findings, errors);
        Lines(output).Single().GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("kind").GetString()).ShouldContain("alaw-as-mulaw");
        short[] again = WaveAssert.Samples(File.ReadAllBytes(right));
        again.Length.ShouldBe(speech.Length);
        // Of a mu-law 0 nobody knows which of two it was: those samples may have the wrong sign, the others are A-law's own.
        again.Zip(speech).Count(p => p.First == ALaw.Decode(ALaw.Encode(p.Second))).ShouldBeGreaterThan((int)(0.9 * speech.Length));
        Earshot("analyze", wrong, "--fix", right).Errors.ShouldContain("right.wav");
    }

    [Fact]
    public void What_is_imported_is_analysed_when_it_is_asked_for_and_not_twice()
    {
        Earshot("import", clean, text, loud).ExitCode.ShouldBe(ExitCodes.Unreadable);
        JsonElement first = JsonDocument.Parse(Earshot("analyze", "--all", "--stale", "--json").Output).RootElement;
        Figures(first).ShouldBe((2, 2, 1, 0));
        (string output, _, int exit) = Earshot("analyze", "--all", "--stale");
        (exit, output.Trim()).ShouldBe((0, "0 calls analysed, 0 recordings; 2 were up to date"));
        (output, _, exit) = Earshot("analyze", "--all");
        exit.ShouldBe(ExitCodes.Findings);
        output.ShouldStartWith("2 calls analysed, 2 recordings: 1 good, ");

        // What an older version made is made again, and that alone.
        var store = new AnalysisStore(new CatalogDatabase("sqlite:" + Path.Combine(folder.Sub("data"), "earshot.db")));
        AnalysisRow row = store.OfCall(store.RecordedCalls()[0]).Single(r => r.Subject != r.CallSid);
        store.Save(row with { Analyzer = "earshot-analysis/0" }, []);
        Figures(JsonDocument.Parse(Earshot("analyze", "--all", "--stale", "--json").Output).RootElement).ShouldBe((1, 1, first.GetProperty("bad").GetInt32() - (row.Verdict == "bad" ? 0 : 1), 1));
        store.Find(row.Subject)!.Analyzer.ShouldNotBe("earshot-analysis/0");
    }

    private static (int Calls, int Recordings, int Bad, int UpToDate) Figures(JsonElement e) =>
        (e.GetProperty("calls").GetInt32(), e.GetProperty("recordings").GetInt32(), e.GetProperty("bad").GetInt32(), e.GetProperty("upToDate").GetInt32());

    /// <summary>The caller of the simulated calls, at 8 kHz.</summary>
    private static short[] Speech()
    {
        using Stream wav = typeof(global::Earshot.Engine.Calling.SpeechClip).Assembly.GetManifestResourceStream(
            typeof(global::Earshot.Engine.Calling.SpeechClip).Assembly.GetManifestResourceNames().First(n => n.EndsWith("en/caller.wav", StringComparison.Ordinal)))!;
        using var reader = new WaveReader(wav);
        var samples = new short[reader.SamplesPerChannel!.Value];
        reader.Read(samples);
        return samples;
    }

    private static void Write(string path, short[] samples, int rateHz = 8000)
    {
        using var writer = new WaveWriter(File.Create(path), new WaveFormat(WaveEncoding.Pcm16, rateHz, 1));
        writer.Write(samples);
    }

    private static IEnumerable<JsonElement> Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement);

    private static string Program => Path.Combine(AppContext.BaseDirectory, "earshot.dll");

    private string[] Store() => ["--recordings", folder.Sub("recordings"), "--data", folder.Sub("data")];

    private (string Output, string Errors, int ExitCode) Earshot(params string[] arguments) => Tools.Run("dotnet", [Program, .. arguments, .. Store()]);
}
