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

    [Fact]
    public async Task The_sample_s_link_leads_where_the_server_listens()
    {
        await using HttpSink sink = await HttpSink.StartAsync();
        string[] settings = ["--set", "Alerts:Deliveries:ops:Kind=webhook", "--set", $"Alerts:Deliveries:ops:Url={sink.Url}", "--set", "Alerts:Deliveries:ops:Secret=s"];
        using (ServerProcess server = await ServerProcess.StartAsync(folder.Sub("recordings"), folder.Sub("data")))
        {
            (await Link(sink, settings)).ShouldBe((server.Url + "/alerts", ""));
            (await Link(sink, [.. settings, "--set", "Alerts:LinkBase=https://earshot.example/"])).ShouldBe(("https://earshot.example/alerts", ""));
            server.Kill();
        }
        (string url, string said) = await Link(sink, [.. settings, "--set", "Server:Urls=http://127.0.0.1:6123"]);
        url.ShouldBe("http://127.0.0.1:6123/alerts", "a killed server's address is not taken");
        said.ShouldContain("no server runs over");
    }

    /// <summary>The link of a sample, and what the command said beside it.</summary>
    private async Task<(string Url, string Said)> Link(HttpSink sink, string[] settings)
    {
        (_, string errors, int exit) = await Task.Run(() => Earshot(["test", "ops", .. settings]));
        exit.ShouldBe(0, errors);
        sink.Received.TryDequeue(out Posted? posted).ShouldBeTrue();
        return (JsonDocument.Parse(posted!.Body).RootElement.GetProperty("url").GetString()!, errors);
    }

    private (string Output, string Errors, int ExitCode) Earshot(string[] arguments) => Tools.Run("dotnet", [Path.Combine(AppContext.BaseDirectory, "earshot.dll"), "alerts", .. arguments, "--recordings", folder.Sub("recordings"), "--data", folder.Sub("data")]);
}
