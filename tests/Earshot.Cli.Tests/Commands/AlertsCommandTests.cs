using System.Text.Json;
using Earshot.Testing;

namespace Earshot.Cli.Tests.Commands;

/// <summary><c>earshot alerts</c> as a process.</summary>
public sealed class AlertsCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_sample_arrives_and_a_refusal_is_said()
    {
        await using HttpSink sink = await HttpSink.StartAsync();
        string[] settings = ["--set", "Alerts:Deliveries:ops:Kind=webhook", "--set", $"Alerts:Deliveries:ops:Url={sink.Url}", "--set", "Alerts:Deliveries:ops:Secret=s", "--set", "Alerts:Rules:disk:When=low-disk", "--set", "Alerts:Rules:disk:Below=5"];
        (string output, _, int exit) = Earshot(["test", "disk", .. settings]);
        (exit, output.StartsWith("ops  sent", StringComparison.Ordinal)).ShouldBe((0, true));
        sink.Received.TryDequeue(out Posted? posted).ShouldBeTrue();
        JsonElement body = JsonDocument.Parse(posted!.Body).RootElement;
        (body.GetProperty("event").GetString(), body.GetProperty("rule").GetString()).ShouldBe(("test", "disk"));
        sink.AnswerNext(403);
        (output, _, exit) = Earshot(["test", "ops", .. settings]);
        exit.ShouldBe(ExitCodes.Findings);
        output.ShouldContain("NOT SENT");
        output.ShouldContain("answered 403");
        (_, string errors, exit) = Earshot(["test", "nobody", .. settings]);
        exit.ShouldBe(ExitCodes.Unreadable);
        errors.ShouldContain("'nobody' is neither a rule nor a delivery of the settings; there are disk, ops");
    }

    private (string Output, string Errors, int ExitCode) Earshot(string[] arguments) => Tools.Run("dotnet", [Path.Combine(AppContext.BaseDirectory, "earshot.dll"), "alerts", .. arguments, "--recordings", folder.Sub("recordings"), "--data", folder.Sub("data")]);
}
