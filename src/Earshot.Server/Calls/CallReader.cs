using System.Text.Json;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.Recording;
using Earshot.Engine.Timeline;

namespace Earshot.Server.Calls;

/// <summary>Calls as API and pages show them: what the catalog has, and of running ones the figures of this moment.</summary>
internal sealed class CallReader(CallStore store, CallPages pages, AnalysisStore analyses, TranscriptStore transcripts, ManifestStore manifests, LiveCalls live, TimelineReader timelines, TimeProvider time)
{
    private const double SampleRateHz = 16_000;
    private const int MostMarks = 5000;

    /// <summary>A page of the list.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="after">Where the page before ended.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="text">Words that were said in them; null or empty for any.</param>
    public CallList List(CallFilter filter, CallCursor? after, int limit, string? text = null)
    {
        string? match = string.IsNullOrWhiteSpace(text) ? null : TranscriptStore.Match(text) ?? "\"\"";
        DateTimeOffset now = time.GetUtcNow();
        List<CallListRow> rows = [.. pages.Read(filter, after, limit + 1, now - CallProblems.StreamPatience, match)];
        bool more = rows.Count > limit;
        if (more) rows.RemoveAt(limit);
        CallListRow? last = rows.Count > 0 ? rows[^1] : null;
        ILookup<string, StreamSession> running = live.ByCall();
        if (after is null && filter != CallFilter.Problems && match is null) AddUnstored(rows, running);
        string[] ids = [.. rows.Select(r => r.CallSid)];
        ILookup<string, RecordingRow> recordings = pages.Recordings(ids);
        ILookup<string, EventRow> breaks = pages.Breaks(ids, MostMarks);
        IReadOnlyDictionary<string, (string Verdict, string Worst)> verdicts = analyses.Verdicts(ids);
        IReadOnlyDictionary<string, string>? said = match is null ? null : transcripts.Snippets(match, ids);
        return new CallList(
            [.. rows.Select(r => said is null ? r : r with { Said = said.GetValueOrDefault(r.CallSid) }).Select(r => Item(r, [.. recordings[r.CallSid].Select(x => Stored(x, []))], [.. running[r.CallSid]], [.. breaks[r.CallSid]], verdicts.GetValueOrDefault(r.CallSid), now))],
            more && last is not null ? Cursors.Format(new CallCursor(last.StartedAt, last.CallSid)) : null);
    }

    /// <summary>All of a call; null when there is none.</summary>
    public CallDetail? Find(string callSid)
    {
        DateTimeOffset now = time.GetUtcNow();
        IReadOnlyList<StreamSession> sessions = [.. live.OfCall(callSid).Where(s => s.Names is not null)];
        CallListRow? row = pages.Find(callSid) ?? (sessions.Count > 0 ? LiveCalls.Row(sessions) : null);
        if (row is null) return null;
        CallRow? call = store.Find(callSid);
        ILookup<string, RecordingRow> recordings = store.Recordings(callSid).ToLookup(r => r.StreamStem, StringComparer.Ordinal);
        HashSet<string> liveStems = [.. sessions.Select(s => s.Names!.CallStem)];
        List<StreamDetail> streams = [.. store.Streams(callSid).Where(s => !liveStems.Contains(s.Stem)).Select(s => Stored(s, recordings[s.Stem])), .. sessions.Select(live.Stream)];
        streams.Sort((a, b) => a.StartedAt.CompareTo(b.StartedAt));
        CallTimeline? timeline = sessions.Count == 0 ? timelines.Find(callSid) : null;
        if (timeline is not null) streams = [.. streams.Select(s => Placed(s, timeline))];
        RecordingDetail[] all = [.. streams.SelectMany(s => s.Recordings)];
        bool running = sessions.Count > 0, awaited = row.State == "webhook" && now - row.StartedAt <= CallProblems.StreamPatience;
        (IEnumerable<StageReached> reached, IEnumerable<string> tracks) = Stages(call, streams, sessions);
        return new CallDetail
        {
            CallSid = callSid,
            AccountSid = call?.AccountSid ?? sessions[0].Facts!.AccountSid,
            From = row.FromNumber,
            To = row.ToNumber,
            Direction = row.Direction,
            State = running ? RecordingStates.Recording : row.State,
            Running = running,
            StartedAt = row.StartedAt,
            EndedAt = running ? null : row.EndedAt,
            DurationSeconds = Math.Max(row.DurationSeconds, timeline?.DurationSeconds ?? Longest(all)),
            Timeline = timeline,
            EndReason = running ? "" : row.EndReason,
            Verdict = analyses.Verdicts([callSid]).TryGetValue(callSid, out (string Verdict, string Worst) analysis) ? analysis.Verdict : null,
            Problems = CallProblems.Of(row, all, running, now, badFinding: null),
            Stages = StageChecklist.Of(reached, tracks, running || awaited, streams.Count == 0 || streams.Any(s => s.Recording != RecordingPolicy.Undecided.Code)),
            Streams = streams,
        };
    }

    /// <summary>A call's events; null when there is no such call.</summary>
    public CallEvents? Events(string callSid)
    {
        IReadOnlyList<StreamSession> sessions = [.. live.OfCall(callSid).Where(s => s.Names is not null)];
        if (sessions.Count == 0 && store.Find(callSid) is null) return null;
        HashSet<string> liveStems = [.. sessions.Select(s => s.Names!.CallStem)];
        ILookup<string?, RecordingRow> recordings = store.Recordings(callSid).ToLookup(r => (string?)r.StreamStem, StringComparer.Ordinal);
        var items = new List<CallEventItem>();
        foreach (IGrouping<string?, EventRow> stream in store.Events(callSid).Where(e => e.StreamStem is null || !liveStems.Contains(e.StreamStem)).GroupBy(e => e.StreamStem))
        {
            TimelineEvent[] events = [.. stream.Select(e => new TimelineEvent(e.Kind, e.Track, e.AtMs, e.DurationMs, e.Detail))];
            items.AddRange(Items(stream.Key, events, recordings[stream.Key].Select(r => (r.Track, r.StartOffsetMs, r.DurationSeconds))));
        }
        foreach (StreamSession session in sessions)
            items.AddRange(Items(session.Names!.CallStem, session.Events.Snapshot(), live.Recordings(session).Select(r => (r.Track, r.StartOffsetMs, r.DurationSeconds))));
        return new CallEvents(callSid, items);
    }

    /// <summary>A recording; null when there is none.</summary>
    public RecordingDetail? FindRecording(string id) =>
        live.FindRecording(id) ?? (store.FindRecording(id) is { } row ? Stored(row, store.Segments(id)) : null);

    private static void AddUnstored(List<CallListRow> rows, ILookup<string, StreamSession> running)
    {
        HashSet<string> known = [.. rows.Select(r => r.CallSid)];
        DateTimeOffset oldest = rows.Count > 0 ? rows[^1].StartedAt : DateTimeOffset.MinValue;
        rows.AddRange(running.Where(c => !known.Contains(c.Key)).Select(c => LiveCalls.Row([.. c.Where(s => s.Names is not null)])).Where(r => r.StartedAt >= oldest));
        rows.Sort((a, b) => a.StartedAt != b.StartedAt ? b.StartedAt.CompareTo(a.StartedAt) : string.CompareOrdinal(a.CallSid, b.CallSid));
    }

    private CallListItem Item(CallListRow row, IReadOnlyList<RecordingDetail> stored, IReadOnlyList<StreamSession> sessions, IReadOnlyList<EventRow> breaks, (string? Verdict, string? Worst) analysis, DateTimeOffset now)
    {
        IReadOnlyList<RecordingDetail> all = [.. stored, .. sessions.SelectMany(live.Recordings)];
        bool running = sessions.Count > 0;
        ILookup<string, RecordingDetail> byTrack = all.ToLookup(r => r.Track);
        return new CallListItem
        {
            CallSid = row.CallSid,
            From = row.FromNumber,
            To = row.ToNumber,
            State = running ? RecordingStates.Recording : row.State,
            Running = running,
            StartedAt = row.StartedAt,
            EndedAt = running ? null : row.EndedAt,
            DurationSeconds = Math.Max(row.DurationSeconds, Longest(all)),
            EndReason = running ? "" : row.EndReason,
            Tracks = [.. all.Select(r => new TrackSummary(r.Track, r.Speaker, r.DurationSeconds, r.RmsDbfs, r.PeakDbfs, r.LostMs, r.Stalls))],
            LostMs = all.Select(r => r.LostMs).DefaultIfEmpty().Max(),
            Stalls = all.Select(r => r.Stalls).DefaultIfEmpty().Max(),
            Duplicates = all.Sum(r => r.Duplicates),
            UnwrittenMs = all.Select(r => r.UnwrittenMs).DefaultIfEmpty().Max(),
            Bytes = all.Sum(r => r.Bytes),
            Verdict = analysis.Verdict,
            Said = row.Said is { } said ? SaidPart.Of(said) : null,
            Problems = CallProblems.Of(row, all, running, now, analysis.Verdict == "bad" ? analysis.Worst : null),
            Marks =
            [
                .. breaks.Select(b => (b.Kind, b.Track, b.AtMs, b.DurationMs))
                    .Concat(sessions.SelectMany(s => s.Events.Snapshot()).Where(e => e.Kind is EventKinds.Loss or EventKinds.Stall).Select(e => (e.Kind, e.Track, e.AtMs, e.DurationMs)))
                    .Select(b => new StripMark(b.Kind, Math.Max(0, b.AtMs - (byTrack[b.Track ?? ""].FirstOrDefault()?.StartOffsetMs ?? 0)) / 1000, b.DurationMs / 1000)),
            ],
        };
    }

    private static StreamDetail Placed(StreamDetail stream, CallTimeline timeline) => stream with
    {
        Recordings = [.. stream.Recordings.Select(r => timeline.Tracks.FirstOrDefault(t => t.RecordingId == r.Id) is { } t ? r with { StartOffsetMs = t.StartOffsetMs, DuplicateOf = t.DuplicateOf } : r)],
    };

    private (IEnumerable<StageReached> Reached, IEnumerable<string> Tracks) Stages(CallRow? call, List<StreamDetail> streams, IReadOnlyList<StreamSession> sessions)
    {
        var reached = new List<StageReached>(call is null ? [] : JsonSerializer.Deserialize(call.Stages, ManifestJson.Compact.IReadOnlyListStageReached) ?? []);
        var tracks = new List<string>();
        foreach (StreamDetail stream in streams.Where(s => !s.Running))
        {
            if (manifests.ReadCall(stream.Stem) is not { } manifest) continue;
            reached.AddRange(manifest.Stages);
            tracks.AddRange(manifest.Tracks);
        }
        foreach (StreamSession session in sessions)
        {
            reached.AddRange(session.Stages.Snapshot());
            tracks.AddRange(session.Facts!.Tracks);
        }
        return (reached, tracks);
    }

    private StreamDetail Stored(StreamRow row, IEnumerable<RecordingRow> recordings) => new()
    {
        Stem = row.Stem,
        StreamSid = row.StreamSid,
        State = row.State,
        Running = false,
        StartedAt = row.StartedAt,
        EndedAt = row.EndedAt,
        EndReason = row.EndReason,
        Recording = row.Recording,
        Policy = row.Policy,
        Encoding = row.Encoding,
        SampleRateHz = row.SampleRateHz,
        Messages = row.Messages,
        Malformed = row.Malformed,
        JournalMissing = row.JournalMissing,
        Parameters = JsonSerializer.Deserialize(row.Parameters, ManifestJson.Compact.IReadOnlyDictionaryStringString) ?? new Dictionary<string, string>(),
        Recordings = [.. recordings.Select(r => Stored(r, store.Segments(r.Id)))],
    };

    private static RecordingDetail Stored(RecordingRow r, IReadOnlyList<SegmentRow> segments) => new()
    {
        Id = r.Id,
        CallSid = r.CallSid,
        Track = r.Track,
        Speaker = r.Speaker,
        State = r.State,
        Running = false,
        StartedAt = r.StartedAt,
        StartOffsetMs = r.StartOffsetMs,
        DurationSeconds = r.DurationSeconds,
        Frames = r.Frames,
        LostMs = r.LostMs,
        Stalls = r.Stalls,
        Duplicates = r.Duplicates,
        Reordered = r.Reordered,
        Late = r.Late,
        DriftMs = r.DriftMs,
        UnwrittenMs = r.UnwrittenMs,
        Rms = r.Rms,
        RmsDbfs = r.RmsDbfs,
        PeakDbfs = r.PeakDbfs,
        EndReason = r.EndReason,
        WavSha256 = r.WavSha256,
        MulawSha256 = r.MulawSha256,
        Bytes = r.Bytes,
        Segments = [.. segments.Select(s => new SegmentDetail((int)s.Number, s.File, s.StartSample / SampleRateHz, s.Samples / SampleRateHz, s.Sha256, RecordingUrls.Audio(r.Id, (int)s.Number)))],
    };

    /// <summary>A stream's events with their place in the recording: a jump of the carrier's clock that was not filled moves what follows.</summary>
    private static IEnumerable<CallEventItem> Items(string? stream, IReadOnlyList<TimelineEvent> events, IEnumerable<(string Track, double OffsetMs, double Seconds)> recordings)
    {
        var tracks = recordings.GroupBy(r => r.Track).ToDictionary(g => g.Key, g => g.First());
        foreach (TimelineEvent item in events)
        {
            string? track = item.Track ?? tracks.Keys.FirstOrDefault();
            double? at = null;
            if (track is not null && tracks.TryGetValue(track, out (string Track, double OffsetMs, double Seconds) recording))
            {
                double jumpsMs = events.Where(e => e.Track == track && e.AtMs < item.AtMs && e != item)
                    .Sum(e => e.Kind == EventKinds.ClockJump ? e.DurationMs : e.Kind == EventKinds.ClockBack ? -e.DurationMs : 0);
                at = Math.Clamp((item.AtMs - recording.OffsetMs - jumpsMs) / 1000, 0, recording.Seconds);
            }
            yield return new CallEventItem { Kind = item.Kind, Stream = stream, Track = item.Track, AtMs = item.AtMs, AtSeconds = at, DurationMs = item.DurationMs, Detail = item.Detail };
        }
    }

    private static double Longest(IEnumerable<RecordingDetail> recordings) => recordings.Select(r => r.DurationSeconds).DefaultIfEmpty(0).Max();
}
