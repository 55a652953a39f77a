using Earshot.Audio.Detection;
using Earshot.Audio.Wave;
using Earshot.Engine.Transcription;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Transcription;

/// <summary>From a file to a transcript: only speech is sent, in pieces, and what comes back is placed and named for what it is.</summary>
public sealed class TrackTranscriberTests
{
    private const int Rate = 16_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silence_is_never_sent_and_said_to_be_that()
    {
        var engine = new FakeEngine(_ => new EngineAnswer("Thanks for watching!", "en", []));
        Transcript made = await Run(engine, new short[5 * Rate]);
        (made.State, made.Requests, engine.Pieces.Count).ShouldBe(("no-speech", 0, 0));
    }

    [Fact]
    public async Task Turns_are_sent_apart_with_a_little_room_and_come_back_at_their_place()
    {
        int number = 0;
        var engine = new FakeEngine(_ => new EngineAnswer($"turn {Interlocked.Increment(ref number)}", "en", []));
        short[] audio = SpeechWave.Pattern((1, 0), (2, 1), (1.5, 0), (0.5, 1), (0.3, 0), (0.7, 1), (3, 0));
        Transcript made = await Run(engine, audio, o => o.Parallel = 1);
        made.State.ShouldBe("text");
        made.Segments.Select(s => s.Text).ShouldBe(["turn 1", "turn 2"]);
        (double Start, double End)[] truth = [(1, 3), (4.5, 6)];
        for (int i = 0; i < truth.Length; i++)
        {
            made.Segments[i].StartSeconds.ShouldBe(truth[i].Start, 0.1);
            made.Segments[i].EndSeconds.ShouldBe(truth[i].End, 0.1);
        }
        engine.Pieces.Select(p => Math.Round(p.Seconds, 1)).ShouldBe([2.4, 1.9], tolerance: 0.15);
        made.SentSeconds.ShouldBe(engine.Pieces.Sum(p => p.Seconds), 0.01);
        made.CostDollars.ShouldBe(made.SentSeconds / 60 * FakeEngine.Price, 1e-4);
    }

    [Fact]
    public async Task Speech_without_end_is_cut_at_quiet_places_and_none_of_it_is_lost_or_sent_twice()
    {
        var engine = new FakeEngine(_ => new EngineAnswer("text", "", []));
        // Breaths of 150 ms: too short to end speech.
        short[] audio = SpeechWave.Pattern([.. Enumerable.Range(0, 100).SelectMany(_ => ((double, double)[])[(0.65, 1), (0.15, 0)])]);
        Transcript made = await Run(engine, audio, o => (o.LongestPiece, o.Parallel) = (TimeSpan.FromSeconds(10), 1));
        engine.Pieces.ShouldAllBe(p => p.Seconds <= 10);
        ((double)engine.Pieces.Sum(p => p.Samples.Length)).ShouldBe(audio.Length, Rate / 4);
        short[] sent = [.. engine.Pieces.SelectMany(p => p.Samples.ToArray())];
        int at = audio.AsSpan().IndexOf(sent.AsSpan(0, 1000));
        at.ShouldBeGreaterThanOrEqualTo(0);
        sent.AsSpan().SequenceEqual(audio.AsSpan(at, sent.Length)).ShouldBeTrue();
        foreach (SpeechPiece piece in engine.Pieces.SkipLast(1)) piece.Samples.Span[^160..].ToArray().Average(s => Math.Abs((double)s)).ShouldBeLessThan(200, "a piece ends in a breath");
        made.Segments.Count.ShouldBe(engine.Pieces.Count);
    }

    [Fact]
    public async Task No_text_for_speech_is_named_and_text_where_nobody_speaks_is_never_counted()
    {
        short[] audio = SpeechWave.Pattern((1, 0), (2, 1), (0.5, 0), (1, 1), (1, 0));
        (await Run(new FakeEngine(_ => new EngineAnswer("", "", [])), audio)).State.ShouldBe("speech-without-text");
        Transcript invented = await Run(new FakeEngine(p => new EngineAnswer("", "", [new EngineSegment { StartSeconds = 2.3, EndSeconds = 2.5, Text = "Thanks for watching" }])), audio);
        TranscriptSegment segment = invented.Segments.ShouldHaveSingleItem();
        (segment.WithoutSpeech, invented.State, invented.Text).ShouldBe((true, "speech-without-text", ""));
        segment.Doubts.Select(d => d.Code).ShouldContain("no-speech-under-it");
    }

    [Fact]
    public async Task An_engine_that_refuses_is_asked_once_and_what_was_made_before_stays()
    {
        int asked = 0;
        var engine = new FakeEngine(_ => Interlocked.Increment(ref asked) == 1 ? new EngineAnswer("first", "", []) : throw new TranscriptionException("it does not take the key", mayPass: false));
        short[] audio = SpeechWave.Pattern([.. Enumerable.Range(0, 6).SelectMany(_ => ((double, double)[])[(1, 0), (1, 1)])]);
        Transcript made = await Run(engine, audio, o => o.Parallel = 1);
        (made.State, made.Reason, made.MayPass, asked).ShouldBe(("failed", "after 1 pieces: it does not take the key", false, 2));
        made.Segments.ShouldHaveSingleItem().Text.ShouldBe("first");
    }

    [Fact]
    public async Task Another_attempt_asks_only_for_what_is_missing_and_another_language_for_all()
    {
        var memory = new AnswerMemory();
        int asked = 0;
        var engine = new FakeEngine(_ => Interlocked.Increment(ref asked) == 3 ? throw new TranscriptionException("it is busy", mayPass: true) : new EngineAnswer($"answer {asked}", "", []));
        short[] audio = SpeechWave.Pattern([.. Enumerable.Range(0, 5).SelectMany(i => ((double, double)[])[(1, 0), (0.8 + 0.1 * i, 1)])]);
        (await Attempt("a")).State.ShouldBe("failed");
        asked.ShouldBe(3);
        Transcript made = await Attempt("a");
        made.Segments.Select(s => s.Text).ShouldBe(["answer 1", "answer 2", "answer 4", "answer 5", "answer 6"]);
        (made.Requests, asked).ShouldBe((5, 6));
        await Attempt("b");
        asked.ShouldBe(11, "another recording is another");
        await Attempt("a", "fr");
        asked.ShouldBe(16);
        memory.Forget("a");
        await Attempt("a");
        asked.ShouldBe(21);
        await Attempt("a");
        asked.ShouldBe(21);
        memory.ForgetCall("CA1");
        await Attempt("a");
        asked.ShouldBe(26, "of a deleted call nothing is kept");

        Task<Transcript> Attempt(string recording, string language = "") =>
            Transcriber(o => o.Parallel = 1).RunAsync(memory.Around("CA1", recording, engine), new TrackRequest { Open = () => Open(audio, Rate), Language = language }, Cancel);
    }

    [Fact]
    public async Task As_many_pieces_as_set_are_with_the_engine_at_once_and_a_call_off_ends_it()
    {
        var hold = new TaskCompletionSource<EngineAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var engine = new FakeEngine(_ => hold.Task, expect: 3);
        short[] audio = SpeechWave.Pattern([.. Enumerable.Range(0, 6).SelectMany(_ => ((double, double)[])[(1, 0), (1, 1)])]);
        using var off = new CancellationTokenSource();
        Task<Transcript> work = Run(engine, audio, o => o.Parallel = 3, off.Token);
        await engine.Expected.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancel);
        engine.Pieces.Count.ShouldBe(3);
        await off.CancelAsync();
        hold.SetCanceled(off.Token);
        await Should.ThrowAsync<OperationCanceledException>(() => work);
        engine.Pieces.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(8000)]
    [InlineData(44_100)]
    [InlineData(16_000)]
    public async Task Any_rate_is_sent_at_the_one_wanted_and_places_stay(int fileRate)
    {
        short[] audio = SpeechWave.Pattern(fileRate, (1, 0), (2, 1), (1, 0));
        foreach (int wanted in (int[])[8000, 16_000])
        {
            var engine = new FakeEngine(_ => new EngineAnswer("text", "", []));
            Transcript made = await Transcriber().RunAsync(engine, new TrackRequest { Open = () => Open(audio, fileRate), RateHz = wanted }, Cancel);
            engine.Pieces.ShouldHaveSingleItem().SampleRateHz.ShouldBe(wanted);
            engine.Pieces[0].Seconds.ShouldBe(2.36, 0.15);
            made.Segments.ShouldHaveSingleItem().StartSeconds.ShouldBe(1, 0.1);
        }
    }

    [Fact]
    public async Task Half_the_rate_of_a_recording_of_ours_is_the_carriers_own_samples()
    {
        short[] audio = SpeechWave.Pattern((0.5, 0), (2, 1), (0.5, 0));
        var engine = new FakeEngine(_ => new EngineAnswer("text", "", []));
        await Transcriber().RunAsync(engine, new TrackRequest { Open = () => Open(audio, Rate), RateHz = 8000, Doubled = true }, Cancel);
        short[] own = [.. audio.Where((_, i) => i % 2 == 0)], sent = engine.Pieces.ShouldHaveSingleItem().Samples.ToArray();
        own.AsSpan().IndexOf(sent).ShouldBeGreaterThanOrEqualTo(0);
    }

    [Theory]
    [InlineData(8000)]
    [InlineData(16_000)]
    public async Task Speech_that_is_known_is_not_looked_for_again(int rateHz)
    {
        short[] audio = SpeechWave.Pattern((1, 0), (2, 1), (2, 0), (1, 1), (1, 0));
        var engine = new FakeEngine(_ => new EngineAnswer("text", "", []));
        Transcript made = await Transcriber().RunAsync(engine, new TrackRequest { Open = () => Open(audio, Rate), RateHz = rateHz, Speech = new KnownSpeech("silero", [(5, 6)], 7) }, Cancel);
        (made.SpeechDetector, made.SpeechSeconds, made.DurationSeconds).ShouldBe(("silero", 1, 7));
        made.Segments.ShouldHaveSingleItem().StartSeconds.ShouldBe(5, 0.01);
        engine.Pieces.ShouldHaveSingleItem().Seconds.ShouldBe(1.3, 0.2);
    }

    private static TrackTranscriber Transcriber(Action<TranscriptionOptions>? configure = null)
    {
        var options = new TranscriptionOptions();
        configure?.Invoke(options);
        return new TrackTranscriber(options, new EnergySpeech());
    }

    private static Task<Transcript> Run(ITranscriber engine, short[] audio, Action<TranscriptionOptions>? configure = null, CancellationToken? cancel = null) =>
        Transcriber(configure).RunAsync(engine, new TrackRequest { Open = () => Open(audio, Rate), Track = "inbound" }, cancel ?? Cancel);

    private static WaveReader Open(short[] audio, int rate)
    {
        var file = new MemoryStream();
        using (var writer = new WaveWriter(file, WaveFormat.Pcm16(rate), leaveOpen: true)) writer.Write(audio);
        file.Position = 0;
        return new WaveReader(file);
    }
}
