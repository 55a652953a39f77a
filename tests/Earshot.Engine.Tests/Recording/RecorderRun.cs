using Earshot.Engine.Calls;
using Earshot.Engine.Recording;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Recording;

/// <summary>A recorder that a test drives itself: a batch of both tracks a step, written by the test in the writer's place.</summary>
internal sealed class RecorderRun : IRecordingObserver
{
    public const int BatchMs = 200;
    public const string CallStem = "call_MZ1_20260304_050607";

    private readonly List<byte[]> messages = [];

    public RecorderRun(FaultyStorage storage, RecordingOptions? options = null)
    {
        Storage = storage;
        string[] stems = ["technician_MZ1_20260304_050607", "agent_MZ1_20260304_050607"];
        var header = new JournalHeader { StreamSid = "MZ1", CallSid = "CA1", StartedAt = ManualTimeProvider.Begin, ZeroAt = ManualTimeProvider.Begin, TrackStems = stems };
        Recorder = new StreamRecorder(storage, options ?? new RecordingOptions(), new StreamNames(CallStem, stems), header, this);
    }

    public FaultyStorage Storage { get; }

    public StreamRecorder Recorder { get; }

    public List<string> Troubles { get; } = [];

    public int Resumed { get; private set; }

    public int Opened { get; private set; }

    public List<string> Created { get; } = [];

    /// <summary>Thrown when the journal is announced.</summary>
    public Exception? RefuseOpened { get; set; }

    /// <summary>Batches that were given so far.</summary>
    public int Batches { get; private set; }

    public IReadOnlyList<byte[]> Messages => messages;

    /// <summary>The sample that belongs at a place of a track; never 0, so that a hole shows.</summary>
    public static short Sample(Track track, long place) => (short)((((place * 31) + ((int)track * 7919)) % 30000) + 1);

    /// <summary>200 ms of both tracks and their messages.</summary>
    public RecorderRun Give()
    {
        short[] pcm = new short[320];
        for (int frame = 0; frame < BatchMs / 20; frame++)
            for (var track = Track.Inbound; track <= Track.Outbound; track++)
            {
                long place = ((long)Batches * BatchMs * 16) + (frame * 320);
                for (int i = 0; i < pcm.Length; i++) pcm[i] = Sample(track, place + i);
                messages.Add(System.Text.Encoding.UTF8.GetBytes($"{{\"n\":{messages.Count},\"pad\":\"{new string('x', 300)}\"}}"));
                using Lock.Scope appending = Recorder.EnterAppending();
                Recorder.AppendMessage(messages[^1], isJson: true, outgoing: false, us: messages.Count);
                Recorder.AppendSamples(track, pcm);
            }
        Batches++;
        return this;
    }

    public bool Write(string? refusal = null) => Recorder.WriteOut(refusal);

    /// <summary>Gives and writes, so many times.</summary>
    public RecorderRun Step(int batches)
    {
        for (int i = 0; i < batches; i++) Give().Write();
        return this;
    }

    /// <summary>The end, as the writers do it.</summary>
    public async Task<RecordedFiles> End()
    {
        Recorder.End();
        Write();
        Recorder.Finish();
        Recorder.Finished.IsCompleted.ShouldBeTrue();
        return await Recorder.Finished;
    }

    /// <summary>Every sample of the files is the one that belongs there or lies in a hole of zeros. Gives the samples that are not there.</summary>
    public long MissingIn(RecordedFiles files, Track track)
    {
        RecordedTrack? recorded = files.Tracks.SingleOrDefault(t => t.Track == track);
        long given = (long)Batches * BatchMs * 16, holes = 0, end = 0;
        foreach (SegmentManifest segment in recorded?.Segments ?? [])
        {
            segment.StartSample.ShouldBe(end);
            short[] samples = WaveAssert.Samples(Storage.Bytes(segment.File), segment.File);
            samples.Length.ShouldBe((int)segment.Samples);
            for (int i = 0; i < samples.Length; i++)
            {
                if (samples[i] == 0) holes++;
                else if (samples[i] != Sample(track, segment.StartSample + i)) Assert.Fail($"{segment.File}: sample {segment.StartSample + i} is not where it belongs");
            }
            end += segment.Samples;
        }
        return holes + given - end;
    }

    /// <summary>The journal as it can be read: a message that is not as it was given fails. Gives how many there are, and how many it says it lacks.</summary>
    public (long Present, long Missing) ReadJournal()
    {
        var reader = new JournalReader();
        var visitor = new Visitor(messages);
        reader.ReadAll(Storage, CallStem, visitor);
        reader.BadLines.ShouldBe(0);
        reader.Header.ShouldNotBeNull();
        return (visitor.Count, reader.Missing);
    }

    void IRecordingObserver.OnOpened(string callStem)
    {
        if (RefuseOpened is { } error) throw error;
        Opened++;
    }

    void IRecordingObserver.OnFileCreated(Track track, string path) => Created.Add(Path.GetFileName(path));

    void IRecordingObserver.OnWritten(Track track, int bytes)
    {
    }

    void IRecordingObserver.OnTrouble(string reason) => Troubles.Add(reason);

    void IRecordingObserver.OnResumed() => Resumed++;

    private sealed class Visitor(IReadOnlyList<byte[]> given) : IJournalVisitor
    {
        private long last;

        public long Count { get; private set; }

        public void OnEntry(in JournalEntry entry)
        {
            entry.Us.ShouldBeGreaterThan(last);
            last = entry.Us;
            entry.Message.SequenceEqual(given[(int)entry.Us - 1]).ShouldBeTrue($"message {entry.Us}");
            Count++;
        }
    }
}
