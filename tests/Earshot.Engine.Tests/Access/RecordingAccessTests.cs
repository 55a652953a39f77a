using Earshot.Engine.Access;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Access;

public sealed class RecordingAccessTests
{
    private static readonly Principal Ann = new("ann", "here");

    [Fact]
    public async Task Deleting_takes_every_file_and_row_of_the_call_and_no_other()
    {
        await using var rig = new EngineRig(configure: o => o.Recording.SegmentLength = TimeSpan.FromSeconds(1));
        await Record(rig, 1);
        string[] others = [.. rig.Storage.List().Order(StringComparer.Ordinal)];
        await Record(rig, 2);
        RecordingAccess access = rig.Get<RecordingAccess>();
        access.Delete(Ann, Sid(2)).ShouldBe(DeleteOutcome.Deleted);
        rig.Storage.List().Order(StringComparer.Ordinal).ShouldBe(others);
        rig.Get<CallStore>().Find(Sid(2)).ShouldBeNull();
        rig.Get<CallStore>().Events(Sid(2)).ShouldBeEmpty();
        rig.Get<CallStore>().Recordings(Sid(2)).ShouldBeEmpty();
        rig.Get<CallStore>().Recordings(Sid(1)).Count.ShouldBe(2);
        access.Delete(Ann, Sid(2)).ShouldBe(DeleteOutcome.NotFound);
        rig.Get<AccessLog>().Read().ShouldHaveSingleItem().Target.ShouldBe(Sid(2));
    }

    [Fact]
    public async Task A_running_call_is_not_deleted()
    {
        await using var rig = new EngineRig();
        StreamSession session = rig.Open();
        session.Send(new SyntheticCall("MZ1", "CA1").Start());
        for (int n = 0; n < 400 && rig.Get<CallStore>().Find("CA1") is null; n++) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        rig.Get<RecordingAccess>().Delete(Ann, "CA1").ShouldBe(DeleteOutcome.Running);
        rig.Get<AccessLog>().Read().ShouldBeEmpty();
        session.End(EndReason.SocketClosed);
        await session.StoredAsync();
        rig.Get<RecordingAccess>().Delete(Ann, "CA1").ShouldBe(DeleteOutcome.Deleted);
        rig.Storage.List().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deletion_that_is_cut_off_anywhere_is_finished_by_the_next_one()
    {
        var whole = new FaultyStorage();
        await using (var rig = new EngineRig(whole)) await Record(rig, 1);
        for (long n = 0; ; n++)
        {
            FaultyStorage storage = whole.Copy();
            await using var rig = new EngineRig(storage);
            rig.Get<Reindexer>().Run().Streams.ShouldBe(1);
            storage.FailAt(n, fromThenOn: true);
            bool failed = false;
            try { rig.Get<RecordingAccess>().Delete(Ann, Sid(1)); }
            catch (IOException) { failed = true; }
            storage.Fault = null;
            if (!failed) break;
            rig.Get<Reindexer>().Run(); // As after a crash: the call must still be known, so that the rest can be deleted.
            rig.Get<RecordingAccess>().Delete(Ann, Sid(1)).ShouldBe(DeleteOutcome.Deleted, $"cut off at {n}");
            storage.List().ShouldBeEmpty($"cut off at {n}");
        }
    }

    [Fact]
    public async Task Listening_is_written_down_and_nothing_is_given_out_when_that_fails()
    {
        await using var rig = new EngineRig();
        string id = await Record(rig, 1);
        RecordingAccess access = rig.Get<RecordingAccess>();
        access.OpenAudio(Ann, id, 1, note: true)!.Value.Audio.Dispose();
        access.OpenAudio(Ann, id, 1, note: false)!.Value.Audio.Dispose();
        rig.Get<AccessLog>().Read().Select(e => (e.Who, e.Action, e.Target)).ShouldBe([("ann", "listen", id)]);
        File.Delete(rig.Get<AccessLog>().Path);
        Directory.CreateDirectory(rig.Get<AccessLog>().Path);
        Should.Throw<Exception>(() => access.OpenAudio(Ann, id, 1, note: true)).ShouldBeAssignableTo<SystemException>();
    }

    [Theory]
    [InlineData("../earshot")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData(".hidden")]
    [InlineData("nul\0")]
    public async Task An_id_that_is_no_file_s_stem_opens_nothing(string id)
    {
        await using var rig = new EngineRig();
        rig.Get<RecordingAccess>().OpenAudio(Ann, id, 1, note: true).ShouldBeNull();
        rig.Get<AccessLog>().Read().ShouldBeEmpty();
    }

    private static string Sid(int number) => $"CA{number:d32}";

    private static async Task<string> Record(EngineRig rig, int number)
    {
        var call = new SyntheticCall($"MZ{number:d32}", Sid(number));
        StreamSession session = rig.Open();
        session.Send(call.Start());
        session.Send(call.RunBoth(0, 30));
        session.Send("nonsense"u8.ToArray());
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        session.Send(call.RunBoth(1500, 30));
        session.Send(call.Stop());
        await session.StoredAsync();
        return session.Names!.TrackStems[0];
    }
}
