using System.Diagnostics;
using Earshot.Engine.Calls;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Recording;

/// <summary>What became of a stream's files.</summary>
/// <param name="CallStem">Stem of journal and call manifest.</param>
/// <param name="Tracks">One entry for each track that has a file.</param>
/// <param name="JournalMissing">Messages that the journal lacks.</param>
/// <param name="Opened">False when nothing could be written at all.</param>
internal sealed record RecordedFiles(string CallStem, IReadOnlyList<RecordedTrack> Tracks, long JournalMissing, bool Opened);

/// <summary>A track's files.</summary>
internal sealed record RecordedTrack(Track Track, string Stem, IReadOnlyList<SegmentManifest> Segments, long MissingSamples);

/// <summary>Carries one stream to its files. The reading thread gathers into a batch, a writer thread takes the batch over and writes it; the two meet in one short lock.</summary>
/// <remarks>
/// Trouble with the disk stays here: a batch that could not be written is kept and tried again, what comes meanwhile gathers up to
/// <see cref="RecordingOptions.BufferLimit"/>, what comes beyond is counted. Samples always go to their own place, so after trouble the file is on the call's clock.
/// </remarks>
internal sealed class StreamRecorder : IDisposable
{
    private const int PcmBytesPerSecond = 32_000;
    private const int JournalBytesPerSecond = 64_000;
    private const int LargestBurst = 16 << 20;

    private readonly Lock gate = new();
    private readonly Lock troubles = new();
    private readonly RecordingOptions options;
    private readonly long journalLimit;
    private readonly long pcmLimit;
    private readonly long pcmLimitWithFill;
    private readonly IRecordingObserver observer;
    private readonly JournalFile journal;
    private readonly WaveFileSink[] sinks;
    private readonly long[] nextSample = new long[TrackNames.Count];
    private readonly TaskCompletionSource<RecordedFiles> finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RecordingBatch filling = RecordingBatch.Rent();
    private RecordingBatch writing = RecordingBatch.Nothing;
    private long journalMissing;
    private long lastUs;
    private bool announced;
    private volatile bool ending;
    private bool finishedWriting;
    private volatile bool inTrouble;
    private volatile bool syncFailed;

    public StreamRecorder(IRecordingStorage storage, RecordingOptions options, StreamNames names, JournalHeader header, IRecordingObserver observer, TimeSpan longestFill = default)
    {
        this.options = options;
        this.observer = observer;
        journalLimit = (long)(options.BufferLimit.TotalSeconds * JournalBytesPerSecond);
        pcmLimit = (long)(options.BufferLimit.TotalSeconds * PcmBytesPerSecond);
        pcmLimitWithFill = pcmLimit + (long)(longestFill.TotalSeconds * PcmBytesPerSecond); // One gap may add its whole silence at once; with a disk that works that is no backlog.
        journal = new JournalFile(storage, names.CallStem, header);
        long segmentSamples = (long)(options.SegmentLength.TotalSeconds * PcmBytesPerSecond / 2);
        sinks = [.. names.TrackStems.Select(stem => new WaveFileSink(storage, stem, segmentSamples))];
    }

    /// <summary>Completes when the last batch is written, or given up.</summary>
    public Task<RecordedFiles> Finished => finished.Task;

    /// <summary>True while the disk does not take what it is given.</summary>
    public bool InTrouble => inTrouble;

    /// <summary>When this stream was last written, for the writer's own book-keeping.</summary>
    internal long LastWriteTicks { get; set; }

    /// <summary>When the journal was last brought to the medium, for the syncing thread's own book-keeping.</summary>
    internal long LastSyncTicks { get; set; }

    /// <summary>When the end came; 0 before.</summary>
    internal long EndingSinceTicks { get; set; }

    /// <summary>Held while a message and its samples are appended: they go into one batch.</summary>
    public Lock.Scope EnterAppending() => gate.EnterScope();

    /// <summary>Step 5: the raw message, before anything is done with it. Within <see cref="EnterAppending"/>.</summary>
    public void AppendMessage(ReadOnlySpan<byte> message, bool isJson, bool outgoing, long us)
    {
        Debug.Assert(gate.IsHeldByCurrentThread);
        if (finishedWriting) return;
        lastUs = us;
        if (filling.JournalDropped > 0 || filling.Journal.Length + message.Length > journalLimit + (inTrouble ? 0 : LargestBurst))
            filling.JournalDropped++;
        else
            JournalLine.Append(filling.Journal, us, outgoing, message, isJson);
    }

    /// <summary>How long the carrier's socket took to answer: what the caller heard is placed by it.</summary>
    public void AppendRoundTrip(long us, long roundTripUs)
    {
        lock (gate)
        {
            if (!finishedWriting && filling.JournalDropped == 0) JournalLine.AppendRoundTrip(filling.Journal, us, roundTripUs);
        }
    }

    /// <summary>From now on the outbound recording is a microphone's, not what the journal renders.</summary>
    public void AppendMicrophone(long us)
    {
        lock (gate)
        {
            if (!finishedWriting && filling.JournalDropped == 0) JournalLine.AppendMicrophone(filling.Journal, us);
        }
    }

    /// <summary>Step 9: samples at 16 kHz that follow on the track's last ones. Within <see cref="EnterAppending"/>.</summary>
    public void AppendSamples(Track track, ReadOnlySpan<short> samples)
    {
        Debug.Assert(gate.IsHeldByCurrentThread);
        if (finishedWriting) return;
        TrackPart part = filling.Part(track);
        ref long next = ref nextSample[(int)track];
        int bytes = samples.Length * sizeof(short);
        if (part.DroppedSamples > 0 || part.Pcm.Length + bytes > (inTrouble ? pcmLimit : pcmLimitWithFill))
        {
            part.DroppedSamples += samples.Length;
        }
        else
        {
            if (part.Pcm.Length == 0) part.StartSample = next;
            samples.CopyTo(part.Pcm.ReserveSamples(samples.Length));
            part.Pcm.Advance(bytes);
        }
        next += samples.Length;
    }

    /// <summary>No more will come; the writer finishes the files.</summary>
    public void End()
    {
        lock (gate) ending = true; // Under the lock: what was appended before it is in the batch that the writer finds.
    }

    /// <summary>True when there is nothing to wait for: a writer should call <see cref="WriteOut"/> at once.</summary>
    internal bool IsEnding => ending;

    /// <summary>Writes what has gathered. On the writer's thread only. False when the disk did not take all of it.</summary>
    internal bool WriteOut(string? refusal)
    {
        if (refusal is not null) return Trouble(refusal);
        try
        {
            if (syncFailed) RollAll();
            journal.Open();
            bool isAnnounced = Announce();
            do
            {
                if (writing.IsEmpty) Swap();
                WriteBatch();
                RecordingBatch.Return(writing);
                writing = RecordingBatch.Nothing;
            }
            while (HasMore());
            if (!isAnnounced) return false;
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            return Trouble(StorageFault.Describe(e, LocationText));
        }
        if (inTrouble) Resume();
        return true;
    }

    /// <summary>A write does not come back, of this stream or of one before it. On a thread of its own.</summary>
    internal void NoteHang(string reason)
    {
        if (!finished.Task.IsCompleted) Trouble(reason);
    }

    /// <summary>Closes the files after a fault of our own, and says so where disk trouble is said.</summary>
    internal void GiveUp(Exception fault)
    {
        try { Trouble($"the recorder failed, and writes no more of this stream: {fault.Message}"); }
        finally { Finish(); }
    }

    /// <summary>Closes the files. On the writer's thread, after the last <see cref="WriteOut"/> or when it is given up.</summary>
    internal void Finish()
    {
        RecordingBatch rest;
        lock (gate)
        {
            rest = filling;
            filling = RecordingBatch.Nothing;
            finishedWriting = true;
        }
        journalMissing += writing.JournalMessages + rest.JournalMessages;
        var tracks = new List<RecordedTrack>();
        for (int i = 0; i < sinks.Length; i++)
        {
            WaveFileSink sink = sinks[i];
            try { if (!syncFailed) sink.Sync(); }
            catch (Exception e) when (StorageFault.Is(e)) { Trouble(StorageFault.Describe(e, LocationText)); }
            IReadOnlyList<SegmentManifest> segments = sink.Close();
            if (segments.Count > 0) tracks.Add(new RecordedTrack((Track)i, sink.Stem, segments, sink.MissingSamples + nextSample[i] - sink.EndSample));
        }
        bool opened = journal.IsOpen;
        try { journal.Sync(); }
        catch (Exception e) when (StorageFault.Is(e)) { Trouble(StorageFault.Describe(e, LocationText)); }
        journal.Dispose();
        RecordingBatch.Return(writing);
        writing = RecordingBatch.Nothing;
        RecordingBatch.Return(rest);
        finished.TrySetResult(new RecordedFiles(journal.Stem, tracks, journalMissing, opened));
    }

    /// <summary>Brings the journal to the medium; the WAV can be completed from it. On the syncing thread.</summary>
    internal void SyncJournal()
    {
        if (syncFailed || finished.Task.IsCompleted) return;
        try
        {
            journal.Sync();
        }
        catch (ObjectDisposedException)
        {
            // The stream ended meanwhile; the end syncs for itself.
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            syncFailed = true;
            Trouble(StorageFault.Describe(e, LocationText));
        }
    }

    public void Dispose()
    {
        journal.Dispose();
        foreach (WaveFileSink sink in sinks) sink.Dispose();
    }

    private string LocationText => options.Directory;

    /// <summary>Says once that the journal is open. Should that fail it is said again with the next write; the audio does not wait for it.</summary>
    private bool Announce()
    {
        if (announced) return true;
        try
        {
            observer.OnOpened(journal.Stem);
            return announced = true;
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            return Trouble(StorageFault.Describe(e, LocationText));
        }
    }

    private void Swap()
    {
        RecordingBatch next = RecordingBatch.Rent();
        lock (gate) (filling, writing) = (next, filling);
    }

    private bool HasMore()
    {
        lock (gate) return ending && !filling.IsEmpty;
    }

    private void WriteBatch()
    {
        if (writing.Journal.Length > 0)
        {
            journal.Write(writing.Journal.Span);
            writing.Journal.Clear();
        }
        if (writing.JournalDropped > 0)
        {
            var note = new PooledBytes();
            JournalLine.AppendGap(note, lastUs, writing.JournalDropped);
            journal.Write(note.Span);
            note.Release();
            journalMissing += writing.JournalDropped;
            writing.JournalDropped = 0;
        }
        for (int i = 0; i < sinks.Length; i++)
        {
            if (writing.PartOrNull((Track)i) is not { IsEmpty: false } part) continue;
            WriteTrack((Track)i, sinks[i], part);
            part.Clear();
        }
    }

    private void WriteTrack(Track track, WaveFileSink sink, TrackPart part)
    {
        if (part.Pcm.Length == 0) return;
        bool created = sink.Write(part.StartSample, part.Pcm.Span);
        if (created) observer.OnFileCreated(track, sink.CurrentPath!);
        observer.OnWritten(track, part.Pcm.Length);
    }

    private void RollAll()
    {
        journal.Roll();
        foreach (WaveFileSink sink in sinks) sink.Roll();
        syncFailed = false;
    }

    private bool Trouble(string reason)
    {
        lock (troubles)
        {
            if (!inTrouble) observer.OnTrouble(reason);
            inTrouble = true;
        }
        return false;
    }

    private void Resume()
    {
        lock (troubles)
        {
            inTrouble = false;
            observer.OnResumed();
        }
    }
}

/// <summary>The names that a stream's files ask for.</summary>
/// <param name="CallStem">Of journal and call manifest.</param>
/// <param name="TrackStems">Of each track's WAV, by track.</param>
internal sealed record StreamNames(string CallStem, IReadOnlyList<string> TrackStems);
