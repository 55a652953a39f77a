using Earshot.Engine.Transcription;
using Earshot.Testing;
using Earshot.Whisper;

namespace Earshot.Engine.Tests.Transcription;

/// <summary>The engine in this process, with whisper.cpp itself and a model that says one sentence.</summary>
public sealed class WhisperTranscriberTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(16_000)]
    [InlineData(8_000)]
    public async Task A_piece_becomes_text_with_places(int rateHz)
    {
        Assert.SkipUnless(File.Exists(Path.Combine(WhisperFiles.Cache, WhisperFiles.LibraryName)), "whisper.cpp is not built (./get-whisper.sh)");
        string model = folder.Sub("model.bin");
        WhisperTestModel.Write(model, 1.5, " Hello"u8.ToArray(), " world"u8.ToArray());
        using var engine = new WhisperTranscriber(Options(model), TimeProvider.System);
        var piece = new SpeechPiece(new short[rateHz * 2], rateHz);
        foreach (EngineAnswer answer in await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => engine.TranscribeAsync(piece, new TranscribeRequest("en-US", ""), Cancel))))
        {
            (answer.Text, answer.Language).ShouldBe(("Hello world", "en"));
            EngineSegment segment = answer.Segments.ShouldHaveSingleItem();
            (segment.StartSeconds, segment.EndSeconds).ShouldBe((0, 1.5));
            segment.Words.Select(w => w.Text).ShouldBe(["Hello", "world"]);
        }
    }

    [Theory]
    [InlineData(16_000)]
    [InlineData(8_000)]
    public void It_hears_full_scale_as_one(int rateHz)
    {
        short[] square = [.. Enumerable.Range(0, rateHz).Select(i => i / (rateHz / 200) % 2 == 0 ? short.MinValue : short.MaxValue)];
        float[] heard = WhisperTranscriber.Floats(new SpeechPiece(square, rateHz));
        heard.Length.ShouldBe(16_000);
        (heard.Min(), heard.Max()).ShouldBe((-1f, short.MaxValue / 32768f));
    }

    [Fact]
    public async Task What_keeps_it_from_loading_fails_the_piece_and_says_what_to_do()
    {
        string model = folder.Sub("none.bin");
        TranscriptionOptions options = Options(model);
        options.Whisper.Library = folder.Sub("nowhere.so");
        using var engine = new WhisperTranscriber(options, TimeProvider.System);
        for (int i = 0; i < 2; i++)
        {
            TranscriptionException e = await Should.ThrowAsync<TranscriptionException>(engine.TranscribeAsync(new SpeechPiece(new short[16_000], 16_000), new TranscribeRequest("", ""), Cancel));
            e.Message.ShouldBe($"whisper.cpp's library is not at {folder.Sub("nowhere.so")}");
            e.MayPass.ShouldBeFalse();
        }
    }

    public void Dispose() => folder.Dispose();

    private static TranscriptionOptions Options(string model)
    {
        var options = new TranscriptionOptions { Engine = TranscriptionOptions.WhisperEngine };
        options.Whisper.Model = model;
        return options;
    }
}
