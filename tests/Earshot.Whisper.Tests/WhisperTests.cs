using System.Text;
using Earshot.Testing;

namespace Earshot.Whisper.Tests;

/// <summary>whisper.cpp itself, in this process, with models of the tests' own making.</summary>
public sealed class WhisperTests : IDisposable
{
    private static readonly byte[][] Sentence = [" Guten"u8.ToArray(), " T"u8.ToArray(), "ag"u8.ToArray(), ","u8.ToArray(), " Zo"u8.ToArray(), [0xC3], [0xAB], "."u8.ToArray()];

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void What_the_model_says_comes_out_with_its_words_their_places_and_how_sure_it_is()
    {
        using WhisperModel model = Speaking(out _);
        using WhisperSession session = model.Open();
        WhisperResult result = session.Transcribe(Noise(3), new WhisperRequest { Language = "en" }, Cancel);
        result.Language.ShouldBe("en");
        WhisperSegment segment = result.Segments.ShouldHaveSingleItem();
        segment.Text.ShouldBe("Guten Tag, Zoë.");
        segment.Words.Select(w => w.Text).ShouldBe(["Guten", "Tag,", "Zoë."]);
        (segment.StartSeconds, segment.EndSeconds).ShouldBe((0, 2.5));
        segment.Words.ShouldAllBe(w => w.Probability > 0.9 && w.Probability <= 1.0001 && w.StartSeconds <= w.EndSeconds && w.EndSeconds <= 3);
        segment.Words.Select(w => w.StartSeconds).ShouldBeInOrder();
        segment.AverageLogProbability.ShouldBeInRange(-0.1, 0.0001);
        segment.NoSpeechProbability.ShouldBeInRange(0, 1);
    }

    [Fact]
    public void A_prompt_stands_before_the_answer()
    {
        using WhisperModel model = Speaking(out _);
        using WhisperSession session = model.Open();
        session.Transcribe(Noise(3), new WhisperRequest { Prompt = " Guten Tag" }, Cancel).Segments.ShouldHaveSingleItem().Text.ShouldBe(", Zoë.", "this model says by the place alone, and the prompt takes the first ones");
    }

    [Fact]
    public void What_is_shorter_than_a_second_is_heard_too_and_ends_where_it_ends()
    {
        using WhisperModel model = Speaking(out _);
        using WhisperSession session = model.Open();
        WhisperSegment segment = session.Transcribe(Noise(0.3), new WhisperRequest(), Cancel).Segments.ShouldHaveSingleItem();
        segment.EndSeconds.ShouldBe(0.3);
        segment.Words.ShouldAllBe(w => w.EndSeconds <= 0.3);
    }

    [Fact]
    public async Task Several_sessions_share_a_model()
    {
        using WhisperModel model = Speaking(out _);
        string[] texts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using WhisperSession session = model.Open();
            return string.Join("|", Enumerable.Range(0, 3).SelectMany(_ => session.Transcribe(Noise(1.5), new WhisperRequest { Threads = 1 }, Cancel).Segments).Select(s => s.Text));
        }, Cancel)));
        texts.ShouldAllBe(t => t == "Guten Tag, Zoë.|Guten Tag, Zoë.|Guten Tag, Zoë.");
    }

    [Fact]
    public void A_model_without_weights_says_nothing()
    {
        string path = folder.Sub("empty.bin");
        WhisperTestModel.Write(path, 0);
        using WhisperModel model = WhisperModel.Load(Library(), path);
        (model.IsMultilingual, model.Kind).ShouldBe((false, "tiny"));
        using WhisperSession session = model.Open();
        session.Transcribe(Noise(2), new WhisperRequest(), Cancel).Segments.ShouldBeEmpty();
    }

    [Fact]
    public void What_was_called_off_ends_so()
    {
        using WhisperModel model = Speaking(out _);
        using WhisperSession session = model.Open();
        using var calledOff = new CancellationTokenSource();
        calledOff.Cancel();
        Should.Throw<OperationCanceledException>(() => session.Transcribe(Noise(25), new WhisperRequest(), calledOff.Token));
        session.Transcribe(Noise(2), new WhisperRequest(), Cancel).Segments.Count.ShouldBe(1, "the session is still good");
    }

    [Fact]
    public void A_model_that_is_none_is_named_with_what_to_do()
    {
        WhisperLibrary library = Library();
        string path = folder.Sub("model.bin");
        Problem(() => WhisperModel.Load(library, path)).ShouldBe($"{path} cannot be read: Could not find file '{path}'.");
        File.WriteAllText(path, "<html>404</html>");
        Problem(() => WhisperModel.Load(library, path)).ShouldBe($"{path} is not a ggml model of whisper.cpp: 'earshot models list' names models that are");
        WhisperTestModel.Write(path, 2, Sentence);
        using (FileStream cut = File.OpenWrite(path)) cut.SetLength(cut.Length * 2 / 3);
        Problem(() => WhisperModel.Load(library, path)).ShouldStartWith($"{path} is damaged or cut off: at byte ");
        using WhisperModel model = Speaking(out string whole);
        using WhisperSession session = model.Open();
        Problem(() => session.Transcribe(Noise(1), new WhisperRequest { Language = "fr" }, Cancel)).ShouldBe($"{whole} knows English alone, not 'fr': take a model without '.en'");
    }

    /// <summary>Any number of its head, any place where it may be cut, any number that describes a tensor: it is refused in words or loaded, and the process lives.</summary>
    [Fact]
    public void A_damaged_model_is_refused_and_ends_nothing()
    {
        WhisperLibrary library = Library();
        string path = folder.Sub("speaking.bin");
        WhisperTestModel.Write(path, 2.5, Sentence);
        byte[] whole = File.ReadAllBytes(path);
        string damaged = folder.Sub("damaged.bin");
        int tensors = 14 * 4 + 80 * 201 * 4 + 4 + 4 + 1 + Sentence.Sum(t => t.Length + 4);
        int[] places = [.. Enumerable.Range(0, 14).Select(i => i * 4), 14 * 4 + 80 * 201 * 4, 14 * 4 + 80 * 201 * 4 + 4, .. Enumerable.Range(0, 5).Select(i => tensors + i * 4)];
        int refused = 0, loaded = 0;
        foreach (int place in places)
        {
            int value = BitConverter.ToInt32(whole, place);
            foreach (int other in (int[])[0, -1, 1, value + 1, value - 1, value * 2, value | 1 << 30, int.MaxValue, int.MinValue])
            {
                byte[] changed = [.. whole];
                BitConverter.TryWriteBytes(changed.AsSpan(place), other).ShouldBeTrue();
                Try(changed);
            }
        }
        for (int i = 0; i < 40; i++) Try(whole.AsSpan(0, (int)((long)whole.Length * i / 40)).ToArray());
        refused.ShouldBeGreaterThan(180);

        void Try(byte[] bytes)
        {
            File.WriteAllBytes(damaged, bytes);
            try
            {
                using WhisperModel model = WhisperModel.Load(library, damaged);
                using WhisperSession session = model.Open();
                session.Transcribe(Noise(1), new WhisperRequest(), Cancel);
                loaded++;
            }
            catch (WhisperException)
            {
                refused++;
            }
        }
    }

    [Fact]
    public void A_library_that_is_none_is_named_with_what_to_do()
    {
        Problem(() => WhisperLibrary.Load(folder.Sub("none.so"))).ShouldBe($"whisper.cpp's library is not at {folder.Sub("none.so")}");
        string text = folder.Sub("libwhisper.so");
        File.WriteAllText(text, "no library");
        Problem(() => WhisperLibrary.Load(text)).ShouldStartWith($"{text} cannot be loaded as a library of this machine");
        const string other = "/lib/x86_64-linux-gnu/libm.so.6";
        Assert.SkipUnless(File.Exists(other), $"{other} is absent");
        Problem(() => WhisperLibrary.Load(other)).ShouldBe($"{other} is not whisper.cpp 1.8 or newer: whisper_version is missing. ./get-whisper.sh builds one");
    }

    [Fact]
    public void A_model_is_found_by_path_or_name()
    {
        string path = folder.Sub("my.bin");
        File.WriteAllBytes(path, []);
        WhisperFiles.FindModel(path).ShouldBe(path);
        Problem(() => WhisperFiles.FindModel("nothing")).ShouldBe("there is no model at nothing, and no model of that name ('earshot models list' has them)");
        Problem(() => WhisperFiles.FindModel("medium.en")).ShouldBe($"the model 'medium.en' is not here ({WhisperFiles.ModelPath("medium.en")}): 'earshot models get medium.en' fetches it");
        WhisperModels.All.ShouldAllBe(m => m.Sha1.Length == 40 && m.Sha1.All(char.IsAsciiHexDigitLower));
    }

    public void Dispose() => folder.Dispose();

    private static WhisperLibrary Library()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(WhisperFiles.Cache, WhisperFiles.LibraryName)), "whisper.cpp is not built (./get-whisper.sh)");
        return WhisperLibrary.Load();
    }

    private WhisperModel Speaking(out string path)
    {
        WhisperLibrary library = Library();
        path = folder.Sub("speaking.bin");
        WhisperTestModel.Write(path, 2.5, Sentence);
        return WhisperModel.Load(library, path);
    }

    private static float[] Noise(double seconds)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, (int)(seconds * WhisperSession.SampleRateHz)).Select(_ => (float)(random.NextDouble() - 0.5) * 0.1f)];
    }

    private static string Problem(Action action) => Should.Throw<WhisperException>(action).Message;
}
