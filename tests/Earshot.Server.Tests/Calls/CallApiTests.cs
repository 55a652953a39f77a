using System.Net;
using System.Text.Json.Nodes;
using Earshot.Engine.Access;
using Earshot.Engine.Catalog;
using Earshot.Testing;

namespace Earshot.Server.Tests.Calls;

public sealed class CallApiTests : IAsyncLifetime
{
    private EarshotTestServer server = null!;

    public async ValueTask InitializeAsync() => server = await EarshotTestServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_call_has_its_streams_recordings_and_figures()
    {
        SampleCall sample = await SampleCall.RecordAsync(server, 1, frames: 100, broken: true, ("from", "+33123456789"), ("to", "+33987654321"));
        JsonNode call = await server.GetJson($"/api/calls/{sample.CallSid}");
        call.Text("from").ShouldBe("+33123456789");
        call.Text("to").ShouldBe("+33987654321");
        call.Text("state").ShouldBe("complete");
        ((bool)call["running"]!).ShouldBeFalse();
        call.Text("endReason").ShouldBe("stop");
        call.Number("durationSeconds").ShouldBe(2.0);
        call["problems"]!.AsArray().Select(p => p.Text("code")).ShouldBe(["loss", "stall"]);
        JsonNode stream = call["streams"]!.AsArray().ShouldHaveSingleItem()!;
        stream.Text("streamSid").ShouldBe(sample.StreamSid);
        JsonArray recordings = stream["recordings"]!.AsArray();
        recordings.Select(r => r.Text("track")).ShouldBe(["inbound", "outbound"]);
        foreach (JsonNode? recording in recordings)
        {
            recording.Number("durationSeconds").ShouldBe(2.0);
            recording.Number("frames").ShouldBe(90);
            recording.Number("lostMs").ShouldBe(200);
            recording.Number("stalls").ShouldBe(1);
            recording.Number("startOffsetMs").ShouldBe(SampleCall.FirstTimestampMs);
            recording.Text("wavSha256").Length.ShouldBe(64);
            recording!["segments"]!.AsArray().ShouldHaveSingleItem().Text("audioUrl").ShouldBe($"/api/recordings/{recording.Text("id")}/audio");
        }
    }

    [Fact]
    public async Task The_stages_tell_how_far_the_audio_came()
    {
        SampleCall sample = await SampleCall.RecordAsync(server, 1);
        JsonArray stages = (await server.GetJson($"/api/calls/{sample.CallSid}"))["stages"]!.AsArray();
        stages.Select(s => (int)s.Number("number")).ShouldBe(Enumerable.Range(1, 11));
        stages.Select(s => s.Text("state")).ShouldBe(["not-seen", "not-seen", .. Enumerable.Repeat("reached", 9)]);
        stages[4]!["tracks"]!.AsArray().ShouldBeEmpty();
        stages[5]!["tracks"]!.AsArray().Select(t => t.Text("track")).ShouldBe(["inbound", "outbound"]);
        stages[2].Number("sinceFirstMs").ShouldBe(0);
    }

    [Fact]
    public async Task A_call_whose_stream_never_came_names_the_missing_stage()
    {
        server.Get<CallStore>().Save(new CallRow
        {
            CallSid = "CAwebhook",
            State = "webhook",
            StartedAt = TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(5),
            Stages = """[{"stage":"WebhookReceived","track":null,"at":"2026-01-01T00:00:00Z"},{"stage":"TwimlAnswered","track":null,"at":"2026-01-01T00:00:00.002Z"}]""",
        });
        JsonNode call = await server.GetJson("/api/calls/CAwebhook");
        call["problems"]!.AsArray().ShouldHaveSingleItem().Text("code").ShouldBe("no-stream");
        JsonArray stages = call["stages"]!.AsArray();
        stages.Select(s => s.Text("state")).ShouldBe(["reached", "reached", "missing", .. Enumerable.Repeat("unreached", 8)]);
        stages[2].Text("advice").ShouldContain("PUBLIC_BASE_URL");
        (await server.GetJson("/api/calls?filter=problems")).Sids().ShouldBe(["CAwebhook"]);
    }

    [Fact]
    public async Task Events_have_their_place_in_the_recording()
    {
        SampleCall sample = await SampleCall.RecordAsync(server, 1, frames: 100, broken: true);
        JsonNode events = await server.GetJson($"/api/calls/{sample.CallSid}/events");
        JsonNode[] losses = [.. events["events"]!.AsArray().Where(e => e.Text("kind") == "loss").Select(e => e!)];
        losses.Select(l => l.Text("track")).ShouldBe(["inbound", "outbound"], ignoreOrder: true);
        losses.ShouldAllBe(l => l.Number("atSeconds") == sample.LossAt && l.Number("durationMs") == 200 && l.Number("atMs") == (sample.LossAt * 1000) + SampleCall.FirstTimestampMs);
    }

    [Fact]
    public async Task Pages_of_the_list_are_newest_first_and_miss_nothing()
    {
        var sids = new List<string>();
        for (int i = 1; i <= 7; i++) sids.Insert(0, (await SampleCall.RecordAsync(server, i, frames: 10)).CallSid);
        var seen = new List<string>();
        string path = "/api/calls?limit=3";
        for (string? next = ""; next is not null; path = $"/api/calls?limit=3&before={next}")
        {
            JsonNode page = await server.GetJson(path);
            page.Sids().Length.ShouldBeLessThanOrEqualTo(3);
            seen.AddRange(page.Sids());
            next = (string?)page["next"];
        }
        seen.ShouldBe(sids, ignoreOrder: true);
        (await server.GetJson("/api/calls")).Sids().ShouldBe(seen);
    }

    [Fact]
    public async Task Calls_of_the_same_millisecond_are_paged_too()
    {
        DateTimeOffset at = DateTimeOffset.UnixEpoch;
        for (int i = 0; i < 5; i++) server.Get<CallStore>().Save(new CallRow { CallSid = $"CA{i}", State = "complete", EndReason = "stop", StartedAt = at });
        JsonNode first = await server.GetJson("/api/calls?limit=3");
        JsonNode second = await server.GetJson($"/api/calls?limit=3&before={first.Text("next")}");
        first.Sids().Concat(second.Sids()).ShouldBe(["CA0", "CA1", "CA2", "CA3", "CA4"]);
        second["next"].ShouldBeNull();
    }

    [Fact]
    public async Task The_filter_finds_the_calls_that_say_they_have_a_problem()
    {
        await SampleCall.RecordAsync(server, 1);
        SampleCall broken = await SampleCall.RecordAsync(server, 2, broken: true);
        SampleCall cut = SampleCall.Start(server, 3);
        await cut.EndAsync();
        string[] expected = [.. (await server.GetJson("/api/calls"))["calls"]!.AsArray().Where(c => c!["problems"]!.AsArray().Count > 0).Select(c => c.Text("callSid"))];
        expected.ShouldBe([broken.CallSid, cut.CallSid], ignoreOrder: true);
        (await server.GetJson("/api/calls?filter=problems")).Sids().ShouldBe(expected);
    }

    [Fact]
    public async Task A_running_call_is_there_with_the_figures_of_the_moment()
    {
        SampleCall sample = SampleCall.Start(server, 1, frames: 50);
        JsonNode call = await server.GetJson($"/api/calls/{sample.CallSid}");
        ((bool)call["running"]!).ShouldBeTrue();
        call.Text("state").ShouldBe("recording");
        double before = call.Number("durationSeconds");
        before.ShouldBeInRange(0.9, 1.0);
        sample.Talk(SampleCall.FirstTimestampMs + 1000, 50);
        (await server.GetJson($"/api/calls/{sample.CallSid}")).Number("durationSeconds").ShouldBeGreaterThan(before + 0.9);
        JsonNode item = (await server.GetJson("/api/calls?filter=running"))["calls"]!.AsArray().ShouldHaveSingleItem()!;
        ((bool)item["running"]!).ShouldBeTrue();
        await sample.EndAsync();
        (await server.GetJson("/api/calls?filter=running")).Sids().ShouldBeEmpty();
    }

    [Fact]
    public async Task Deleting_takes_files_and_entry_and_is_written_down()
    {
        SampleCall sample = await SampleCall.RecordAsync(server, 1);
        Directory.GetFiles(server.Recordings, "*_*").ShouldNotBeEmpty();
        (await server.Client.DeleteAsync($"/api/calls/{sample.CallSid}", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        Directory.GetFiles(server.Recordings, "*_*").ShouldBeEmpty();
        await server.GetJson($"/api/calls/{sample.CallSid}", 404);
        (await server.Client.DeleteAsync($"/api/calls/{sample.CallSid}", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        server.Get<AccessLog>().Read().ShouldHaveSingleItem().Action.ShouldBe("delete");
    }

    [Fact]
    public async Task A_running_call_is_not_deleted()
    {
        SampleCall sample = SampleCall.Start(server, 1);
        await Eventually(async () => (await server.Client.DeleteAsync($"/api/calls/{sample.CallSid}", TestContext.Current.CancellationToken)).StatusCode, HttpStatusCode.Conflict);
        await sample.EndAsync();
    }

    [Fact]
    public async Task Another_sites_wish_to_delete_is_refused()
    {
        SampleCall sample = await SampleCall.RecordAsync(server, 1);
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/calls/{sample.CallSid}");
        request.Headers.Add("Origin", "https://elsewhere.example");
        (await server.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        await server.GetJson($"/api/calls/{sample.CallSid}");
    }

    [Theory]
    [InlineData("/api/calls?limit=0", 400, "500")]
    [InlineData("/api/calls?limit=many", 400, "many")]
    [InlineData("/api/calls?before=yesterday", 400, "yesterday")]
    [InlineData("/api/calls?filter=bad", 400, "problems")]
    [InlineData("/api/calls/CAnone", 404, "CAnone")]
    [InlineData("/api/calls/CAnone/events", 404, "CAnone")]
    [InlineData("/api/calls/CAnone/export", 404, "CAnone")]
    [InlineData("/api/recordings/none", 404, "none")]
    [InlineData("/api/recordings/..%2F..%2Fetc%2Fpasswd/audio", 404, "passwd")]
    [InlineData("/api/recordings/none/peaks", 404, "none")]
    [InlineData("/api/nothing", 404, "openapi")]
    public async Task What_cannot_be_answered_names_the_input(string path, int status, string named)
    {
        JsonNode problem = await server.GetJson(path, status);
        problem.Text("title").ShouldNotBeNullOrEmpty();
        problem.Text("detail").ShouldContain(named);
    }

    [Fact]
    public async Task A_call_is_exported_from_its_journal()
    {
        SampleCall sample = await SampleCall.RecordAsync(server, 1, frames: 20);
        byte[] coded = await server.Client.GetByteArrayAsync($"/api/calls/{sample.CallSid}/export?format=mulaw&track=outbound", TestContext.Current.CancellationToken);
        coded.ShouldBe(Enumerable.Range(0, 20).SelectMany(i => SyntheticCall.AudioOf("outbound", SampleCall.FirstTimestampMs + (i * 20), 160)));
        string lines = await server.Client.GetStringAsync($"/api/calls/{sample.CallSid}/export", TestContext.Current.CancellationToken);
        lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2 + 40 + 1);
        server.Get<AccessLog>().Read().Select(e => e.Action).ShouldBe(["export", "export"]);
        JsonNode problem = await server.GetJson($"/api/calls/{sample.CallSid}/export?format=mp3", 400);
        problem.Text("detail").ShouldContain("wav16k");
    }

    [Fact]
    public async Task The_description_lists_the_routes_with_summaries()
    {
        JsonNode document = await server.GetJson("/openapi/v1.json");
        JsonObject paths = document["paths"]!.AsObject();
        string[] expected =
        [
            "/api/calls", "/api/calls/{callSid}", "/api/calls/{callSid}/events", "/api/calls/{callSid}/export", "/api/calls/{callSid}/audio", "/api/calls/{callSid}/timeline", "/api/calls/{callSid}/forks", "/api/calls/{callSid}/forks/{streamSid}", "/api/recordings/{id}",
            "/api/recordings/{id}/audio", "/api/recordings/{id}/peaks", "/api/recordings/{id}/manifest", "/api/recordings/{id}/analysis", "/api/calls/{callSid}/analysis", "/api/recordings/{id}/transcript", "/api/calls/{callSid}/transcript", "/api/measures", "/api/measures/{name}/distribution", "/api/jobs", "/api/live", "/api/alerts", "/healthz", "/readyz", "/metrics",
        ];
        paths.Select(p => p.Key).ShouldBe(expected, ignoreOrder: true);
        foreach ((string path, JsonNode? operations) in paths)
            foreach ((string verb, JsonNode? operation) in operations!.AsObject()) operation.Text("summary").ShouldNotBeNullOrEmpty($"{verb} {path}");
    }

    private static async Task Eventually<T>(Func<Task<T>> get, T expected)
    {
        T last = await get();
        for (int i = 0; i < 50 && !Equals(last, expected); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
            last = await get();
        }
        last.ShouldBe(expected);
    }
}
