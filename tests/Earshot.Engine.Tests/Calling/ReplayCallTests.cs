using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Earshot.Engine.Calling;

namespace Earshot.Engine.Tests.Calling;

public sealed class ReplayCallTests : IDisposable
{
    private const string OldStream = "MZ18ad3ab5a668481ce02b83e7395059f0";
    private const string OldCall = "CA5a8e2e54b9d0d2a1e35f4a9d2c1b0a99";

    private static readonly string[] Recorded =
    [
        """{"event":"connected","protocol":"Call","version":"1.0.0"}""",
        $$$"""{ "event":"start", "sequenceNumber":"1","start":{"accountSid":"AC1","streamSid":"{{{OldStream}}}","callSid":"{{{OldCall}}}","customParameters":{"token":"old","call":"{{{OldCall}}}","text":"about {{{OldCall}}}"}},"streamSid":"{{{OldStream}}}"}""",
        $$$"""{"event":"media","sequenceNumber":"2","media":{"track":"inbound","chunk":"1","timestamp":"57","payload":"AAEC"},"streamSid":"{{{OldStream}}}"}""",
        "not JSON",
        $$$"""{"event":"media","sequenceNumber":"4","media":{"track":"inbound","chunk":"3","timestamp":"97","payload":"BgcI"},"streamSid":"{{{OldStream}}}"}""",
        $$$"""{"event":"media","sequenceNumber":"3","media":{"track":"inbound","chunk":"2","timestamp":"77","payload":"A\/QF"},"streamSid":"{{{OldStream}}}"}""",
        $$$"""{"event":"media","sequenceNumber":"3","media":{"track":"inbound","chunk":"2","timestamp":"77","payload":"A\/QF"},"streamSid":"{{{OldStream}}}"}""",
        $$$"""{"event":"stop","sequenceNumber":"5","streamSid":"{{{OldStream}}}","stop":{"accountSid":"AC1","callSid":"{{{OldCall}}}"}}""",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("earshot-replay-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_journal_is_sent_again_with_new_SIDs_and_else_the_same_bytes()
    {
        await using var server = new CalledServer();
        (SimulatedCallResult? result, string? problem) = await ReplayAsync(new ReplayOptions { JournalPath = Journal(), Url = server.Media, Speed = 20 });
        problem.ShouldBeNull();
        result!.Outcome.ShouldBe(SimulatedCallOutcome.Completed, string.Join('\n', result.Errors));
        string stream = result.Streams[0].StreamSid;
        stream.ShouldNotBe(OldStream);
        server.Single().Messages.ShouldBe(Recorded.Select(text => text
            .Replace($"\"{OldStream}\"", $"\"{stream}\"", StringComparison.Ordinal)
            .Replace($"\"{OldCall}\"", $"\"{result.CallSid}\"", StringComparison.Ordinal)));
        server.Single().Messages[1].ShouldContain($"about {OldCall}");
        SimulatedTrackResult track = result.Streams[0].Tracks.ShouldHaveSingleItem();
        (track.FramesSent, track.Duplicates, track.Reordered, track.FirstTimestampMs).ShouldBe((3, 1, 1, 57));
        track.MuLawSha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData((byte[])[0, 1, 2, .. Convert.FromBase64String("A/QF"), 6, 7, 8])));
    }

    [Fact]
    public async Task Same_ids_change_nothing_at_all()
    {
        await using var server = new CalledServer();
        (SimulatedCallResult? result, _) = await ReplayAsync(new ReplayOptions { JournalPath = Journal(), Url = server.Media, SameIds = true, Speed = 20 });
        result!.CallSid.ShouldBe(OldCall);
        result.Streams[0].StreamSid.ShouldBe(OldStream);
        server.Single().Messages.ShouldBe(Recorded);
    }

    [Fact]
    public async Task A_webhook_is_asked_and_its_parameters_travel()
    {
        await using var server = new CalledServer();
        server.Answer($"<Response><Start><Stream url=\"{server.Media}\"><Parameter name=\"token\" value=\"new\"/></Stream></Start></Response>");
        (SimulatedCallResult? result, _) = await ReplayAsync(
            new ReplayOptions { JournalPath = Journal(), Url = server.Voice, AuthToken = CalledServer.Token, Speed = 20 });
        result!.Outcome.ShouldBe(SimulatedCallOutcome.Completed, string.Join('\n', result.Errors));
        server.Requests.ShouldAllBe(request => request.IsSigned);
        server.Requests.First()["CallSid"].ShouldBe(result.CallSid);
        JsonNode start = server.Single().Messages.Where(text => text.Contains("\"start\"", StringComparison.Ordinal)).Select(text => JsonNode.Parse(text)!).Single();
        ((string?)start["start"]!["customParameters"]!["token"]).ShouldBe("new");
        ((string?)start["start"]!["customParameters"]!["call"]).ShouldBe(result.CallSid);
    }

    [Fact]
    public async Task Further_parts_are_found_and_what_is_missing_is_told()
    {
        await using var server = new CalledServer();
        string journal = Journal();
        File.WriteAllText(journal.Replace(".wire.jsonl", ".2.wire.jsonl", StringComparison.Ordinal),
            "{\"us\":200000,\"dir\":\"in\",\"msg\":{\"event\":\"x\"}}\nrubbish\n");
        (SimulatedCallResult? result, _) = await ReplayAsync(new ReplayOptions { JournalPath = journal, Url = server.Media, Speed = 20 });
        server.Single().Messages[^1].ShouldBe("""{"event":"x"}""");
        result!.Errors.ShouldHaveSingleItem().ShouldContain("lacks 1");
    }

    [Fact]
    public async Task A_file_that_is_no_journal_is_told()
    {
        string empty = Path.Combine(_folder, "call_x.wire.jsonl");
        File.WriteAllText(empty, "");
        (await ReplayAsync(new ReplayOptions { JournalPath = empty, Url = "ws://127.0.0.1:1/" })).Problem!.ShouldContain("holds no message");
        (await ReplayAsync(new ReplayOptions { JournalPath = empty + "y", Url = "ws://127.0.0.1:1/" })).Problem!.ShouldContain("cannot be read");
    }

    private static Task<(SimulatedCallResult? Result, string? Problem)> ReplayAsync(ReplayOptions options)
        => new ReplayCall(TimeProvider.System).RunAsync(options, CancellationToken.None);

    private string Journal()
    {
        var text = new StringBuilder();
        text.Append($"{{\"journal\":1,\"streamSid\":\"{OldStream}\",\"callSid\":\"{OldCall}\",\"startedAt\":\"2025-01-01T00:00:00Z\",\"zeroAt\":\"2025-01-01T00:00:00Z\"}}\n");
        for (int i = 0; i < Recorded.Length; i++)
        {
            bool isJson = Recorded[i].StartsWith('{');
            string message = isJson ? $"\"msg\":{Recorded[i]}" : $"\"b64\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(Recorded[i]))}\"";
            text.Append($"{{\"us\":{i * 20_000},\"dir\":\"in\",{message}}}\n");
            text.Append($"{{\"us\":{i * 20_000},\"dir\":\"out\",\"msg\":{JsonSerializer.Serialize("not this")}}}\n");
        }

        string path = Path.Combine(_folder, $"call_{OldStream}_20250101_000000.wire.jsonl");
        File.WriteAllText(path, text.ToString());
        return path;
    }
}
