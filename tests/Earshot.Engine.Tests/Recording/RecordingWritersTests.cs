using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.Recording;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Recording;

public sealed class RecordingWritersTests
{
    [Fact]
    public async Task A_disk_that_hangs_is_trouble_for_every_stream_that_waits_for_it_until_it_goes_on()
    {
        var time = new ManualTimeProvider();
        var storage = new FaultyStorage();
        await using var rig = new EngineRig(storage, time, o => o.Recording.WriterThreads = 1);
        RecordingWriters writers = rig.Get<RecordingWriters>();
        SyntheticCall[] calls = [new("MZ1", "CA1"), new("MZ2", "CA2")];
        StreamSession[] sessions = [.. calls.Select(_ => rig.Open())];
        storage.WritesGo.Reset();
        Send(0);
        time.Advance(400);
        await Until(() => storage.Hanging == 1);
        writers.Refusal.ShouldBeNull();
        time.Advance(2_100);
        await Until(() => sessions.All(s => s.RecordingTrouble is not null));
        sessions[0].RecordingTrouble!.ShouldContain("has not come back");
        (writers.Refusal, writers.IsHanging, writers.StreamsInTrouble).ShouldBe((sessions[0].RecordingTrouble, true, 2));
        storage.WritesGo.Set();
        await Until(() =>
        {
            time.Advance(100);
            return sessions.All(s => s.RecordingTrouble is null);
        });
        writers.IsHanging.ShouldBeFalse();
        Send(400);
        for (int i = 0; i < sessions.Length; i++) sessions[i].Send(time, calls[i].Stop());
        await Task.WhenAll(sessions.Select(s => s.StoredAsync()));
        foreach (SyntheticCall call in calls)
        {
            rig.Get<CallStore>().Recordings(call.CallSid).Select(r => (r.DurationSeconds, r.UnwrittenMs)).ShouldBe([(0.8, 0), (0.8, 0)]);
            rig.Get<CallStore>().Events(call.CallSid).Select(e => e.Kind).Where(k => k.StartsWith("recording", StringComparison.Ordinal)).ShouldBe([EventKinds.RecordingTrouble, EventKinds.RecordingResumed], ignoreOrder: true);
        }

        void Send(long fromMs)
        {
            for (int i = 0; i < sessions.Length; i++)
            {
                if (fromMs == 0) sessions[i].Send(time, calls[i].Start());
                foreach (SyntheticFrame frame in calls[i].RunBoth(fromMs, 20)) sessions[i].Send(time, frame.Message);
            }
        }
    }

    [Fact]
    public async Task A_write_that_never_comes_back_does_not_keep_the_process()
    {
        var storage = new FaultyStorage();
        var rig = new EngineRig(storage);
        storage.WritesGo.Reset();
        StreamSession session = rig.Open();
        var call = new SyntheticCall();
        session.Send(call.Start());
        session.Send(call.RunBoth(0, 20));
        await Until(() => storage.Hanging == 1);
        await Task.Run(async () => await rig.DisposeAsync(), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, TestContext.Current.CancellationToken);
        storage.Hanging.ShouldBe(1);
        storage.WritesGo.Set();
    }

    private static async Task Until(Func<bool> condition)
    {
        for (int i = 0; i < 2000 && !condition(); i++) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        condition().ShouldBeTrue();
    }
}
