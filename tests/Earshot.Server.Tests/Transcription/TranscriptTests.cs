using Microsoft.Extensions.DependencyInjection;
using Earshot.Audio.Detection;
using System.Text.Json.Nodes;
using Earshot.Audio.Wave;
using Earshot.Engine.Access;
using Earshot.Engine.AfterCall;
using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;
using Earshot.Engine.Ingest;
using Earshot.Engine.Transcription;
using Earshot.Server.Calls;
using Earshot.Server.Settings;
using Earshot.Server.Tests.Calls;
using Earshot.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;

namespace Earshot.Server.Tests.Transcription;

/// <summary>The words of calls: made by themselves, kept, found, shown and deleted.</summary>
public sealed class TranscriptTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_is_written_down_by_itself_and_catalog_manifest_api_and_page_have_its_words()
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.SayingAsync("The invoice is on its way, señor.");
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => Use(s, endpoint));
        (string callSid, string recording) = await Record(server);

        JsonNode made = await server.GetJson($"/api/recordings/{recording}/transcript");
        (made.Text("state"), made["stale"]!.GetValue<bool>()).ShouldBe(("text", false));
        JsonNode segment = made["transcript"]!["segments"]!.AsArray().ShouldHaveSingleItem()!;
        segment.Text("text").ShouldBe("The invoice is on its way, señor.");
        segment.Number("startSeconds").ShouldBe(1, 0.1);
        JsonNode manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(server.Recordings, recording + ".json"), Cancel))!;
        JsonNode.DeepEquals(manifest["transcription"]!["segments"], made["transcript"]!["segments"]).ShouldBeTrue();
        manifest["transcription"].Text("state").ShouldBe("text");

        JsonNode call = await server.GetJson($"/api/calls/{callSid}/transcript");
        call["lines"]!.AsArray().ShouldHaveSingleItem().Text("recordingId").ShouldBe(recording);
        (await Text(server, $"/api/calls/{callSid}/transcript?format=txt")).ShouldMatch(@"^\[0:0[01]\.[09]\] technician: The invoice is on its way, señor\.\n$");
        (await Text(server, $"/api/calls/{callSid}/transcript", "application/x-subrip")).ShouldMatch(@"^1\n00:00:0[01],\d{3} --> 00:00:0[34],\d{3}\ntechnician: The invoice");
        (await Text(server, $"/api/recordings/{recording}/transcript?format=vtt")).ShouldMatch(@"^WEBVTT\n\n00:00:0[01]\.\d{3} --> .*\n<v technician>The invoice");
        (await server.GetJson($"/api/calls/{callSid}/transcript?format=doc", 400)).Text("detail").ShouldContain("doc");
        (await server.GetJson("/api/recordings/none/transcript", 404)).ShouldNotBeNull();
        string page = await server.Client.GetStringAsync($"/calls/{callSid}", Cancel);
        page.ShouldContain("The invoice is on its way");
        page.ShouldContain("data-play");
        endpoint.Received.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Calls_are_found_by_what_was_said_and_a_deleted_call_leaves_no_word()
    {
        int number = 0;
        string[] texts = ["the blue elephant arrives on Tuesday", "l'éléphant bleu arrive mardi"];
        await using SpeechEndpoint endpoint = await SpeechEndpoint.StartAsync((_, context) => SpeechEndpoint.Say(context, new { text = texts[Interlocked.Increment(ref number) - 1] }));
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => Use(s, endpoint));
        (string english, _) = await Record(server);
        (string french, _) = await Record(server, 1.5);

        (await Search(server, "elephant")).ShouldBe([french, english], ignoreOrder: true);
        (await Search(server, "blue eleph")).ShouldBe([english]);
        (await Search(server, "\"elephant blue\"")).ShouldBe([]);
        (await Search(server, "\"blue elephant\" tuesday")).ShouldBe([english]);
        (await Search(server, "ÉLÉPHANT bleu")).ShouldBe([french]);
        foreach (string odd in (string[])["\"", "*", "a AND NOT", "NEAR(", "text:x", "-", "(((", "\"blue"]) (await Search(server, odd)).ShouldBeSubsetOf([english, french]);
        JsonNode list = await server.GetJson("/api/calls?text=tuesday");
        list["calls"]![0]!["said"]!.AsArray().Single(p => p!["found"]!.GetValue<bool>()).Text("text").ShouldBe("Tuesday");
        (await server.Client.GetStringAsync("/?text=tuesday", Cancel)).ShouldContain("<mark>Tuesday</mark>");
        (await server.Client.GetStringAsync("/?text=tuesday%00", Cancel)).ShouldContain("<mark>Tuesday</mark>");
        (await server.GetJson("/api/calls?text=a%00b")).Sids().ShouldBeEmpty();
        (await server.Client.GetStringAsync("/?text=%3Cscript%3E", Cancel)).ShouldNotContain("<script>e");

        server.Get<RecordingAccess>().Delete(new Principal("test", "the test"), english).ShouldBe(DeleteOutcome.Deleted);
        (await Search(server, "elephant")).ShouldBe([french]);
        using SqliteConnection connection = server.Get<CatalogDatabase>().Open();
        foreach (string query in (string[])["SELECT COUNT(*) FROM transcript_words WHERE transcript_words MATCH 'tuesday'", "SELECT COUNT(*) FROM transcript_segments WHERE text LIKE '%Tuesday%'", "SELECT COUNT(*) FROM transcripts WHERE document LIKE '%Tuesday%'"])
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = query;
            command.ExecuteScalar().ShouldBe(0L, query);
        }
        using SqliteCommand index = connection.CreateCommand();
        index.CommandText = "SELECT COUNT(*) FROM transcript_words_data WHERE CAST(block AS TEXT) LIKE '%tuesday%' OR instr(block, CAST('tuesday' AS BLOB)) > 0";
        index.ExecuteScalar().ShouldBe(0L, "the index itself");
    }

    [Fact]
    public async Task Whoever_reads_or_searches_words_is_written_down_once_and_is_shown_none_that_cannot_be()
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.SayingAsync("The invoice is on its way.");
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => Use(s, endpoint));
        (string callSid, _) = await Record(server);
        for (int i = 0; i < 3; i++) (await server.Client.GetStringAsync($"/calls/{callSid}", Cancel)).ShouldContain("The invoice is on its way");
        server.Get<AccessLog>().Read().Select(e => (e.Who, e.Action, e.Target)).ShouldBe([("local", "read", callSid)]);

        (await server.Client.GetStringAsync("/?text=invoice%20way", Cancel)).ShouldContain("<mark>");
        await server.GetJson("/api/calls?text=%20invoice%20way&limit=1");
        await server.GetJson("/api/calls?text=nobody%20said%20this");
        await server.GetJson("/api/calls?text=%20");
        await server.GetJson("/api/calls");
        server.Get<AccessLog>().Read().Skip(1).Select(e => (e.Action, e.Target)).ShouldBe([("search", "invoice way"), ("search", "nobody said this")]);
        server.Get<AccessLog>().FirstBrokenLine().ShouldBe(0);
    }

    [Fact]
    public async Task Words_whose_reading_cannot_be_written_down_are_not_shown()
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.SayingAsync("The invoice is on its way.");
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => Use(s, endpoint));
        (string callSid, _) = await Record(server);
        Directory.CreateDirectory(server.Get<AccessLog>().Path); // In the way of the file.
        for (int i = 0; i < 2; i++)
        {
            string page = await server.Client.GetStringAsync($"/calls/{callSid}", Cancel);
            page.ShouldContain("access log cannot be written");
            page.ShouldNotContain("invoice");
        }
        foreach (string search in (string[])["/?text=invoice", "/api/calls?text=invoice"])
            ((int)(await server.Client.GetAsync(search, Cancel)).StatusCode).ShouldBe(503, search);
    }

    [Fact]
    public async Task Without_an_engine_nothing_is_sent_and_page_and_api_say_in_a_line_how_to_get_one()
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.SayingAsync("never");
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => (s.Transcription.OpenAi.BaseUrl, s.Transcription.OpenAi.ApiKey) = (endpoint.BaseUrl, "key"));
        (string callSid, string recording) = await Record(server);
        JsonNode made = await server.GetJson($"/api/recordings/{recording}/transcript");
        (made.Text("state"), made.Text("reason")).ShouldBe(("none", TranscriptionOptions.HowToConfigure));
        (await server.Client.GetStringAsync($"/calls/{callSid}", Cancel)).ShouldContain("No transcription engine is chosen");
        endpoint.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Speech_without_text_text_without_speech_and_a_failed_engine_are_told_apart_and_found()
    {
        Func<HttpContext, Task> answer = context => SpeechEndpoint.Say(context, new { text = "" });
        await using SpeechEndpoint endpoint = await SpeechEndpoint.StartAsync((_, context) => answer(context));
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s =>
        {
            Use(s, endpoint);
            s.Transcription.MostAttempts = 1;
            s.Jobs.FirstRetry = TimeSpan.FromMilliseconds(20);
        });
        (string empty, string emptyRecording) = await Record(server);
        (await server.GetJson($"/api/calls/{empty}/transcript")).Text("state").ShouldBe("speech-without-text");
        (await Findings(server, emptyRecording)).ShouldContain("speech-without-text");

        answer = context => SpeechEndpoint.Say(context, new { text = "x", segments = new[] { new { start = 2.35, end = 2.5, text = "Thanks for watching!" } } });
        (string invented, string inventedRecording) = await Record(server, 1.1);
        (await server.GetJson($"/api/calls/{invented}/transcript"))["lines"]![0]!["withoutSpeech"]!.GetValue<bool>().ShouldBeTrue();
        (await Findings(server, inventedRecording)).ShouldContain("text-without-speech");
        (await Search(server, "watching")).ShouldBeEmpty();
        (await Text(server, $"/api/calls/{invented}/transcript?format=srt")).ShouldBe("");
        (await server.Client.GetStringAsync($"/calls/{invented}", Cancel)).ShouldContain("Not said");

        answer = context =>
        {
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        };
        (string refused, _) = await Record(server, 1.3);
        JsonNode failed = await server.GetJson($"/api/calls/{refused}/transcript");
        (failed.Text("state"), failed.Text("reason")).ShouldBe(("failed", $"{endpoint.BaseUrl}/audio/transcriptions wants a key (401); set OPENAI_API_KEY"));
        server.Get<AfterWorkStore>().Find(refused)!.Attempts.ShouldBe(1, "a refusal does not pass by itself");
    }

    [Fact]
    public async Task What_may_pass_is_tried_again_and_silence_is_no_speech()
    {
        int calls = 0;
        await using SpeechEndpoint endpoint = await SpeechEndpoint.StartAsync((_, context) =>
        {
            if (Interlocked.Increment(ref calls) > 2) return SpeechEndpoint.Say(context, new { text = "there again" });
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s =>
        {
            Use(s, endpoint);
            s.Transcription.MostAttempts = 1;
            s.Jobs.FirstRetry = TimeSpan.FromMilliseconds(20);
        });
        (string callSid, _) = await Record(server);
        (await server.GetJson($"/api/calls/{callSid}/transcript")).Text("state").ShouldBe("text");
        calls.ShouldBe(3);
        string wav = Path.Combine(server.Data, "silence.wav");
        SpeechWave.Write(wav, new short[40_000]);
        ImportResult silent = server.Get<WaveImport>().Import(wav);
        await Done(server, silent.CallSid);
        (await server.GetJson($"/api/calls/{silent.CallSid}/transcript")).Text("state").ShouldBe("no-speech");
        calls.ShouldBe(3);
    }

    [Fact]
    public async Task Speech_is_looked_for_once_for_analysis_and_words()
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.SayingAsync("once");
        var detector = new CountingDetector();
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => Use(s, endpoint), services => services.AddSingleton<ISpeechDetector>(detector));
        (string callSid, _) = await Record(server);
        (await server.GetJson($"/api/calls/{callSid}/transcript")).Text("state").ShouldBe("text");
        detector.Recordings.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_heard_live_is_compared_once_and_not_at_all_where_it_is_too_long()
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.SayingAsync("once");
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => Use(s, endpoint));
        (string callSid, string recording) = await Record(server);
        TranscriptReader reader = server.Get<TranscriptReader>();
        Heard("once more", 1);
        WordErrors first = reader.OfCall(callSid)!.Sides.Single().Live!;
        first.Insertions.ShouldBe(1);
        reader.OfCall(callSid)!.Sides.Single().Live.ShouldBeSameAs(first);
        Heard("once again more", 2);
        reader.OfCall(callSid)!.Sides.Single().Live!.Insertions.ShouldBe(2);

        string long1 = string.Join(' ', Enumerable.Repeat("word", 25_000));
        Heard(long1, 3);
        Heard(long1, 3, TranscriptKinds.Final);
        (await server.GetJson($"/api/calls/{callSid}/transcript"))["sides"]![0]!["live"].Text("reason").ShouldContain("too long");
        (await Text(server, $"/calls/{callSid}")).ShouldContain("not compared, texts of 25000 and 25000 words are too long");

        void Heard(string text, int minutes, string kind = TranscriptKinds.Live)
        {
            TranscriptStore store = server.Get<TranscriptStore>();
            var said = new Transcript { State = TranscriptStates.Text, Segments = [new TranscriptSegment { Text = text, EndSeconds = 1 }] };
            store.Save(store.Find(recording, TranscriptKinds.Final)! with { Kind = kind, Document = TranscriptJson.Text(said), MadeAt = ManualTimeProvider.Begin.AddMinutes(minutes) }, [text]).ShouldBeTrue();
        }
    }

    private sealed class CountingDetector : ISpeechDetector
    {
        private readonly EnergySpeech energy = new();
        private int recordings;

        public int Recordings => recordings;

        public string Name => "counting";

        public ISpeechFinder OpenRecording(int sampleRateHz)
        {
            Interlocked.Increment(ref recordings);
            return energy.OpenRecording(sampleRateHz);
        }

        public ISpeechListener OpenLive(int sampleRateHz) => energy.OpenLive(sampleRateHz);

        public void Settle(IReadOnlyList<ISpeechListener> listeners) => energy.Settle(listeners);
    }

    [Fact]
    public async Task Words_outlive_an_attempt_that_failed()
    {
        bool refuses = false;
        await using SpeechEndpoint endpoint = await SpeechEndpoint.StartAsync((_, context) =>
        {
            if (!refuses) return SpeechEndpoint.Say(context, new { text = "good words" });
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        });
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => Use(s, endpoint));
        (string callSid, _) = await Record(server);
        refuses = true;
        (await server.Get<TranscriptionStep>().RunAsync(callSid, again: true, null, Cancel)).ShouldAllBe(m => m.Made.State == TranscriptStates.Failed);
        (await server.GetJson($"/api/calls/{callSid}/transcript")).Text("state").ShouldBe("text");
        (await Search(server, "good words")).ShouldBe([callSid]);
    }

    [Fact]
    public async Task A_catalog_built_again_takes_the_words_from_the_manifests_and_pays_for_nothing_twice()
    {
        await using SpeechEndpoint endpoint = await SpeechEndpoint.SayingAsync("kept in the manifest");
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => Use(s, endpoint));
        (string callSid, string recording) = await Record(server);
        server.Get<Reindexer>().Run();
        await Done(server, callSid);
        (await Search(server, "manifest")).ShouldBe([callSid]);
        (await server.GetJson($"/api/recordings/{recording}/transcript")).Text("state").ShouldBe("text");
        endpoint.Received.ShouldHaveSingleItem();

        // The disk took the row and not the manifest.
        ManifestStore manifests = server.Get<ManifestStore>();
        manifests.Write(recording, manifests.ReadRecording(recording)! with { Transcription = null }, durable: false);
        await server.Get<TranscriptionStep>().RunAsync(callSid, again: false, null, Cancel);
        manifests.ReadRecording(recording)!.Transcription!.Value.GetRawText().ShouldContain("kept in the manifest");
        endpoint.Received.ShouldHaveSingleItem();

        TranscriptStore store = server.Get<TranscriptStore>();
        store.StaleCalls(Transcript.CurrentTranscriber, "openai", "whisper-1").ShouldBeEmpty();
        store.StaleCalls("earshot-transcription/0", "openai", "whisper-1").ShouldBe([callSid]);
        store.StaleCalls(Transcript.CurrentTranscriber, "openai", "another").ShouldBe([callSid]);
        await server.Get<TranscriptionStep>().RunAsync(callSid, again: true, "fr", Cancel);
        endpoint.Received.Count.ShouldBe(2);
        endpoint.Received.Last().Fields["language"].ShouldBe("fr");
    }

    [Fact]
    public void A_calls_own_language_goes_before_its_numbers_and_those_before_the_setting()
    {
        var options = new TranscriptionOptions { Language = "en" };
        options.Numbers["+33155501012"] = new TranscriptionNumberOptions { Language = "fr" };
        options.Numbers["+34910000000"] = new TranscriptionNumberOptions { Language = "es" };
        Dictionary<string, string> none = [], spanish = new() { ["language"] = "es" }, nonsense = new() { ["language"] = "<b>" };
        LanguageChoice.Of(options, none, "+1555", "+1666").ShouldBe("en");
        LanguageChoice.Of(options, none, "+33155501012", "+1666").ShouldBe("fr");
        LanguageChoice.Of(options, none, "+33155501012", "+34910000000").ShouldBe("es");
        LanguageChoice.Of(options, spanish, "+33155501012", "").ShouldBe("es");
        LanguageChoice.Of(options, nonsense, "+33155501012", "").ShouldBe("fr");
    }

    [Fact]
    public async Task A_calls_language_comes_from_its_parameter()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        SampleCall sample = await SampleCall.RecordAsync(server, 7, parameters: ("language", "fr"));
        server.Get<TranscriptionStep>().LanguageOf(sample.CallSid).ShouldBe("fr");
    }

    private static void Use(EarshotSettings settings, SpeechEndpoint endpoint)
    {
        settings.Transcription.Engine = "openai";
        settings.Transcription.OpenAi.BaseUrl = endpoint.BaseUrl;
        settings.Analysis.VoiceActivity = "energy"; // The voice of the test is none for a network.
    }

    /// <summary>A call in which somebody speaks from 1 s to 3 s and a little later again, until its work is done.</summary>
    private static async Task<(string CallSid, string Recording)> Record(EarshotTestServer server, double restSeconds = 1)
    {
        string wav = Path.Combine(server.Data, $"voice{restSeconds}.wav");
        SpeechWave.Write(wav, SpeechWave.Pattern((1, 0), (2, 1), (0.5, 0), (0.6, 1), (restSeconds, 0)));
        ImportResult made = server.Get<WaveImport>().Import(wav);
        await Done(server, made.CallSid);
        return (made.CallSid, made.Recordings.ShouldHaveSingleItem());
    }

    private static async Task Done(EarshotTestServer server, string callSid)
    {
        AfterWorkStore store = server.Get<AfterWorkStore>();
        for (int i = 0; i < 600; i++)
        {
            if (store.Find(callSid) is { State: AfterWorkStates.Done or AfterWorkStates.Failed }) return;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
        }
        throw new TimeoutException($"The work after {callSid} is {store.Find(callSid)}");
    }

    private static async Task<string[]> Search(EarshotTestServer server, string text) => (await server.GetJson($"/api/calls?text={Uri.EscapeDataString(text)}")).Sids();

    private static async Task<string[]> Findings(EarshotTestServer server, string recording) =>
        [.. (await server.GetJson($"/api/recordings/{recording}/analysis"))["report"]!["findings"]!.AsArray().Select(f => f.Text("code"))];

    private static async Task<string> Text(EarshotTestServer server, string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null) request.Headers.Accept.ParseAdd(accept);
        using HttpResponseMessage answer = await server.Client.SendAsync(request, Cancel);
        string text = await answer.Content.ReadAsStringAsync(Cancel);
        ((int)answer.StatusCode).ShouldBe(200, text);
        return text;
    }
}
