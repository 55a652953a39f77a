using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Ingest;

/// <summary>Writes a stream's manifests and rows: at its start, and when its files are closed.</summary>
internal sealed class StreamCompletion(ManifestStore manifests, CatalogWriter catalog, CallLog log) : IDisposable
{
    private const int ParallelCloses = 2;

    private readonly SemaphoreSlim closing = new(ParallelCloses);
    private readonly Lock naming = new();

    public void Dispose() => closing.Dispose();

    /// <summary>The journal is open (on a writer thread): the start manifest goes beside it.</summary>
    public void OnOpened(StreamSession session, string callStem)
    {
        CallManifest manifest = ManifestBuilder.Call(ContextOf(session, RecordingStates.Recording), null, [], 0);
        manifests.Write(callStem, manifest, durable: false);
        SaveRows(session, CatalogRecords.From(callStem, manifest, []));
    }

    /// <summary>A stream that is not recorded has a call manifest all the same.</summary>
    /// <returns>The manifest's stem, when it is written.</returns>
    public Task<string> OnStartedUnrecorded(StreamSession session)
    {
        CallManifest manifest = ManifestBuilder.Call(ContextOf(session, RecordingStates.Recording), null, [], 0);
        return Task.Run(() =>
        {
            string stem = session.Names!.CallStem;
            try
            {
                lock (naming)
                {
                    stem = FreeStem(stem);
                    manifests.Write(stem, manifest, durable: false);
                }
            }
            catch (Exception e) when (StorageFault.Is(e))
            {
                log.CompletionFailed(session, e);
            }
            SaveRows(session, CatalogRecords.From(stem, manifest, []));
            return stem;
        });
    }

    /// <summary>Finishes a stream that has ended.</summary>
    public Task Begin(StreamSession session, StreamRecorder? recorder) => Task.Run(() => Finish(session, recorder));

    private async Task Finish(StreamSession session, StreamRecorder? recorder)
    {
        try
        {
            if (session.Facts is not null) await Close(session, recorder);
        }
        catch (Exception e)
        {
            log.CompletionFailed(session, e);
        }
        finally
        {
            recorder?.Dispose();
            session.Decoder.Dispose();
            log.StreamClosed(session, session.Decoder.SetAsideCount);
        }
    }

    private async Task Close(StreamSession session, StreamRecorder? recorder)
    {
        RecordedFiles files = recorder is null ? new RecordedFiles(await session.Opened!, [], 0, Opened: true) : await recorder.Finished;
        await closing.WaitAsync();
        StreamRecord record;
        try
        {
            record = WriteManifests(session, files);
        }
        finally
        {
            closing.Release();
        }
        try
        {
            await catalog.Enqueue(store => store.Save(record));
        }
        catch (Exception e)
        {
            log.CatalogFailed(session, e);
        }
    }

    private StreamRecord WriteManifests(StreamSession session, RecordedFiles files)
    {
        StreamContext context = ContextOf(session, RecordingStates.Complete);
        var recordings = new List<(string Stem, RecordingManifest Manifest)>();
        foreach (RecordedTrack track in files.Tracks)
        {
            if (session.Decoder[track.Track] is not { } decoded) continue;
            RecordingManifest manifest = ManifestBuilder.Recording(context, decoded, track with { Segments = HashedOrNot(session, track.Segments) }, track.Track == Track.Outbound ? session.Microphone : null);
            recordings.Add((track.Stem, manifest));
            log.Closed(session, manifest);
        }
        CallManifest call = ManifestBuilder.Call(context, session.Decoder, [.. recordings.Select(r => r.Stem)], files.JournalMissing);
        try
        {
            foreach ((string stem, RecordingManifest manifest) in recordings) manifests.Write(stem, manifest, durable: true);
            manifests.Write(files.CallStem, call, durable: true);
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            log.CompletionFailed(session, e);
        }
        return CatalogRecords.From(files.CallStem, call, recordings);
    }

    /// <summary>A file that cannot be read back is named without its hash: the call is closed all the same.</summary>
    private IReadOnlyList<SegmentManifest> HashedOrNot(StreamSession session, IReadOnlyList<SegmentManifest> segments)
    {
        try
        {
            return manifests.WithHashes(segments);
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            log.CompletionFailed(session, e);
            return segments;
        }
    }

    private string FreeStem(string wanted)
    {
        for (int attempt = 1; ; attempt++)
        {
            string stem = FileNames.Attempt(wanted, attempt);
            if (!manifests.Storage.Exists(stem + FileNames.Manifest) && !manifests.Storage.Exists(stem + FileNames.Journal)) return stem;
        }
    }

    private void SaveRows(StreamSession session, StreamRecord record) =>
        catalog.Enqueue(store => store.Save(record)).ContinueWith(
            t => log.CatalogFailed(session, t.Exception!.GetBaseException()), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private static StreamContext ContextOf(StreamSession session, string state) => new()
    {
        Facts = session.Facts!,
        State = state,
        StartedAt = session.StartedAt,
        EndedAt = state == RecordingStates.Recording ? null : session.EndedAt,
        EndReason = session.EndReason,
        Ticket = session.Ticket,
        Policy = session.Policy,
        Stages = session.Stages.Snapshot(),
        Events = state == RecordingStates.Recording ? [] : session.Events.Snapshot(),
        Speakers = [session.SpeakerOf(Track.Inbound), session.SpeakerOf(Track.Outbound)],
    };
}
