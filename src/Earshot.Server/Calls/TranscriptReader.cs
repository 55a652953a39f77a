using Earshot.Engine.Catalog;
using Earshot.Engine.Timeline;
using Earshot.Engine.Transcription;

namespace Earshot.Server.Calls;

/// <summary>Transcripts as API and pages show them.</summary>
internal sealed class TranscriptReader(CallStore calls, TranscriptStore transcripts, AfterWorkStore work, TimelineReader timelines, LiveComparisons compared, TranscriptionOptions options)
{
    public const string NoneYet = "none";

    /// <summary>The worst last: what a call's state is where no side has text.</summary>
    private static readonly string[] ByNeed = [NoneYet, TranscriptStates.NoSpeech, AfterWorkStates.Pending, AfterWorkStates.Queued, AfterWorkStates.Running, TranscriptStates.SpeechWithoutText, TranscriptStates.Failed];

    /// <summary>Of one recording; null when there is no such recording.</summary>
    public TranscriptDetail? OfRecording(string id)
    {
        if (calls.FindRecording(id) is not { } recording) return null;
        TranscriptRow? row = transcripts.Find(id, TranscriptKinds.Final), live = transcripts.Find(id, TranscriptKinds.Live);
        (string state, string reason) = State(row, recording.CallSid);
        return new TranscriptDetail
        {
            State = state,
            Reason = reason,
            Stale = IsStale(row),
            MadeAt = row?.MadeAt,
            Transcript = row is null ? null : TranscriptJson.Read(row.Document),
            Live = live is null ? null : TranscriptJson.Read(live.Document),
        };
    }

    /// <summary>Of a call; null when there is no such call.</summary>
    public CallTranscript? OfCall(string callSid)
    {
        if (calls.Find(callSid) is null) return null;
        CallTimeline? timeline = timelines.Find(callSid);
        Dictionary<string, TimelineTrack> placed = timeline?.Tracks.ToDictionary(t => t.RecordingId, StringComparer.Ordinal) ?? [];
        RecordingRow[] recordings = [.. calls.Recordings(callSid).Where(r => placed.GetValueOrDefault(r.Id)?.DuplicateOf is null)];
        ILookup<string, TranscriptRow> rows = transcripts.OfCall(callSid).ToLookup(r => r.RecordingId, StringComparer.Ordinal);
        var tracks = new List<(string, double, Transcript)>();
        var sides = new List<SideTranscript>();
        foreach (RecordingRow recording in recordings)
        {
            TranscriptRow? row = rows[recording.Id].FirstOrDefault(r => r.Kind == TranscriptKinds.Final), heard = rows[recording.Id].FirstOrDefault(r => r.Kind == TranscriptKinds.Live);
            Transcript? final = row is null ? null : TranscriptJson.Read(row.Document), live = heard is null ? null : TranscriptJson.Read(heard.Document);
            // Until the whole recording is written down, what was heard live stands in its place.
            if ((final is null || (final.State == TranscriptStates.Failed && final.Segments.Count == 0) ? live ?? final : final) is { } shown)
                tracks.Add((recording.Id, (placed.GetValueOrDefault(recording.Id)?.StartOffsetMs ?? recording.StartOffsetMs) / 1000, shown));
            sides.Add(Side(recording, row, final, row is null || heard is null || live is null ? null : compared.Of(row, final, heard, live)));
        }
        IReadOnlyList<ConversationLine> lines = Conversation.Merge(tracks, options.DoubtBelow);
        bool any = sides.Exists(s => s.State == TranscriptStates.Text);
        SideTranscript? worst = sides.MaxBy(s => Array.IndexOf(ByNeed, s.State));
        return new CallTranscript
        {
            CallSid = callSid,
            State = any ? TranscriptStates.Text : worst?.State ?? NoneYet,
            Reason = any ? "" : worst?.Reason ?? "The call has no recording.",
            Lines = lines,
            Sides = sides,
        };
    }

    private SideTranscript Side(RecordingRow recording, TranscriptRow? row, Transcript? final, WordErrors? live)
    {
        (string state, string reason) = State(row, recording.CallSid);
        return new SideTranscript
        {
            RecordingId = recording.Id,
            Track = recording.Track,
            Speaker = recording.Speaker,
            State = state,
            Reason = reason,
            Engine = row?.Engine ?? "",
            Model = row?.Model ?? "",
            Language = row?.Language ?? "",
            SpeechSeconds = final?.SpeechSeconds ?? 0,
            SentSeconds = final?.SentSeconds ?? 0,
            CostDollars = final?.CostDollars ?? 0,
            Stale = IsStale(row),
            Wer = final?.Wer,
            Live = live,
        };
    }

    private (string State, string Reason) State(TranscriptRow? row, string callSid)
    {
        AfterWorkRow? job = work.Find(callSid);
        if (row is not null) return (row.State, row.Reason);
        if (!options.IsOn) return (NoneYet, TranscriptionOptions.HowToConfigure);
        return job?.State is { } state and not (AfterWorkStates.Done or AfterWorkStates.Failed)
            ? (state, "It is made when the call's work comes to it.")
            : (NoneYet, $"It was recorded before an engine was chosen; 'earshot transcribe --call {callSid}' makes it.");
    }

    private bool IsStale(TranscriptRow? row) => row is not null && (row.Transcriber != Transcript.CurrentTranscriber || (options.IsOn && row.Engine != options.Engine));
}
