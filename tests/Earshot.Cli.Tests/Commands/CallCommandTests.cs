using System.CommandLine;
using System.Text.Json;
using Earshot.Cli.Commands;
using Earshot.Cli.Output;
using Earshot.Engine.Calling;
using Earshot.Testing;

namespace Earshot.Cli.Tests.Commands;

public sealed class CallCommandTests
{
    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("ftp://example.com/")]
    [InlineData("ws://x/ --loss 101%")]
    [InlineData("ws://x/ --loss some")]
    [InlineData("ws://x/ --burst 5")]
    [InlineData("ws://x/ --burst 5s@")]
    [InlineData("ws://x/ --jitter -5ms")]
    [InlineData("ws://x/ --calls 0")]
    [InlineData("ws://x/ --speed 0")]
    [InlineData("ws://x/ --no-stop loudly")]
    [InlineData("ws://x/ --param speaker")]
    [InlineData("ws://x/ --loud")]
    public void Wrong_usage_is_told(string line) => Parse(line).Errors.ShouldNotBeEmpty();

    [Theory]
    [InlineData("ws://127.0.0.1:5080/twilio/media")]
    [InlineData("https://example.com/twilio/voice --say a.wav --answer b.wav --calls 20 --spread 5s --speed 10x")]
    [InlineData("ws://x/ --loss 3% --duplicate 1 --reorder 0.5% --lost-stretch 500ms@5s --burst 233ms --jitter 30ms --drop-socket 5s")]
    [InlineData("ws://x/ --no-stop --gain -20 --from +15551 --to +15552 --param a=b --param c=d=e --auth-token t --account-sid AC1 --seed 7 --json")]
    [InlineData("ws://x/ --no-stop silent --duration 2m")]
    [InlineData("ws://x/ --connect --dtmf 12#@5s --save heard.wav")]
    public void Right_usage_is_taken(string line) => Parse(line).Errors.ShouldBeEmpty();

    [Fact]
    public async Task A_refusal_is_told_in_the_words_of_its_problem_document()
    {
        using var folder = new TemporaryFolder();
        using ServerProcess server = await ServerProcess.StartAsync(folder.Sub("recordings"), folder.Sub("data"));
        (string output, string errors, int exit) = Tools.Run("dotnet", [Path.Combine(AppContext.BaseDirectory, "earshot.dll"), "call", server.Webhook, "--say", "silence", "--auth-token", "another"]);
        exit.ShouldBe(ExitCodes.Findings, errors);
        output.ShouldContain("webhook refused");
        output.ShouldMatch(@"answered 403: [^{}""]+\. [^{}""]+ Is it the same auth token\?");
        output.ShouldNotContain("…");
    }

    [Theory]
    [InlineData("233ms", 233)]
    [InlineData("1.5s", 1500)]
    [InlineData("2m", 120_000)]
    [InlineData("0s", 0)]
    public void Times_have_a_unit(string text, double ms)
    {
        CallOptions.TryTime(text, out TimeSpan time).ShouldBeTrue();
        time.TotalMilliseconds.ShouldBe(ms);
    }

    [Theory]
    [InlineData("--dtmf 12x", "keys of 0-9")]
    [InlineData("--dtmf 1@soon", "keys of 0-9")]
    [InlineData("--save a.wav --calls 2", "--save takes one call")]
    public void Wrong_use_of_a_two_way_stream_is_said(string line, string words) => Parse("ws://x/ " + line).Errors.ShouldHaveSingleItem().Message.ShouldContain(words);

    [Fact]
    public async Task A_call_that_fails_exits_with_1_and_a_bad_file_with_64()
    {
        (await Parse("ws://127.0.0.1:1/ --say silence --json").InvokeAsync(cancellationToken: TestContext.Current.CancellationToken)).ShouldBe(ExitCodes.Findings);
        (await Parse("ws://127.0.0.1:1/ --say /no/such.wav").InvokeAsync(cancellationToken: TestContext.Current.CancellationToken)).ShouldBe(ExitCodes.Usage);
    }

    [Fact]
    public void A_result_is_one_line_of_JSON_or_readable()
    {
        var result = new SimulatedCallResult
        {
            Outcome = SimulatedCallOutcome.Completed,
            CallSid = "CA1",
            Seconds = 4,
            Seed = 7,
            Streams =
            [
                new SimulatedStreamResult
                {
                    StreamSid = "MZ1",
                    Url = "ws://x/",
                    CloseCode = 1000,
                    Tracks = [new SimulatedTrackResult("inbound", 190, 10, 2, 0, 57, 4, "ab")],
                },
            ],
        };
        using var json = new StringWriter();
        CallReport.Write(json, result, json: true, brief: true);
        json.ToString().TrimEnd().ShouldNotContain('\n');
        JsonElement line = JsonDocument.Parse(json.ToString()).RootElement;
        line.GetProperty("outcome").GetString().ShouldBe("completed");
        line.GetProperty("streams")[0].GetProperty("tracks")[0].GetProperty("muLawSha256").GetString().ShouldBe("ab");

        using var text = new StringWriter();
        CallReport.Write(text, result, json: false, brief: false);
        text.ToString().ReplaceLineEndings("\n").ShouldBe(
            "CA1  completed, 4.00 s, seed 7\n"
            + "  MZ1  ws://x/  closed with 1000\n"
            + "    inbound   190 frames, 4.00 s from 57 ms, 10 lost, 2 twice, sha256 ab\n");
        CallReport.Summary([result, result with { Outcome = SimulatedCallOutcome.WebhookRefused }])
            .ShouldBe("2 calls: 1 completed, 1 webhook refused");
    }

    private static ParseResult Parse(string line)
        => CallCommand.Create().Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
