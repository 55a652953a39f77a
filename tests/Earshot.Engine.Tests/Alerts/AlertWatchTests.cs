using Earshot.Engine.Alerts;
using Earshot.Engine.Analysis;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.Recording;
using Earshot.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Earshot.Engine.Tests.Alerts;

/// <summary>What no ended call tells: running calls, the disk, calls that never came. Each rule fires and is resolved.</summary>
public sealed class AlertWatchTests : IAsyncLifetime
{
    private const double GiB = 1L << 30;
    private const byte Rail = 0x80, Quiet = 0xFF;

    private readonly ManualTimeProvider time = new();
    private readonly FaultyStorage storage = new();
    private readonly SyntheticCall call = new();
    private readonly EngineRig rig;
    private readonly AlertWatch watch;
    private StreamSession? session;
    private long sentMs = 20;

    public AlertWatchTests()
    {
        rig = new EngineRig(storage, time, o =>
        {
            o.Alerts.Rules["clipping"] = new() { When = "live-clipping", For = TimeSpan.FromSeconds(3), Above = 5 };
            o.Alerts.Rules["loss"] = new() { When = "live-loss", For = TimeSpan.FromSeconds(3), Above = 100 };
            o.Alerts.Rules["silence"] = new() { When = "live-silence", For = TimeSpan.FromSeconds(3), Track = "inbound" };
            o.Alerts.Rules["disk"] = new() { When = "low-disk", Below = 5 };
            o.Alerts.Rules["never"] = new() { When = "stage", Stage = 5, For = TimeSpan.FromSeconds(60) };
            o.Alerts.Rules["errors"] = new() { When = "recording-errors", Quiet = TimeSpan.FromMinutes(10) };
        });
        watch = new AlertWatch(rig.Get<AlertRules>(), rig.Get<AlertBook>(), Store, rig.Options.Alerts, rig.Get<CallStore>(), rig.Get<AnalysisStore>(), rig.Get<LiveStreams>(), rig.Get<RecordingWriters>(), storage, time, NullLogger<AlertWatch>.Instance);
    }

    private AlertStore Store => rig.Get<AlertStore>();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        session?.End(Earshot.Engine.Calls.EndReason.SocketClosed);
        watch.Dispose();
        await rig.DisposeAsync();
    }

    [Fact]
    public void Clipping_of_a_running_call_opens_an_alert_and_clean_audio_ends_it()
    {
        Speak(seconds: 4);
        State("clipping").ShouldBe("");
        Speak(seconds: 2, Rail);
        State("clipping").ShouldBe("open");
        Store.Latest("clipping")!.ShouldSatisfyAllConditions(a => a.CallSid.ShouldBe(call.CallSid), a => a.Message.ShouldContain("clips"), a => a.Count.ShouldBe(1));
        Speak(seconds: 6);
        State("clipping").ShouldBe("resolved");
    }

    [Fact]
    public void Losses_of_a_running_call_open_an_alert_that_ends_with_them()
    {
        Speak(seconds: 4);
        State("loss").ShouldBe("");
        sentMs += 400;
        Speak(seconds: 1);
        State("loss").ShouldBe("open");
        Store.Latest("loss")!.Message.ShouldContain("lost 400 ms");
        Speak(seconds: 6);
        State("loss").ShouldBe("resolved");
    }

    [Fact]
    public void A_silent_side_opens_an_alert_until_it_is_heard()
    {
        Speak(seconds: 2);
        Speak(seconds: 4, Quiet);
        State("silence").ShouldBe("open");
        Speak(seconds: 2);
        State("silence").ShouldBe("resolved");
    }

    [Fact]
    public void A_disk_that_fills_up_opens_an_alert_until_there_is_room()
    {
        storage.FreeBytes = (long)(6 * GiB);
        Look();
        State("disk").ShouldBe("");
        storage.FreeBytes = (long)(4.5 * GiB);
        Look();
        (State("disk"), Store.Latest("disk")!.Message).ShouldBe(("open", "4.5 GiB are free in /faulty, below 5 GiB"));
        storage.FreeBytes = (long)(8 * GiB);
        Look();
        (State("disk"), Store.Latest("disk")!.Resolution).ShouldBe(("resolved", "8.0 GiB are free in /faulty"));
    }

    [Fact]
    public void A_call_whose_stream_never_came_is_told_once_when_its_time_is_over()
    {
        rig.Get<CallStore>().Save(new CallRow { CallSid = "CAwebhook", State = "webhook", StartedAt = time.GetUtcNow() });
        Look();
        State("never").ShouldBe("");
        time.Advance(TimeSpan.FromSeconds(61));
        Look();
        Look();
        Store.Latest("never")!.ShouldSatisfyAllConditions(a => a.State.ShouldBe("open"), a => a.Count.ShouldBe(1), a => a.CallSid.ShouldBe("CAwebhook"), a => a.Message.ShouldContain("never got to stage 5"));
        Store.WithoutStream("never", rig.Get<AlertRules>().Find("never")!.Condition, DateTimeOffset.MinValue, time.GetUtcNow()).ShouldBeEmpty();
    }

    [Fact]
    public void Recording_errors_of_an_ended_call_stay_for_the_quiet_period()
    {
        var ended = new EndedCall { CallSid = "CA1", EndedAt = time.GetUtcNow(), UnwrittenMs = 40 };
        rig.Get<AlertBook>().Look(rig.Get<AlertRules>().Find("errors")!, ended);
        for (int i = 0; i < 9; i++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            Look();
            State("errors").ShouldBe("open");
        }
        time.Advance(TimeSpan.FromMinutes(1));
        Look();
        State("errors").ShouldBe("resolved");
    }

    [Fact]
    public void What_is_over_is_deleted_after_its_days()
    {
        storage.FreeBytes = (long)GiB;
        Look();
        storage.FreeBytes = (long)(8 * GiB);
        Look();
        time.Advance(TimeSpan.FromDays(89));
        Look();
        State("disk").ShouldBe("resolved");
        time.Advance(TimeSpan.FromDays(2));
        Look();
        Store.List(10).ShouldBeEmpty();
        Store.Deliveries(1).ShouldBeEmpty();
    }

    private string State(string rule) => Store.Latest(rule)?.State ?? "";

    /// <summary>Five looks: the slow ones are every fifth.</summary>
    private void Look()
    {
        for (int i = 0; i < 5; i++) watch.Tick();
    }

    /// <summary>The inbound side of a running call, second by second, with a look after each.</summary>
    private void Speak(int seconds, byte? code = null)
    {
        if (session is null)
        {
            session = rig.Open();
            Send(SyntheticCall.Connected);
            Send(call.Start());
        }
        for (int second = 0; second < seconds; second++)
        {
            for (int frame = 0; frame < 50; frame++, sentMs += 20)
                Send((code is { } same ? call.Media("inbound", sentMs, [.. Enumerable.Repeat(same, 160)]) : call.Media("inbound", sentMs)).Message);
            time.Advance(TimeSpan.FromSeconds(1));
            watch.Tick();
        }
    }

    private void Send(byte[] message) => session!.OnText(message, time.GetTimestamp());
}
