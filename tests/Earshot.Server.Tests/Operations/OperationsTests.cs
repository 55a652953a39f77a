using System.Text.Json;
using Earshot.Engine.Access;
using Earshot.Engine.Alerts;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;
using Earshot.Server.Access;
using Earshot.Server.Operations;
using Earshot.Server.Settings;
using Earshot.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Earshot.Server.Tests.Operations;

public sealed class OperationsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Old_calls_are_deleted_and_written_down_and_young_and_running_ones_stay()
    {
        await using var rig = new EngineRig();
        foreach ((string sid, int days, string state) in new[] { ("CAold", 8, "complete"), ("CArecovered", 30, "recovered"), ("CAyoung", 6, "complete"), ("CArunning", 9, "recording") })
            rig.Get<CallStore>().Save(new CallRow { CallSid = sid, State = state, StartedAt = TimeProvider.System.GetUtcNow().AddDays(-days), EndedAt = sid == "CAold" ? TimeProvider.System.GetUtcNow().AddDays(-days) : null });
        using var retention = new Retention(new RecordingOptions { RetentionDays = 7 }, rig.Get<CallStore>(), rig.Get<RecordingAccess>(), TimeProvider.System, NullLogger<Retention>.Instance);
        await retention.StartAsync(Cancel);
        for (int i = 0; i < 500 && rig.Get<CallStore>().Count() > 2; i++) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        await retention.StopAsync(Cancel);
        rig.Get<CallStore>().List(null, 10).Select(c => c.CallSid).ShouldBe(["CAyoung", "CArunning"]);
        rig.Get<AccessLog>().Read().Select(e => (e.Who, e.Action, e.Target)).ShouldBe([("earshot", "delete", "CArecovered"), ("earshot", "delete", "CAold")]);
    }

    [Fact]
    public async Task A_catalog_that_fails_does_not_end_the_retention_s_day()
    {
        await using var rig = new EngineRig();
        rig.Get<CallStore>().Save(new CallRow { CallSid = "CAold", State = "complete", StartedAt = TimeProvider.System.GetUtcNow().AddDays(-9) });
        Directory.CreateDirectory(rig.Get<AccessLog>().Path); // Nothing can be written down, so nothing may be deleted.
        using var retention = new Retention(new RecordingOptions { RetentionDays = 7 }, rig.Get<CallStore>(), rig.Get<RecordingAccess>(), TimeProvider.System, NullLogger<Retention>.Instance);
        await retention.StartAsync(Cancel);
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Cancel);
        retention.ExecuteTask!.IsCompleted.ShouldBeFalse();
        rig.Get<CallStore>().Count().ShouldBe(1);
        await retention.StopAsync(Cancel);
    }

    [Fact]
    public async Task Ready_says_what_is_wrong_with_the_folder()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        using HttpResponseMessage well = await server.Client.GetAsync(new Uri("/readyz", UriKind.Relative), Cancel);
        ((int)well.StatusCode).ShouldBe(200);
        if (Directory.Exists(server.Recordings)) Directory.Delete(server.Recordings, recursive: true);
        File.WriteAllText(server.Recordings, "a file in the way");
        using HttpResponseMessage ill = await server.Client.GetAsync(new Uri("/readyz", UriKind.Relative), Cancel);
        ((int)ill.StatusCode).ShouldBe(503);
        JsonDocument.Parse(await ill.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("problems")[0].GetString()!.ShouldContain(server.Recordings);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_harms_no_call_and_is_seen()
    {
        var storage = new FaultyStorage { Fault = (_, _, _) => new UnauthorizedAccessException() };
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(services: s => s.AddSingleton<IRecordingStorage>(storage));
        var call = new SyntheticCall();
        StreamSession session = server.Open();
        session.Send(call.Start());
        session.Send(call.RunBoth(0, 20));
        for (int i = 0; i < 200 && server.Get<RecordingWriters>().StreamsInTrouble == 0; i++) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        session.RecordingTrouble!.ShouldContain("no permission");
        string metrics = await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel);
        metrics.ShouldContain("earshot_streams_in_trouble 1\n");
        metrics.ShouldContain("earshot_recording_troubles_total 1\n");
        storage.Fault = null;
        session.Send(call.RunBoth(400, 20));
        session.Send(call.Stop());
        await session.StoredAsync();
        IReadOnlyList<RecordingRow> recordings = server.Get<CallStore>().Recordings(call.CallSid);
        recordings.Count.ShouldBe(2);
        recordings.ShouldAllBe(r => r.DurationSeconds == 0.8 && r.UnwrittenMs == 0);
        server.Get<CallStore>().Events(call.CallSid).Select(e => e.Kind).Where(k => k.StartsWith("recording", StringComparison.Ordinal)).ShouldBe([EventKinds.RecordingTrouble, EventKinds.RecordingResumed], ignoreOrder: true);
        (await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel)).ShouldContain("earshot_frames_recorded_total 80\n");
    }

    [Fact]
    public async Task A_console_that_nobody_reads_holds_up_no_call()
    {
        using var folder = new TemporaryFolder();
        foreach (Action<ILoggingBuilder>? logging in new Action<ILoggingBuilder>?[] { null, l => l.AddSimpleConsole() })
        {
            var settings = new EarshotSettings();
            settings.Server.DataDirectory = folder.Sub("data");
            settings.Recording.Directory = folder.Sub("recordings");
            await using WebApplication app = EarshotHost.Build(settings, logging);
            app.Services.GetRequiredService<IOptionsMonitor<ConsoleLoggerOptions>>().CurrentValue.QueueFullMode.ShouldBe(ConsoleLoggerQueueFullMode.DropWrite);
        }
    }

    [Fact]
    public async Task Links_in_alerts_lead_where_the_server_listens_unless_the_settings_say_otherwise()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        server.Get<AlertOptions>().LinkBase.ShouldBe(server.BaseAddress.ToString().TrimEnd('/'));
        ListeningAddress.OfRunning(server.Get<ServerOptions>(), server.Get<RecordingOptions>()).ShouldBe(server.Get<AlertOptions>().LinkBase);
        await using EarshotTestServer other = await EarshotTestServer.StartAsync(s => s.Alerts.LinkBase = "https://earshot.example");
        other.Get<AlertOptions>().LinkBase.ShouldBe("https://earshot.example");
        foreach (string any in (string[])["http://[::]:80/", "http://0.0.0.0:80", "http://*:80", "http://+:80"]) ListeningAddress.ForBrowser(any).ShouldBe("http://localhost:80");
    }

    [Fact]
    public async Task Two_servers_never_share_a_folder()
    {
        using var other = new TemporaryFolder();
        await using EarshotTestServer first = await EarshotTestServer.StartAsync();
        DataLock.IsHeld(new ServerOptions { DataDirectory = first.Data }, new RecordingOptions { Directory = other.Sub("recordings") }).ShouldBeTrue();
        DataLock.IsHeld(new ServerOptions { DataDirectory = other.Sub("data") }, new RecordingOptions { Directory = first.Recordings }).ShouldBeTrue();
        InvalidOperationException refused = await Should.ThrowAsync<InvalidOperationException>(() => EarshotTestServer.StartAsync(s => s.Server.DataDirectory = first.Data));
        refused.Message.ShouldContain(first.Data);
        InvalidOperationException shared = await Should.ThrowAsync<InvalidOperationException>(() => EarshotTestServer.StartAsync(s => s.Recording.Directory = first.Recordings));
        shared.Message.ShouldContain(first.Recordings);
        DataLock.IsHeld(new ServerOptions { DataDirectory = other.Sub("data") }, new RecordingOptions { Directory = other.Sub("recordings") }).ShouldBeFalse();
    }

    [Fact]
    public async Task A_recordings_folder_that_cannot_be_locked_keeps_no_server_from_starting()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Sub("recordings/.earshot.lock"));
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => s.Recording.Directory = folder.Sub("recordings"));
        (await server.Client.GetStringAsync(new Uri("/healthz", UriKind.Relative), Cancel)).ShouldBe("ok\n");
    }

    [Fact]
    public async Task A_stop_waits_for_streams_that_have_just_ended()
    {
        EarshotTestServer server = await EarshotTestServer.StartAsync();
        StreamSession[] sessions = [.. Enumerable.Range(0, 30).Select(_ => server.Open())];
        for (int i = 0; i < sessions.Length; i++)
        {
            var call = new SyntheticCall($"MZ{i:d32}", $"CA{i:d32}");
            sessions[i].Send(call.Start());
            sessions[i].Send(call.RunBoth(0, 20));
            if (i % 2 == 0) sessions[i].Send(call.Stop());
        }
        ManifestStore manifests = server.Get<ManifestStore>();
        await server.StopAsync();
        sessions.ShouldAllBe(s => s.Stored.IsCompletedSuccessfully);
        manifests.CallStems().Select(s => manifests.ReadCall(s)!).ShouldAllBe(c => c.State == "complete" && c.Recordings.Count == 2);
        manifests.CallStems().Count.ShouldBe(30);
        await server.DisposeAsync();
    }
}
