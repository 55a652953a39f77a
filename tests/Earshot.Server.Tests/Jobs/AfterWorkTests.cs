using System.Text.Json.Nodes;
using Earshot.Engine.Access;
using Earshot.Engine.Calling;
using Earshot.Engine.Catalog;
using Earshot.Engine.Jobs;
using Earshot.Server.Tests.Calls;
using Earshot.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Quartz;

namespace Earshot.Server.Tests.Jobs;

/// <summary>What is done by itself after a call: never lost, tried again, and seen.</summary>
public sealed class AfterWorkTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_call_is_analysed_and_catalog_api_manifest_and_page_say_what_was_found()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        SampleCall sample = await SampleCall.RecordAsync(server, 1);
        await Until(server, sample.CallSid, AfterWorkStates.Done);
        JsonNode call = await server.GetJson($"/api/calls/{sample.CallSid}/analysis");
        call.Text("state").ShouldBe("done");
        call.Text("verdict").ShouldBeOneOf("good", "fair", "bad");
        JsonObject recordings = call["recordings"]!.AsObject();
        recordings.Count.ShouldBeGreaterThan(0);
        foreach ((string id, JsonNode? report) in recordings)
        {
            JsonNode single = await server.GetJson($"/api/recordings/{id}/analysis");
            single["report"]!.ToJsonString().ShouldBe(report!.ToJsonString());
            JsonNode manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(server.Recordings, id + ".json"), Cancel))!;
            manifest["analysis"]!["verdict"]!.GetValue<string>().ShouldBe(single["report"]!["verdict"]!.GetValue<string>());
        }
        (await server.Client.GetStringAsync($"/calls/{sample.CallSid}", Cancel)).ShouldContain($"verdict-{call.Text("verdict")}");
        JsonNode measure = await server.GetJson("/api/measures/rmsDbfs/distribution");
        measure["count"]!.GetValue<int>().ShouldBe(recordings.Count);
        measure["bins"]!.AsArray().Sum(b => b!["count"]!.GetValue<int>()).ShouldBe(recordings.Count);
        string page = await server.Client.GetStringAsync("/measures/rmsDbfs", TestContext.Current.CancellationToken);
        page.ShouldContain("over all samples"); // From docs/measures.
        page.ShouldContain("/calls/CA");
        (await server.Client.GetAsync("/measures/nonsense", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        foreach (string name in (await server.GetJson("/api/measures")).AsArray().Select(n => n!.GetValue<string>())) Earshot.Server.Calls.MeasureDefinitions.Find(name).ShouldNotBeNull($"docs/measures does not define '{name}'");
        (await server.GetJson("/api/measures/nonsense/distribution", 404)).Text("detail").ShouldContain("nonsense");
    }

    [Fact]
    public async Task A_step_that_fails_is_tried_again_and_what_fails_for_good_says_why()
    {
        var flaky = new Step("flaky", failures: 2);
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => s.Jobs.FirstRetry = TimeSpan.FromMilliseconds(50), services => services.AddSingleton<IAfterWorkStep>(flaky));
        SampleCall sample = await SampleCall.RecordAsync(server, 1);
        AfterWorkRow done = await Until(server, sample.CallSid, AfterWorkStates.Done);
        done.Attempts.ShouldBe(3);
        flaky.Runs.ShouldBe(3);

        flaky.Failures = int.MaxValue;
        SampleCall second = await SampleCall.RecordAsync(server, 2);
        AfterWorkRow failed = await Until(server, second.CallSid, AfterWorkStates.Failed);
        failed.Attempts.ShouldBe(5);
        JsonNode job = (await server.GetJson("/api/jobs")).AsArray().ShouldHaveSingleItem()!;
        job.Text("step").ShouldBe("flaky");
        job.Text("error").ShouldBe("not yet");
    }

    [Fact]
    public async Task What_a_crash_left_between_the_call_and_its_job_is_taken_up_at_the_next_start()
    {
        using var folder = new TemporaryFolder();
        string callSid;
        await using (EarshotTestServer first = await EarshotTestServer.StartAsync(s =>
        {
            s.Jobs.Enabled = false;
            s.Recording.Directory = folder.Sub("recordings");
            s.Server.DataDirectory = folder.Sub("data");
        }))
        {
            callSid = (await SampleCall.RecordAsync(first, 1)).CallSid;
            first.Get<AfterWorkStore>().Find(callSid)!.State.ShouldBe(AfterWorkStates.Pending);
            first.Get<AfterWorkStore>().Queue(callSid).ShouldBeTrue();
            first.Get<AfterWorkStore>().Set(callSid, AfterWorkStates.Running, 1, "analysis").ShouldBeTrue(); // As a process leaves it that is killed within the step.
        }
        await using EarshotTestServer second = await EarshotTestServer.StartAsync(s =>
        {
            s.Recording.Directory = folder.Sub("recordings");
            s.Server.DataDirectory = folder.Sub("data");
        });
        (await Until(second, callSid, AfterWorkStates.Done)).Attempts.ShouldBe(2);
        second.Get<AnalysisStore>().OfCall(callSid).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_call_whose_TwiML_plays_nothing_is_no_broken_call_and_a_silent_caller_is()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        using var carrier = new CarrierSimulator(TimeProvider.System);
        SimulatedCallResult spoken = await carrier.CallAsync(Call(SpeechWave.Pattern(8000, (1, 0), (2, 1), (1, 0))), Cancel), silent = await carrier.CallAsync(Call(new short[32_000]), Cancel);
        await Until(server, spoken.CallSid, AfterWorkStates.Done);
        await Until(server, silent.CallSid, AfterWorkStates.Done);
        JsonNode analysis = await server.GetJson($"/api/calls/{spoken.CallSid}/analysis");
        string[] severities = [.. Findings(analysis).Where(f => f.Text("code") is "all-silent" or "blank-channel").Select(f => f.Text("severity")).Distinct().Order()];
        severities.ShouldBe(["info", "warning"], analysis.ToJsonString());
        (await server.GetJson($"/api/calls/{spoken.CallSid}")).Text("verdict").ShouldBe("fair");
        (await server.GetJson($"/api/calls/{silent.CallSid}")).Text("verdict").ShouldBe("bad");

        SimulatedCallOptions Call(short[] audio)
        {
            var coded = new byte[audio.Length];
            Earshot.Audio.Codecs.MuLaw.Encode(audio, coded);
            return new SimulatedCallOptions { Url = $"{server.BaseAddress}twilio/voice", AuthToken = EarshotTestServer.AuthToken, Speech = new SpeechClip(coded), Duration = TimeSpan.FromSeconds(4) };
        }

        static IEnumerable<JsonNode> Findings(JsonNode? node) => node switch
        {
            JsonObject o => (o["findings"] as JsonArray ?? []).Select(f => f!).Concat(o.Where(p => p.Key != "findings").SelectMany(p => Findings(p.Value))),
            JsonArray a => a.SelectMany(Findings),
            _ => [],
        };
    }

    [Fact]
    public async Task An_engine_that_hangs_keeps_no_other_call_from_its_analysis()
    {
        var hangs = new Step("hangs", failures: 0) { Waits = true, Pause = Timeout.InfiniteTimeSpan };
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => (s.Jobs.Parallel, s.Jobs.Waiting) = (1, 2), services => services.AddSingleton<IAfterWorkStep>(hangs));
        var calls = new List<string>();
        for (int i = 1; i <= 5; i++) calls.Add((await SampleCall.RecordAsync(server, i)).CallSid);
        for (int i = 0; i < 600 && calls.Any(c => server.Get<AnalysisStore>().OfCall(c).Count == 0); i++) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
        calls.ShouldAllBe(c => server.Get<AnalysisStore>().OfCall(c).Count > 0);
        AfterWorkRow Work(string call) => server.Get<AfterWorkStore>().Find(call)!;
        for (int i = 0; i < 600 && (hangs.Runs < 2 || calls.Any(c => Work(c).Step != "hangs")); i++) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
        hangs.Runs.ShouldBe(2, "so many wait at once");
        calls.Select(Work).ShouldAllBe(w => w.Step == "hangs" && (w.State == AfterWorkStates.Running || w.State == AfterWorkStates.Queued));
    }

    /// <summary>They are the only threads that the scheduler creates; one that waits for a database that is gone would keep an ended process alive for as long as it waits.</summary>
    [Fact]
    public async Task The_job_stores_threads_keep_no_process_alive()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        server.Get<IOptions<AdoJobStoreOptions>>().Value.UseBackgroundThreads.ShouldBeTrue();
    }

    [Fact]
    public async Task A_call_that_lost_its_job_is_taken_up_while_the_server_runs()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        SampleCall sample = await SampleCall.RecordAsync(server, 1);
        await Until(server, sample.CallSid, AfterWorkStates.Done);
        server.Get<AfterWorkStore>().Set(sample.CallSid, AfterWorkStates.Queued, 1, "analysis").ShouldBeTrue(); // As it stands when the disk failed between the row and its trigger.
        (await Until(server, sample.CallSid, AfterWorkStates.Done)).Attempts.ShouldBe(2);
    }

    [Fact]
    public async Task Nothing_of_a_deleted_call_comes_back()
    {
        var slow = new Step("slow", failures: 0) { Pause = TimeSpan.FromMilliseconds(20) };
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(services: services => services.AddSingleton<IAfterWorkStep>(slow));
        for (int i = 1; i <= 5; i++)
        {
            SampleCall sample = await SampleCall.RecordAsync(server, i);
            await Task.Delay(TimeSpan.FromMilliseconds(150 * i), TimeProvider.System, Cancel);
            server.Get<RecordingAccess>().Delete(Principal.Terminal, sample.CallSid).ShouldBe(DeleteOutcome.Deleted);
        }
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Cancel);
        Directory.GetFiles(server.Recordings).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static async Task<AfterWorkRow> Until(EarshotTestServer server, string callSid, string state)
    {
        AfterWorkStore store = server.Get<AfterWorkStore>();
        for (int i = 0; i < 600; i++)
        {
            if (store.Find(callSid) is { } row && row.State == state) return row;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
        }
        throw new TimeoutException($"The work after {callSid} is {store.Find(callSid)}, not {state}");
    }

    private sealed class Step(string name, int failures) : IAfterWorkStep
    {
        public string Name => name;

        public bool Waits { get; init; }

        public int Failures { get; set; } = failures;

        public TimeSpan Pause { get; init; }

        public int Runs { get; private set; }

        public async Task RunAsync(string callSid, CancellationToken cancellation)
        {
            Runs++;
            await Task.Delay(Pause, TimeProvider.System, cancellation);
            if (Failures-- > 0) throw new InvalidOperationException("not yet");
        }
    }
}
