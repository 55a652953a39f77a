using Earshot.Engine.Calls;
using Earshot.Engine.Recording;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Recording;

public sealed class StreamRecorderTests
{
    [Fact]
    public async Task Without_trouble_the_files_hold_everything_and_are_true_after_every_write()
    {
        var run = new RecorderRun(new FaultyStorage());
        for (int i = 1; i <= 20; i++)
        {
            run.Give().Write().ShouldBeTrue();
            foreach (string wav in run.Created) WaveAssert.Samples(run.Storage.Bytes(wav), wav).Length.ShouldBe(i * RecorderRun.BatchMs * 16);
            run.ReadJournal().ShouldBe((i * 20, 0));
        }
        RecordedFiles files = await run.End();
        (run.MissingIn(files, Track.Inbound), run.MissingIn(files, Track.Outbound), files.JournalMissing).ShouldBe((0, 0, 0));
        (run.Troubles.Count, run.Resumed, run.Opened, run.Created.Count).ShouldBe((0, 0, 1, 2));
    }

    [Fact]
    public void Every_change_leaves_files_that_open_as_they_lie()
    {
        var storage = new FaultyStorage();
        var run = new RecorderRun(storage);
        int looked = 0;
        storage.Changed = s =>
        {
            foreach (string wav in s.List().Where(n => n.EndsWith(".wav", StringComparison.Ordinal) && s.LengthOf(n) > 0))
            {
                WaveAssert.Samples(s.Bytes(wav), wav, tornEnd: true); // Between the samples and the header's new sizes a file is longer than it says.
                looked++;
            }
        };
        run.Step(10);
        looked.ShouldBeGreaterThan(30);
    }

    /// <summary>Fails the n-th change of the disk, for every n, once and for good, with and without a part of the write in the file.</summary>
    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 0.5)]
    [InlineData(false, 0.013)]
    [InlineData(true, 0)]
    [InlineData(true, 0.7)]
    public async Task Whatever_change_fails_the_recorder_goes_on_and_tells(bool forGood, double part)
    {
        long changes = await CountChanges();
        changes.ShouldBeGreaterThan(30);
        for (long n = 0; n < changes; n++)
        {
            var storage = new FaultyStorage { PartOfFailedWrite = part };
            var run = new RecorderRun(storage);
            storage.FailAt(n, forGood);
            run.Step(6);
            run.Troubles.Count.ShouldBe(1, $"change {n}");
            storage.Fault = null;
            run.Step(3);
            RecordedFiles files = await run.End();
            (run.Troubles.Count, run.Resumed, run.Opened).ShouldBe((1, 1, 1), $"change {n}");
            run.Created.Count.ShouldBe(2, $"change {n}: {string.Join(' ', storage.List())}");
            for (var track = Track.Inbound; track <= Track.Outbound; track++) run.MissingIn(files, track).ShouldBe(0, $"change {n}: nothing is lost within the buffer's limit");
            run.ReadJournal().ShouldBe((run.Messages.Count, 0), $"change {n}");
        }
    }

    [Theory]
    [InlineData(StorageOperation.Create)]
    [InlineData(StorageOperation.Write)]
    public async Task A_disk_that_never_takes_anything_is_told_once_and_harms_nothing(StorageOperation operation)
    {
        var storage = new FaultyStorage { Fault = (_, op, _) => op == operation ? new UnauthorizedAccessException() : null };
        var run = new RecorderRun(storage);
        run.Step(40);
        RecordedFiles files = await run.End();
        run.Troubles.ShouldHaveSingleItem().ShouldContain("no permission to write");
        run.Recorder.InTrouble.ShouldBeTrue();
        files.Tracks.ShouldBeEmpty();
        files.JournalMissing.ShouldBe(run.Messages.Count);
        storage.List().ShouldAllBe(name => !name.EndsWith(".wav", StringComparison.Ordinal), "no empty WAV stays behind");
    }

    [Fact]
    public async Task After_long_trouble_the_file_is_on_the_call_s_clock_with_a_hole_that_is_counted()
    {
        var storage = new FaultyStorage();
        var run = new RecorderRun(storage, new RecordingOptions { BufferLimit = TimeSpan.FromSeconds(2) });
        run.Step(5);
        storage.Fault = (_, _, _) => FaultyStorage.NoSpaceLeft();
        run.Step(50); // 10 s of which 2 fit into memory, beside the batch that was being written.
        run.Recorder.InTrouble.ShouldBeTrue();
        storage.Fault = null;
        run.Step(5);
        RecordedFiles files = await run.End();
        for (var track = Track.Inbound; track <= Track.Outbound; track++)
        {
            long missing = run.MissingIn(files, track);
            files.Tracks[(int)track].MissingSamples.ShouldBe(missing);
            (missing / 16).ShouldBeInRange(7500, 8200);
            files.Tracks[(int)track].Segments.ShouldHaveSingleItem().Samples.ShouldBe(run.Batches * RecorderRun.BatchMs * 16);
        }
        (long present, long noted) = run.ReadJournal();
        noted.ShouldBeGreaterThan(0);
        (present + noted).ShouldBe(run.Messages.Count);
        files.JournalMissing.ShouldBe(noted);
        (run.Troubles.Count, run.Resumed).ShouldBe((1, 1));
        run.Troubles[0].ShouldContain("no space left");
    }

    [Fact]
    public void Memory_is_bounded_while_the_disk_takes_nothing()
    {
        var storage = new FaultyStorage { Fault = (_, _, _) => FaultyStorage.NoSpaceLeft() };
        var run = new RecorderRun(storage, new RecordingOptions { BufferLimit = TimeSpan.FromSeconds(1) });
        run.Step(20);
        byte[] message = new byte[48 << 10];
        short[] pcm = new short[32_000];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            using Lock.Scope appending = run.Recorder.EnterAppending();
            run.Recorder.AppendMessage(message, isJson: false, outgoing: false, 1_000_001 + i);
            run.Recorder.AppendSamples(Track.Inbound, pcm);
        }
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(8 << 20, "1.1 GB went in");
    }

    [Fact]
    public async Task Too_little_room_is_a_refusal_until_there_is_room()
    {
        var run = new RecorderRun(new FaultyStorage());
        run.Step(2);
        long changes = run.Storage.Operations;
        run.Give().Write("only 3 MiB left").ShouldBeFalse();
        run.Give().Write("only 3 MiB left").ShouldBeFalse();
        run.Storage.Operations.ShouldBe(changes, "nothing is written");
        run.Troubles.ShouldBe(["only 3 MiB left"]);
        run.Give().Write().ShouldBeTrue();
        RecordedFiles files = await run.End();
        run.MissingIn(files, Track.Inbound).ShouldBe(0);
        run.Resumed.ShouldBe(1);
    }

    [Fact]
    public async Task A_failed_sync_is_final_for_a_file_and_the_recording_goes_on_in_new_ones()
    {
        var storage = new FaultyStorage();
        var run = new RecorderRun(storage);
        run.Step(3);
        storage.Fault = (_, op, _) => op == StorageOperation.Sync ? new IOException("fsync failed: EIO") : null;
        run.Recorder.SyncJournal();
        run.Troubles.ShouldHaveSingleItem().ShouldContain("fsync failed");
        storage.Fault = null;
        run.Step(3);
        run.Recorder.SyncJournal();
        RecordedFiles files = await run.End();
        files.Tracks.ShouldAllBe(t => t.Segments.Count == 2 && t.Segments[1].File.EndsWith(".2.wav"));
        JournalReader.Parts(storage, files.CallStem).Count.ShouldBe(2);
        (run.MissingIn(files, Track.Inbound), run.MissingIn(files, Track.Outbound)).ShouldBe((0, 0));
        run.ReadJournal().ShouldBe((run.Messages.Count, 0));
        run.Resumed.ShouldBe(1);
    }

    [Fact]
    public async Task A_failed_sync_at_the_end_is_told_and_the_files_stay()
    {
        var storage = new FaultyStorage();
        var run = new RecorderRun(storage);
        run.Step(3);
        storage.Fault = (_, op, _) => op == StorageOperation.Sync ? new IOException("fsync failed: EIO") : null;
        RecordedFiles files = await run.End();
        run.Troubles.Count.ShouldBe(1);
        (run.MissingIn(files, Track.Inbound), run.MissingIn(files, Track.Outbound)).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A_file_is_on_the_medium_before_the_recording_goes_on_in_the_next()
    {
        var storage = new FaultyStorage();
        var done = new List<string>();
        storage.Fault = (_, op, name) =>
        {
            if (op is StorageOperation.Sync or StorageOperation.Create) done.Add($"{op} {name.Split('.', 2)[^1]}");
            return null;
        };
        var run = new RecorderRun(storage, new RecordingOptions { SegmentLength = TimeSpan.FromSeconds(1) });
        run.Step(6);
        done.ShouldBe(["Create wire.jsonl", "Create wav", "Create wav", "Sync wav", "Create 2.wav", "Sync wav", "Create 2.wav"]);
        storage.Fault = (_, op, _) => op == StorageOperation.Sync ? new IOException("fsync failed: EIO") : null;
        run.Step(5);
        run.Troubles.ShouldHaveSingleItem().ShouldContain("fsync failed");
        storage.Fault = null;
        run.Step(5);
        RecordedFiles files = await run.End();
        (run.MissingIn(files, Track.Inbound), run.MissingIn(files, Track.Outbound), run.Resumed).ShouldBe((0, 0, 1));
        run.ReadJournal().ShouldBe((run.Messages.Count, 0));
    }

    [Fact]
    public async Task The_first_sync_of_a_journal_makes_its_name_lasting_too()
    {
        var storage = new FaultyStorage();
        var run = new RecorderRun(storage);
        int names = 0;
        storage.Fault = (_, op, _) => op == StorageOperation.SyncNames && names++ == 0 ? new IOException("fsync failed: EIO") : null;
        run.Step(2);
        names.ShouldBe(0);
        run.Recorder.SyncJournal();
        (names, run.Troubles.Count).ShouldBe((1, 1), "it failed, and that is told");
        run.Step(2);
        run.Recorder.SyncJournal();
        run.Recorder.SyncJournal();
        names.ShouldBe(2, "once for each file");
        RecordedFiles files = await run.End();
        (names, JournalReader.Parts(storage, files.CallStem).Count, run.Resumed).ShouldBe((2, 2, 1));
    }

    [Fact]
    public async Task A_long_recording_goes_on_in_a_next_file()
    {
        var run = new RecorderRun(new FaultyStorage(), new RecordingOptions { SegmentLength = TimeSpan.FromSeconds(1) });
        run.Step(17);
        RecordedFiles files = await run.End();
        const string Stem = "technician_MZ1_20260304_050607";
        files.Tracks[0].Segments.Select(s => (s.File, s.StartSample, s.Samples)).ShouldBe(
            [(Stem + ".wav", 0, 16_000), (Stem + ".2.wav", 16_000, 16_000), (Stem + ".3.wav", 32_000, 16_000), (Stem + ".4.wav", 48_000, 6_400)]);
        (run.MissingIn(files, Track.Inbound), run.MissingIn(files, Track.Outbound)).ShouldBe((0, 0));
    }

    [Fact]
    public async Task The_announcement_may_fail_and_the_audio_does_not_wait_for_it()
    {
        var run = new RecorderRun(new FaultyStorage()) { RefuseOpened = FaultyStorage.NoSpaceLeft() };
        run.Step(2);
        run.Created.Count.ShouldBe(2);
        (run.Opened, run.Troubles.Count).ShouldBe((0, 1));
        run.RefuseOpened = null;
        run.Step(1);
        (run.Opened, run.Resumed).ShouldBe((1, 1));
        RecordedFiles files = await run.End();
        run.MissingIn(files, Track.Outbound).ShouldBe(0);
    }

    [Fact]
    public async Task A_stream_that_ends_in_trouble_leaves_what_was_written_whole_and_counts_the_rest()
    {
        long changes = await CountChanges();
        for (long n = 0; n < changes; n++)
        {
            var storage = new FaultyStorage { PartOfFailedWrite = 0.31 };
            var run = new RecorderRun(storage);
            storage.FailAt(n, fromThenOn: true);
            run.Step(6);
            storage.Fault = (_, op, _) => op == StorageOperation.Write ? FaultyStorage.NoSpaceLeft() : null;
            RecordedFiles files = await run.End();
            run.Troubles.Count.ShouldBe(1);
            foreach (RecordedTrack track in files.Tracks) run.MissingIn(files, track.Track).ShouldBe(track.MissingSamples, $"change {n}");
            long present = storage.LengthOf(RecorderRun.CallStem + ".wire.jsonl") > 200 ? run.ReadJournal().Present : 0;
            (present + files.JournalMissing).ShouldBeInRange(run.Messages.Count, run.Messages.Count + 20, $"change {n}: every message is there or counted (those of a torn batch may be both)");
        }
    }

    private static async Task<long> CountChanges()
    {
        var run = new RecorderRun(new FaultyStorage());
        run.Step(6);
        long changes = run.Storage.Operations;
        await run.End();
        return changes;
    }
}
