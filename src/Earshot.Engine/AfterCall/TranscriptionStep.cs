using System.Text.Json;
using Earshot.Audio.Wave;
using Earshot.Engine.Analysis;
using Earshot.Engine.Catalog;
using Earshot.Engine.Jobs;
using Earshot.Engine.Recording;
using Earshot.Engine.Timeline;
using Earshot.Engine.Transcription;

namespace Earshot.Engine.AfterCall;

/// <summary>Writes down what is said in every recording of a call, and stores it in catalog and manifests. Does nothing until an engine is chosen; what the present version has made is left, for it costs.</summary>
internal sealed class TranscriptionStep(CallStore calls, TranscriptStore transcripts, ManifestStore manifests, TimelineReader timelines, AnalysisStep analysis, Transcribers engines, LiveTranscription live, TrackTranscriber transcriber, AnswerMemory memory, TranscriptionOptions options, TimeProvider time) : IAfterWorkStep
{
    private const int CarrierRateHz = 8000;

    public string Name => "transcription";

    public bool Waits => options.IsOn;

    public async Task RunAsync(string callSid, CancellationToken cancellation)
    {
        await KeepLive(callSid, cancellation);
        IReadOnlyList<(string Id, Transcript Made)> made = await RunAsync(callSid, again: false, null, cancellation);
        // What may pass is tried again with growing pauses; what will not waits for a person, and is told where the words would stand.
        if (made.Select(m => m.Made).FirstOrDefault(t => t.MayPass) is { } waiting) throw new TranscriptionException(waiting.Reason, mayPass: true);
    }

    /// <summary>Transcribes a call now.</summary>
    /// <param name="callSid">Which.</param>
    /// <param name="again">What the present version has made too.</param>
    /// <param name="language">In place of what call and settings say; null to leave it to them.</param>
    /// <param name="cancellation">Calls it off.</param>
    /// <returns>What was made, by recording.</returns>
    public async Task<IReadOnlyList<(string Id, Transcript Made)>> RunAsync(string callSid, bool again, string? language, CancellationToken cancellation)
    {
        var made = new List<(string, Transcript)>();
        HashSet<string> doubles = [.. timelines.Find(callSid)?.Tracks.Where(t => t.DuplicateOf is not null).Select(t => t.RecordingId) ?? []];
        foreach (RecordingRow recording in calls.Recordings(callSid))
        {
            if (doubles.Contains(recording.Id)) continue; // Another stream of the call has the same audio.
            if (!again && IsThere(recording)) continue;
            if (engines.Chosen is { } engine && await One(recording, engine, language, cancellation) is { } transcript) made.Add((recording.Id, transcript));
        }
        return made;
    }

    /// <summary>The languages of a call, by its own parameter, its numbers and the settings; empty to have it detected.</summary>
    public string LanguageOf(string callSid)
    {
        CallRow? call = calls.Find(callSid);
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (StreamRow stream in calls.Streams(callSid))
            foreach ((string name, string value) in JsonSerializer.Deserialize(stream.Parameters, ManifestJson.Compact.IReadOnlyDictionaryStringString) ?? new Dictionary<string, string>())
                parameters[name] = value;
        return LanguageChoice.Of(options, parameters, call?.FromNumber ?? "", call?.ToNumber ?? "");
    }

    private bool IsThere(RecordingRow recording)
    {
        if (transcripts.Find(recording.Id, TranscriptKinds.Final) is { } row)
        {
            if (row.State == TranscriptStates.Failed || row.Transcriber != Transcript.CurrentTranscriber) return false;
            if (TranscriptJson.Read(row.Document) is not { } stored) return false;
            KeepInManifest(recording.Id, stored); // A crash, or a disk that was full, may have come between.
            analysis.Renew(recording.Id, stored);
            return true;
        }
        // The catalog was built again: the manifest still has the words.
        if (manifests.ReadRecording(recording.Id)?.Transcription is not { } kept || TranscriptJson.Read(kept.GetRawText()) is not { } transcript) return false;
        if (transcript.State == TranscriptStates.Failed || transcript.Transcriber != Transcript.CurrentTranscriber) return false;
        lock (manifests.Changing)
        {
            transcripts.Save(Row(recording, transcript), Believed(transcript));
        }
        analysis.Renew(recording.Id, transcript);
        return true;
    }

    private async Task<Transcript?> One(RecordingRow recording, ITranscriber engine, string? language, CancellationToken cancellation)
    {
        IReadOnlyList<SegmentRow> segments = calls.Segments(recording.Id);
        if (segments.Sum(s => s.Samples) == 0 || !segments.All(s => manifests.Storage.Exists(s.File))) return null;
        bool doubled = calls.Streams(recording.CallSid).FirstOrDefault(s => s.Stem == recording.StreamStem)?.SampleRateHz == CarrierRateHz;
        Transcript transcript = await transcriber.RunAsync(memory.Around(recording.CallSid, recording.Id, engine), new TrackRequest
        {
            Open = () => new WaveReader(new SegmentStream(manifests.Storage, segments)),
            Speech = analysis.SpeechOf(recording.Id),
            Track = recording.Track,
            Speaker = recording.Speaker,
            Language = language ?? LanguageOf(recording.CallSid),
            Doubled = doubled,
            Live = transcripts.Find(recording.Id, TranscriptKinds.Live) is { } live ? TranscriptJson.Read(live.Document) : null,
        }, cancellation);
        if (transcript.State != TranscriptStates.Failed) memory.Forget(recording.Id);
        return Store(recording, transcript) ? transcript : null;
    }

    /// <summary>Keeps a recording's words in catalog and manifest; words that are there outlive an attempt that failed. False when the recording was deleted meanwhile.</summary>
    public bool Store(RecordingRow recording, Transcript transcript)
    {
        lock (manifests.Changing)
        {
            if (transcript.State == TranscriptStates.Failed && transcripts.Find(recording.Id, TranscriptKinds.Final) is { State: not TranscriptStates.Failed }) return true;
            if (calls.FindRecording(recording.Id) is null || !transcripts.Save(Row(recording, transcript), Believed(transcript))) return false;
            if (manifests.ReadRecording(recording.Id) is { } manifest) Write(recording.Id, manifest, transcript);
        }
        analysis.Renew(recording.Id, transcript);
        return true;
    }

    private void KeepInManifest(string recordingId, Transcript transcript)
    {
        lock (manifests.Changing)
        {
            if (manifests.ReadRecording(recordingId) is { Transcription: null } manifest) Write(recordingId, manifest, transcript);
        }
    }

    private void Write(string recordingId, RecordingManifest manifest, Transcript transcript) =>
        manifests.Write(recordingId, manifest with { Transcription = JsonSerializer.SerializeToElement(transcript, TranscriptJson.Compact.Transcript) }, durable: true);

    /// <summary>What was heard while the call ran, kept beside what is made now: the two are compared.</summary>
    private async Task KeepLive(string callSid, CancellationToken cancellation)
    {
        foreach ((string id, Transcript heard) in await live.TakeAsync(callSid, cancellation))
        {
            if (calls.FindRecording(id) is { } recording) transcripts.Save(Row(recording, heard) with { Kind = TranscriptKinds.Live }, Believed(heard));
        }
    }

    private TranscriptRow Row(RecordingRow recording, Transcript transcript) => new()
    {
        RecordingId = recording.Id,
        Kind = TranscriptKinds.Final,
        CallSid = recording.CallSid,
        Transcriber = transcript.Transcriber,
        Engine = transcript.Engine,
        Model = transcript.Model,
        Language = transcript.Language,
        State = transcript.State,
        Reason = transcript.Reason,
        Document = TranscriptJson.Text(transcript),
        MadeAt = time.GetUtcNow(),
    };

    private static IEnumerable<string> Believed(Transcript transcript) => transcript.Segments.Where(s => !s.WithoutSpeech).Select(s => s.Text);
}
