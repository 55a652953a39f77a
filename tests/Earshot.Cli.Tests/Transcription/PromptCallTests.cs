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
        await using SpeechEndpoint recogniser = await Recogniser.StartAsync();
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => Use(s, recogniser));
        IReadOnlyList<SpokenPrompt>[] spoken = [.. Prompts.All.Chunk(Prompts.All.Count / Calls).Select((p, i) => SpokenPrompts.Write(p, folder.Sub($"in{i}.wav"), folder.Sub($"out{i}.wav")))];
        string[] calls = await Task.WhenAll(Enumerable.Range(0, Calls).Select(i => Place(server, folder.Sub($"in{i}.wav"), folder.Sub($"out{i}.wav"))));

        var wrong = new List<string>();
        for (int i = 0; i < Calls; i++)
        {
            JsonNode call = await Transcript(server, calls[i]);
            JsonArray lines = call["lines"]!.AsArray();
            var left = lines.Select(l => l!).ToList();
            foreach (SpokenPrompt prompt in spoken[i])
            {
                JsonNode? line = left.Find(l => (string)l["text"]! == prompt.Text && (string)l["track"]! == prompt.Track);
                if (line is null)
                {
                    wrong.Add($"call {i}, {prompt.Track}: '{prompt.Text}' not in {string.Join(" | ", lines.Select(l => $"{l!["track"]} '{l["text"]}'"))}");
                    continue;
                }
                left.Remove(line);
                double start = (double)line["inRecordingSeconds"]!, end = start + (double)line["endSeconds"]! - (double)line["startSeconds"]!;
                if (Math.Abs(start - prompt.StartSeconds) > PlaceTolerance || Math.Abs(end - prompt.EndSeconds) > PlaceTolerance)
                    wrong.Add($"call {i}, {prompt.Track}: '{prompt.Text}' from {start:0.000} to {end:0.000}, truly from {prompt.StartSeconds:0.000} to {prompt.EndSeconds:0.000}");
                ((bool)line["doubted"]!).ShouldBeFalse(line.ToJsonString());
            }
        }
        wrong.Count.ShouldBeLessThanOrEqualTo(2, string.Join('\n', wrong));
    }

    private static void Use(EarshotSettings settings, SpeechEndpoint recogniser)
    {
        settings.Transcription.Engine = "openai";
        settings.Transcription.Language = "en";
        settings.Transcription.OpenAi.BaseUrl = recogniser.BaseUrl;
    }

    private static async Task<string> Place(EarshotTestServer server, string inbound, string outbound)
    {
        string[] arguments = [Program, "call", $"ws://{server.BaseAddress.Authority}/twilio/media", "--say", inbound, "--answer", outbound, "--auth-token", EarshotTestServer.AuthToken, "--json"];
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
