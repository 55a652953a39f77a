using System.Text;
using Earshot.Audio.Detection;
using Earshot.Engine.Transcription;
using Earshot.Testing;
using Microsoft.AspNetCore.Http;

namespace Earshot.Engine.Tests.Transcription;

/// <summary>The engine over HTTP: what it sends, and one clear error for every answer that is no transcript.</summary>
public sealed class EndpointTests
{
    private static readonly SpeechPiece Second = new(new short[16_000], 16_000);
    private static readonly TranscribeRequest Plain = new("", "");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Model_language_prompt_key_and_audio_are_sent_and_words_come_back()
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.StartAsync((_, context) => SpeechEndpoint.Say(context, new
        {
            text = " Hello there. General. ",
            language = "english",
            segments = new[] { new { start = 0.0, end = 0.5, text = " Hello there.", avg_logprob = -0.25, no_speech_prob = 0.02 }, new { start = 0.5, end = 0.9, text = " General.", avg_logprob = -0.5, no_speech_prob = 0.03 } },
            words = new[] { new { word = "Hello", start = 0.0, end = 0.2 }, new { word = "there", start = 0.2, end = 0.45 }, new { word = "General", start = 0.55, end = 0.9 } },
        }));
        using var engine = Engine(endpoint.BaseUrl, o => (o.OpenAi.ApiKey, o.OpenAi.Model) = ("key-1", "large"));
        EngineAnswer answer = await engine.TranscribeAsync(new SpeechPiece(Enumerable.Range(0, 8000).Select(i => (short)i).ToArray(), 8000), new TranscribeRequest("fr", "Earshot"), Cancel);
        answer.Text.ShouldBe("Hello there. General.");
        answer.Language.ShouldBe("en");
        answer.Segments.Select(s => (s.Text, s.Words.Count, s.AverageLogProbability)).ShouldBe([("Hello there.", 2, -0.25), ("General.", 1, -0.5)]);
        SentSpeech sent = endpoint.Received.ShouldHaveSingleItem();
        sent.Path.ShouldBe("/v1/audio/transcriptions");
        sent.Authorization.ShouldBe("Bearer key-1");
        (sent.SampleRateHz, sent.Samples.Length, sent.Samples[7999]).ShouldBe((8000, 8000, (short)7999));
        sent.Fields["model"].ShouldBe("large");
        sent.Fields["response_format"].ShouldBe("verbose_json");
        sent.Fields["timestamp_granularities[]"].ShouldBe("word,segment");
        sent.Fields["language"].ShouldBe("fr");
        sent.Fields["prompt"].ShouldBe("Earshot");
    }

    [Fact]
    public async Task A_model_that_gives_text_alone_is_asked_for_that_from_then_on()
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.StartAsync(async (sent, context) =>
        {
            if (sent.Fields["response_format"] == "json")
            {
                await SpeechEndpoint.Say(context, new { text = "plain" });
                return;
            }
            context.Response.StatusCode = 400;
            await SpeechEndpoint.Say(context, new { error = new { message = "response_format 'verbose_json' is not compatible with this model" } });
        });
        using var engine = Engine(endpoint.BaseUrl);
        (await engine.TranscribeAsync(Second, Plain, Cancel)).Text.ShouldBe("plain");
        (await engine.TranscribeAsync(Second, Plain, Cancel)).Text.ShouldBe("plain");
        endpoint.Received.Count.ShouldBe(3);
    }

    /// <summary>JSON has numbers that no computer has, and an endpoint may place a word anywhere.</summary>
    [Fact]
    public async Task Numbers_without_sense_become_unknown_and_nothing_stands_outside_its_piece()
    {
        const string body = """
            {"text":"one two three","language":"english","segments":[{"start":-1e999,"end":1e999,"text":"one two three","avg_logprob":-1e999,"no_speech_prob":7}],
             "words":[{"word":"one","start":0.1,"end":1e999,"probability":1e999},{"word":"two","start":500,"end":500.5,"probability":0.5},{"word":"three","start":-3,"end":-2}]}
            """;
        await using SpeechEndpoint endpoint = await SpeechEndpoint.StartAsync(async (_, context) =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body);
        });
        using var engine = Engine(endpoint.BaseUrl);
        EngineAnswer answer = await engine.TranscribeAsync(Second, Plain, Cancel);
        PlacedSegment placed = SegmentPlacer.Place(new SpeechStretch(new SampleRange(16_000, 16_000), [new SampleRange(17_000, 10_000)]), Second with { SampleRateHz = 16_000 }, answer).ShouldHaveSingleItem();
        TranscriptSegment segment = placed.Weigh(null);
        segment.Words.ShouldAllBe(w => w.StartSeconds >= 1 && w.EndSeconds >= w.StartSeconds && w.EndSeconds <= 2);
        segment.StartSeconds.ShouldBeGreaterThanOrEqualTo(1);
        segment.EndSeconds.ShouldBeLessThanOrEqualTo(2);
        TranscriptJson.Text(new Transcript { State = TranscriptStates.Text, Engine = "openai", Model = "m", Segments = [segment] }).ShouldContain("one two three");
    }

    /// <summary>Status, content type, body, what the error must say, and whether it may pass.</summary>
    public static TheoryData<int, string, string, string, bool> BadAnswers => new()
    {
        { 200, "text/html", "<!doctype html><html><body>Welcome</body></html>", "a web page", false },
        { 200, "application/json", "<html>proxy</html>", "a web page", false },
        { 200, "application/json", new string('x', 10 << 20), "more than 1 MB", false },
        { 200, "application/json", "", "nothing in it", true },
        { 200, "application/json", "   ", "nothing in it", true },
        { 200, "application/json", "{\"text\": \"cut of", "not JSON of a transcript", false },
        { 200, "text/plain", "hello", "not JSON of a transcript", false },
        { 200, "application/json", "[1,2]", "not JSON of a transcript", false },
        { 200, "application/json", "{\"task\":\"transcribe\"}", "no 'text'", false },
        { 200, "application/json", "null", "no 'text'", false },
        { 401, "application/json", "{\"error\":{\"message\":\"Incorrect API key\"}}", "set OPENAI_API_KEY", false },
        { 403, "text/plain", "no", "set OPENAI_API_KEY", false },
        { 404, "application/json", "{\"error\":\"File Not Found (/v1/audio)\"}", "File Not Found", false },
        { 413, "text/html", "<html>413</html>", "Transcription:LongestPiece", false },
        { 422, "application/json", "{\"detail\":\"no such language\"}", "no such language", false },
        { 301, "text/plain", "", "sends on to another address", false },
        { 429, "application/json", "{\"error\":{\"message\":\"Rate limit\"}}", "Transcription:Parallel", true },
        { 500, "text/plain", "oops", "oops", true },
        { 503, "text/html", "<html>busy</html>", "failed (503)", true },
    };

    [Theory]
    [MemberData(nameof(BadAnswers), DisableDiscoveryEnumeration = true)]
    public async Task Every_bad_answer_has_one_clear_error(int status, string type, string body, string says, bool mayPass)
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.StartAsync(async (_, context) =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            await context.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(body));
        });
        using var engine = Engine(endpoint.BaseUrl, o => o.MostAttempts = 1);
        TranscriptionException error = await Should.ThrowAsync<TranscriptionException>(() => engine.TranscribeAsync(Second, Plain, Cancel));
        error.Message.ShouldStartWith(endpoint.BaseUrl + "/audio/transcriptions ");
        error.Message.ShouldContain(says);
        error.Message.ShouldNotContain("\n");
        error.Message.Length.ShouldBeLessThan(400);
        error.MayPass.ShouldBe(mayPass);
        endpoint.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_key_that_is_refused_is_not_blamed_on_a_missing_one_and_never_shown()
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.StartAsync((_, context) =>
        {
            context.Response.StatusCode = 401;
            return SpeechEndpoint.Say(context, new { error = new { message = "Incorrect API key" } });
        });
        using var engine = Engine(endpoint.BaseUrl, o => o.OpenAi.ApiKey = "secret-key");
        TranscriptionException error = await Should.ThrowAsync<TranscriptionException>(() => engine.TranscribeAsync(Second, Plain, Cancel));
        error.Message.ShouldContain("does not take the key (401): 'Incorrect API key'");
        error.Message.ShouldNotContain("secret-key");
    }

    [Fact]
    public async Task A_busy_endpoint_is_tried_again_when_it_says_and_no_more_often_than_set()
    {
        int calls = 0;
        await using SpeechEndpoint endpoint = await SpeechEndpoint.StartAsync((_, context) =>
        {
            if (Interlocked.Increment(ref calls) == 3) return SpeechEndpoint.Say(context, new { text = "at last" });
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "0";
            return Task.CompletedTask;
        });
        using var engine = Engine(endpoint.BaseUrl, o => o.MostAttempts = 3);
        (await engine.TranscribeAsync(Second, Plain, Cancel)).Text.ShouldBe("at last");
        calls = -10;
        (await Should.ThrowAsync<TranscriptionException>(() => engine.TranscribeAsync(Second, Plain, Cancel))).Message.ShouldContain("(429)");
        calls.ShouldBe(-7);
    }

    [Fact]
    public async Task One_that_never_answers_and_one_that_never_ends_are_given_up()
    {
        await using SpeechEndpoint silent = await SpeechEndpoint.StartAsync((_, context) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using SpeechEndpoint endless = await SpeechEndpoint.StartAsync(async (_, context) =>
        {
            await context.Response.WriteAsync("{\"text\": \"");
            using var drip = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            while (await drip.WaitForNextTickAsync(context.RequestAborted)) await context.Response.WriteAsync("a", context.RequestAborted);
        });
        foreach (SpeechEndpoint endpoint in (SpeechEndpoint[])[silent, endless])
        {
            using var engine = Engine(endpoint.BaseUrl, o => (o.Timeout, o.MostAttempts) = (TimeSpan.FromMilliseconds(300), 1));
            TranscriptionException error = await Should.ThrowAsync<TranscriptionException>(() => engine.TranscribeAsync(Second, Plain, Cancel));
            error.Message.ShouldContain("did not answer within 0.3 s");
            error.Message.ShouldContain("Transcription:Timeout");
            error.MayPass.ShouldBeTrue();
        }
    }

    [Fact]
    public async Task The_deadline_ends_all_attempts_and_says_what_the_last_one_met()
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.StartAsync((_, context) =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = "3600";
            return Task.CompletedTask;
        });
        using var engine = Engine(endpoint.BaseUrl, o => o.Deadline = TimeSpan.FromMilliseconds(500));
        TranscriptionException error = await Should.ThrowAsync<TranscriptionException>(() => engine.TranscribeAsync(Second, Plain, Cancel));
        error.Message.ShouldContain("failed (503)");
        error.Message.ShouldContain("given up after 0.5 s (Transcription:Deadline)");
    }

    [Fact]
    public async Task Nobody_there_is_said_and_a_call_off_is_no_error_of_the_endpoint()
    {
        using var nobody = Engine("http://127.0.0.1:1/v1", o => o.MostAttempts = 1);
        TranscriptionException error = await Should.ThrowAsync<TranscriptionException>(() => nobody.TranscribeAsync(Second, Plain, Cancel));
        error.Message.ShouldContain("http://127.0.0.1:1/v1/audio/transcriptions cannot be reached");
        error.MayPass.ShouldBeTrue();

        var asked = new TaskCompletionSource();
        await using SpeechEndpoint silent = await SpeechEndpoint.StartAsync((_, context) =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        using var engine = Engine(silent.BaseUrl);
        using var off = new CancellationTokenSource();
        Task<EngineAnswer> work = engine.TranscribeAsync(Second, Plain, off.Token);
        await asked.Task;
        await off.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => work);
    }

    private static OpenAiTranscriber Engine(string baseUrl, Action<TranscriptionOptions>? configure = null)
    {
        var options = new TranscriptionOptions { Engine = TranscriptionOptions.OpenAiEngine };
        options.OpenAi.BaseUrl = baseUrl;
        configure?.Invoke(options);
        return new OpenAiTranscriber(options, TimeProvider.System);
    }
}
