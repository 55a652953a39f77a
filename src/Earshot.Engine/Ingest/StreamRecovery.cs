using Earshot.Audio.Levels;
using Earshot.Audio.Wave;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;
using Microsoft.Extensions.Logging;

namespace Earshot.Engine.Ingest;

/// <summary>One stream that recovery finished.</summary>
/// <param name="Stem">Its call manifest.</param>
/// <param name="CallSid">Its call.</param>
/// <param name="Appended">Samples that were taken from the journal.</param>
/// <param name="Problem">What kept it from being finished, or null.</param>
internal sealed record RecoveredStream(string Stem, string CallSid, long Appended, string? Problem);

/// <summary>Finishes what was cut off: completes each WAV from its journal, writes the manifests, and enters the catalog by the same door as a live end. Can be cut off itself and run again.</summary>
internal sealed partial class StreamRecovery(ManifestStore manifests, CallStore store, ClosedStreams closedStreams, LiveStreams live, IngestOptions options, ILogger<StreamRecovery> log)
{
    private const int LongestHeader = 64 << 10;

    /// <summary>Recovers every stream that is not closed, and enters those that are closed on disk but not in the catalog. No other process may be recording into the folder.</summary>
    public IReadOnlyList<RecoveredStream> Run()
    {
        var done = new List<RecoveredStream>();
        var closed = new List<string>();
        foreach (string stem in Stems())
            if (RecoverSafely(stem, closed) is { } result) done.Add(result);
        done.AddRange(closedStreams.Enter(closed));
        return done;
    }

    /// <summary>True for a stream that this process records at the moment; the end of its stem is not known outside, as a taken name gets <c>_2</c>.</summary>
    private bool IsRunning(string stem) => live.All.Concat(live.Finishing).Any(s => s.Names is { } names && stem.StartsWith(names.CallStem, StringComparison.Ordinal));

    private IReadOnlyList<string> Stems()
    {
        try
        {
            return manifests.CallStems();
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            Log.NotRecovered(log, e, manifests.Storage.Location, StorageFault.Describe(e, manifests.Storage.Location));
            return [];
        }
    }

    /// <summary>Null when the stream runs here, or is closed already: then it is added to <paramref name="closed"/>. Whatever a damaged file brings about stays here: the server must come up and take calls.</summary>
    private RecoveredStream? RecoverSafely(string stem, List<string> closed)
    {
        CallManifest? call = null;
        try
        {
            call = manifests.ReadCall(stem);
            if (IsRunning(stem)) return null;
            if (call is not null && call.State != RecordingStates.Recording)
            {
                closed.Add(stem);
                return null;
            }
            if (call is null && TryRemoveEmpty(stem)) return null;
            RecoveredStream result = Recover(stem, call);
            if (result.Problem is null) Log.Recovered(log, stem, result.Appended / 16_000.0);
            else Log.NotRecovered(log, null, stem, result.Problem);
            return result;
        }
        catch (Exception e)
        {
            string problem = StorageFault.Is(e) ? StorageFault.Describe(e, manifests.Storage.Location) : e.Message;
            Log.NotRecovered(log, e, stem, problem);
            return new RecoveredStream(stem, call?.CallSid ?? "", 0, problem);
        }
    }

    /// <summary>A process can go between a journal's creation and its first line: nothing of the stream was kept, and there is nothing to finish.</summary>
    private bool TryRemoveEmpty(string stem)
    {
        IRecordingStorage storage = manifests.Storage;
        string journal = JournalReader.PartName(stem, 1);
        if (storage.Exists(stem + FileNames.Manifest) || storage.LengthOf(journal) is < 0 or > LongestHeader || JournalReader.Parts(storage, stem).Count > 1) return false;
        using (Stream stream = storage.OpenRead(journal))
            for (int next; (next = stream.ReadByte()) >= 0;)
                if (next == '\n') return false;
        storage.Delete(journal);
        Log.RemovedEmpty(log, stem);
        return true;
    }

    private RecoveredStream Recover(string stem, CallManifest? call)
    {
        using var rebuild = new Rebuild(manifests, stem, options);
        if (rebuild.Header is null || rebuild.Decoder.Facts is null) return CloseWithoutJournal(stem, call, rebuild);
        if (rebuild.HasMicrophone && rebuild.WaveOf(Track.Outbound) is { Appended: > 0 } near && rebuild.Decoder[Track.Outbound] is { } line) rebuild.NoteLostMicrophone(line.Figures.FirstMs, near);
        rebuild.NoteMissing();
        StreamContext context = rebuild.Context(call);
        var recordings = new List<(string Stem, RecordingManifest Manifest)>();
        for (var track = Track.Inbound; track <= Track.Outbound; track++)
        {
            if (rebuild.Decoder[track] is not { } decoded || rebuild.WaveOf(track) is not { } wave) continue;
            IReadOnlyList<SegmentManifest> segments = wave.Close();
            if (segments.Count == 0) continue;
            LevelMeter? microphone = track == Track.Outbound && rebuild.HasMicrophone ? LevelOf(segments) : null;
            RecordingManifest manifest = ManifestBuilder.Recording(context, decoded, new RecordedTrack(track, wave.Stem, manifests.WithHashes(segments), wave.Missing), microphone);
            manifests.Write(wave.Stem, manifest, durable: true);
            recordings.Add((wave.Stem, manifest));
        }
        CallManifest closed = ManifestBuilder.Call(context, rebuild.Decoder, [.. recordings.Select(r => r.Stem)], rebuild.Missing);
        if (call is not null) closed = closed with { From = call.From, To = call.To, Direction = call.Direction };
        manifests.Write(stem, closed, durable: true);
        store.Save(CatalogRecords.From(stem, closed, recordings));
        return new RecoveredStream(stem, closed.CallSid, rebuild.Appended, null);
    }

    private LevelMeter LevelOf(IReadOnlyList<SegmentManifest> segments)
    {
        var level = new LevelMeter();
        short[] samples = new short[16_000];
        foreach (SegmentManifest segment in segments)
        {
            using var reader = new WaveReader(manifests.Storage.OpenRead(segment.File));
            for (int count; (count = reader.Read(samples)) > 0;) level.Add(samples.AsSpan(0, count));
        }
        return level;
    }

    /// <summary>A stream that was not recorded, or of which nothing reached the disk but its call manifest.</summary>
    private RecoveredStream CloseWithoutJournal(string stem, CallManifest? call, Rebuild rebuild)
    {
        if (call is null)
            return new RecoveredStream(stem, rebuild.Header?.CallSid ?? "", 0, "the journal has no start message and there is no call manifest");
        CallManifest closed = call with { State = RecordingStates.Recovered, EndReason = EndReason.Recovered.Code() };
        manifests.Write(stem, closed, durable: true);
        store.Save(CatalogRecords.From(stem, closed, []));
        return new RecoveredStream(stem, closed.CallSid, 0, null);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 4101, Level = LogLevel.Warning, Message = "Recovered {Stem}: {Seconds:0.00} s of audio taken from its journal")]
        public static partial void Recovered(ILogger logger, string stem, double seconds);

        [LoggerMessage(EventId = 4104, Level = LogLevel.Warning, Message = "Removed the journal of {Stem}: it was cut off before its first line, and nothing of the stream was kept")]
        public static partial void RemovedEmpty(ILogger logger, string stem);

        [LoggerMessage(EventId = 4102, Level = LogLevel.Error, Message = "Could not recover {Stem}: {Problem}")]
        public static partial void NotRecovered(ILogger logger, Exception? error, string stem, string problem);
    }

    /// <summary>One stream, decoded again from its journal.</summary>
    private sealed class Rebuild : StreamConsumer, IDisposable
    {
        private readonly ManifestStore manifests;
        private readonly TimelineLog events = new();
        private readonly StageTracker stages = new(TimeProvider.System);
        private readonly WaveCompletion?[] waves = new WaveCompletion?[TrackNames.Count];
        private readonly JournalReader reader = new();
        private readonly JournalPlayer player;

        public Rebuild(ManifestStore manifests, string stem, IngestOptions options)
        {
            this.manifests = manifests;
            IRecordingStorage storage = manifests.Storage;
            Header = ReadHeader(storage, stem);
            Decoder = new StreamDecoder(options, Header?.ArrivalResolutionUs ?? 0, events, this);
            player = new JournalPlayer(Decoder);
            if (Header is null) return;
            stages.Reach(CallStage.SocketAccepted, at: Header.ZeroAt);
            reader.ReadAll(storage, stem, player);
            Decoder.Complete();
        }

        public JournalHeader? Header { get; }

        public StreamDecoder Decoder { get; }

        public long Missing => reader.Missing;

        public long Appended => waves.Sum(w => w is null ? 0 : w.Appended + w.Filled);

        public bool HasMicrophone => player.HasMicrophone;

        /// <summary>The microphone's last samples were in memory alone; what the caller heard of them stands in their place.</summary>
        public void NoteLostMicrophone(double startMs, WaveCompletion near)
        {
            double ms = near.Appended / 16.0;
            events.Add(new TimelineEvent(EventKinds.Loss, Track.Outbound.Name(), startMs + near.EndSample / 16.0 - ms, ms, $"the last {ms:0} ms of the agent's microphone went with the process; what the caller heard stands in their place"));
        }

        /// <summary>What the disk did not take and the journal does not have is said where a live call says it.</summary>
        public void NoteMissing()
        {
            for (var track = Track.Inbound; track <= Track.Outbound; track++)
            {
                if (waves[(int)track] is not { Missing: > 0 } wave || Decoder[track] is not { } decoded) continue;
                double ms = wave.Missing / 16.0;
                events.Add(new TimelineEvent(EventKinds.RecordingTrouble, track.Name(), decoded.Figures.FirstMs + (wave.FirstMissing / 16.0), ms, $"{ms:0} ms came and could not be written, and the journal lacks them too; silence stands in their place"));
            }
        }

        public WaveCompletion? WaveOf(Track track) => waves[(int)track];

        public StreamContext Context(CallManifest? call)
        {
            foreach (StageReached early in call?.Stages ?? []) stages.Reach(early.Stage, early.Track, early.At);
            return new StreamContext
            {
                Facts = Decoder.Facts!,
                State = RecordingStates.Recovered,
                StartedAt = Header!.StartedAt,
                EndedAt = At,
                EndReason = Decoder.Stopped ? EndReason.Stop : EndReason.Recovered,
                Policy = RecordingPolicy.Decide(enabled: true, parameter: null),
                Stages = stages.Snapshot(),
                Events = events.Snapshot(),
                Speakers = [SpeakerOf(Track.Inbound), SpeakerOf(Track.Outbound)],
            };
        }

        public override void OnConnected() => stages.Reach(CallStage.Connected, at: At);

        public override void OnStart(StreamFacts facts)
        {
            stages.Reach(CallStage.RecordingOpened, at: At);
            if (Header!.TwoWay) Decoder.OpenLine();
        }

        public override void OnTrackStarted(Track track)
        {
            for (CallStage stage = CallStage.FirstMedia; stage <= CallStage.LevelMeasured; stage++) stages.Reach(stage, track, At);
            if (Header!.TrackStems.Count == TrackNames.Count) waves[(int)track] = new WaveCompletion(manifests, Header, track);
            if (reader.Missing > 0) waves[(int)track]?.AddMissing(0); // Where it began in the files is not known.
        }

        public override void OnMissing(Track track, long samples) => waves[(int)track]?.AddMissing(samples * 16_000 / Decoder.Facts!.Format.SampleRateHz);

        public override void OnSamples(Track track, long startSample, ReadOnlySpan<short> samples)
        {
            if (waves[(int)track] is not { } wave) return;
            wave.IsAnothers = track == Track.Outbound && HasMicrophone; // The journal has what the caller heard of it.
            wave.Add(startSample, samples);
        }

        public void Dispose()
        {
            foreach (WaveCompletion? wave in waves) wave?.Dispose();
            Decoder.Dispose();
        }

        private DateTimeOffset At => Header!.ZeroAt.AddMicroseconds(player.LastUs);

        /// <summary>The stream's parameter; without one it was the setting of that day, with which the stem begins.</summary>
        private string SpeakerOf(Track track)
        {
            if (SpeakerOptions.Named(track, Decoder.Facts!.Parameters) is { } named) return named;
            string stem = Header!.TrackStems.Count == TrackNames.Count ? Header.TrackStems[(int)track] : "";
            int cut = stem.IndexOf("_" + Decoder.Facts!.StreamSid.FileName + "_", StringComparison.Ordinal);
            return cut > 0 ? stem[..cut] : track.Name();
        }

        private static JournalHeader? ReadHeader(IRecordingStorage storage, string stem)
        {
            if (!storage.Exists(JournalReader.PartName(stem, 1))) return null;
            using Stream stream = storage.OpenRead(JournalReader.PartName(stem, 1));
            var first = new JournalReader();
            first.ReadHeader(stream);
            return first.Header;
        }
    }
}
