using System.Text.Json;
using Earshot.Testing;

namespace Earshot.Cli.Tests.Commands;

public sealed class ModelsCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Models_are_listed_and_what_is_missing_is_said()
    {
        (string output, _, int exit) = Earshot("models list --json");
        exit.ShouldBe(0);
        JsonElement first = JsonDocument.Parse(output).RootElement[0];
        (first.GetProperty("name").GetString(), first.GetProperty("path").ValueKind).ShouldBe(("tiny", JsonValueKind.Null));
        (output, _, exit) = Earshot($"models check --data {folder.Path} --set Transcription:Whisper:Library={folder.Sub("none.so")}");
        exit.ShouldBe(ExitCodes.Findings);
        output.ShouldContain($"MISSING library: whisper.cpp's library is not at {folder.Sub("none.so")}");
        output.ShouldContain("MISSING model in use: the model 'base' is not here");
    }

    [Fact]
    public void A_model_that_cannot_be_fetched_is_named_with_what_to_do()
    {
        (_, string errors, int exit) = Earshot("models get nothing");
        (exit, errors).ShouldBe((ExitCodes.Usage, "earshot models get: there is no model 'nothing'; there are " + string.Join(", ", Whisper.WhisperModels.All.Select(m => m.Name)) + "\n"));
        (_, errors, exit) = Earshot("models get tiny --source http://127.0.0.1:1/m");
        exit.ShouldBe(ExitCodes.Findings);
        errors.ShouldStartWith("earshot models get: http://127.0.0.1:1/m/ggml-tiny.bin could not be fetched: ");
        errors.ShouldContain(folder.Path);
        (_, errors, exit) = Earshot("models get tiny --source here");
        (exit, errors).ShouldBe((ExitCodes.Usage, "earshot models get: --source 'here' is not an address such as https://mirror.example.com/models\n"));
    }

    public void Dispose() => folder.Dispose();

    private (string Output, string Errors, int Exit) Earshot(string arguments) =>
        Tools.Run("sh", ["-c", $"XDG_CACHE_HOME='{folder.Path}' exec dotnet '{typeof(ExitCodes).Assembly.Location}' {arguments}"]);
}
