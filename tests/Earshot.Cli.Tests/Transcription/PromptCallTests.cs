using System.Text.Json;
using System.Text.Json.Nodes;
using Earshot.Engine.Catalog;
using Earshot.Server.Settings;
using Earshot.Testing;

namespace Earshot.Cli.Tests.Transcription;

/// <summary>Recorded prompts go in as phone calls by <c>earshot call</c> and come out as text by a recogniser that nobody here wrote.</summary>
[Collection(Process.WholeMachine.Name)]
public sealed class PromptCallTests : IDisposable
{
    private const int Calls = 4;
    private const double PlaceTolerance = 0.15;
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "earshot.dll");

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Twenty_sentences_come_out_word_for_word_on_the_right_side_at_the_right_place()
    {
        await using SpeechEndpoint recogniser = await Recogniser.StartAsync(Prompts.English);
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => Use(s, recogniser));
        IReadOnlyList<SpokenPrompt>[] spoken = [.. Prompts.English.All.Chunk(Prompts.English.All.Count / Calls).Select((p, i) => SpokenPrompts.Write(Prompts.English, p, folder.Sub($"in{i}.wav"), folder.Sub($"out{i}.wav")))];
        string[] calls = await Task.WhenAll(Enumerable.Range(0, Calls).Select(i => Place(server, folder.Sub($"in{i}.wav"), folder.Sub($"out{i}.wav"))));

        var wrong = new List<string>();
        for (int i = 0; i < Calls; i++) wrong.AddRange(Differences($"call {i}", await Transcript(server, calls[i]), spoken[i]));
        wrong.Count.ShouldBeLessThanOrEqualTo(2, string.Join('\n', wrong));
    }

    /// <summary>Days and months, in a call that says which language it is in; the recogniser knows the words of the language that it is asked in, and no other.</summary>
    [Theory]
    [InlineData("fr")]
    [InlineData("es")]
    public async Task French_and_Spanish_words_come_out_in_the_language_of_the_call(string language)
    {
        PromptSet voice = new[] { Prompts.French, Prompts.Spanish }.Single(v => v.Language == language);
        await using SpeechEndpoint recogniser = await Recogniser.StartAsync(Prompts.French, Prompts.Spanish);
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => Use(s, recogniser));
        IReadOnlyList<SpokenPrompt> spoken = SpokenPrompts.Write(voice, voice.All, folder.Sub("in.wav"), folder.Sub("out.wav"));
        JsonNode call = await Transcript(server, await Place(server, folder.Sub("in.wav"), folder.Sub("out.wav"), "--param", $"language={language}"));
        IReadOnlyList<string> wrong = Differences(language, call, spoken);
        wrong.Count.ShouldBeLessThanOrEqualTo(1, string.Join('\n', wrong));
        recogniser.Received.ShouldAllBe(s => s.Fields["language"] == language);
        string found = await server.Client.GetStringAsync($"/api/calls?q={(language == "fr" ? "décembre" : "miercoles")}", Cancel);
        JsonNode.Parse(found)!["calls"]!.AsArray().Count.ShouldBe(1, found);
    }

    /// <summary>What of the prompts does not stand in the transcript, or not on its side, or not in its place.</summary>
    private static List<string> Differences(string name, JsonNode call, IReadOnlyList<SpokenPrompt> spoken)
    {
        var wrong = new List<string>();
        JsonArray lines = call["lines"]!.AsArray();
        var left = lines.Select(l => l!).ToList();
        foreach (SpokenPrompt prompt in spoken)
        {
            JsonNode? line = left.Find(l => (string)l["text"]! == prompt.Text && (string)l["track"]! == prompt.Track);
            if (line is null)
            {
                wrong.Add($"{name}, {prompt.Track}: '{prompt.Text}' not in {string.Join(" | ", lines.Select(l => $"{l!["track"]} '{l["text"]}'"))}");
                continue;
            }
            left.Remove(line);
            double start = (double)line["inRecordingSeconds"]!, end = start + (double)line["endSeconds"]! - (double)line["startSeconds"]!;
            if (Math.Abs(start - prompt.StartSeconds) > PlaceTolerance || Math.Abs(end - prompt.EndSeconds) > PlaceTolerance)
                wrong.Add($"{name}, {prompt.Track}: '{prompt.Text}' from {start:0.000} to {end:0.000}, truly from {prompt.StartSeconds:0.000} to {prompt.EndSeconds:0.000}");
            ((bool)line["doubted"]!).ShouldBeFalse(line.ToJsonString());
        }
        return wrong;
    }

    private static void Use(EarshotSettings settings, SpeechEndpoint recogniser)
    {
        settings.Transcription.Engine = "openai";
        settings.Transcription.Language = "en";
        settings.Transcription.OpenAi.BaseUrl = recogniser.BaseUrl;
    }

    private static async Task<string> Place(EarshotTestServer server, string inbound, string outbound, params string[] more)
    {
        string[] arguments = [Program, "call", $"ws://{server.BaseAddress.Authority}/twilio/media", "--say", inbound, "--answer", outbound, "--auth-token", EarshotTestServer.AuthToken, "--json", .. more];
        (string output, string errors, int exit) = await Task.Run(() => Tools.Run("dotnet", arguments), Cancel);
        exit.ShouldBe(0, errors);
        return (string)Find(JsonNode.Parse(output)!, "callSid")!;
    }

    /// <summary>The first value of that name, wherever it stands.</summary>
    private static JsonNode? Find(JsonNode? node, string name) => node switch
    {
        JsonObject o => o[name] ?? o.Select(p => Find(p.Value, name)).FirstOrDefault(v => v is not null),
        JsonArray a => a.Select(v => Find(v, name)).FirstOrDefault(v => v is not null),
        _ => null,
    };

    private static async Task<JsonNode> Transcript(EarshotTestServer server, string callSid)
    {
        AfterWorkStore work = server.Get<AfterWorkStore>();
        for (int i = 0; i < 1200 && work.Find(callSid)?.State is not (AfterWorkStates.Done or AfterWorkStates.Failed); i++) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
        string json = await server.Client.GetStringAsync($"/api/calls/{callSid}/transcript", Cancel);
        JsonNode call = JsonNode.Parse(json)!;
        ((string)call["state"]!).ShouldBe("text", json);
        return call;
    }
}
