using System.Collections.Concurrent;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;

namespace Earshot.Engine.Timeline;

/// <summary>Puts a call's recordings on one clock, picks one source a side, and names the seams. Of a call that is over the result is kept.</summary>
internal sealed class TimelineReader(CallStore store, ManifestStore manifests, StreamAlignment alignment)
{
    /// <summary>A recording that adds less than this to what another has is a duplicate of it.</summary>
    private const double LeastAddedMs = 250;

    private const int MostKept = 64;

    private readonly ConcurrentDictionary<string, CallTimeline> kept = new(StringComparer.Ordinal);

    /// <summary>The timeline of what is stored of the call; null when nothing of it is recorded.</summary>
    public CallTimeline? Find(string callSid)
    {
        IReadOnlyList<StreamRow> streams = [.. store.Streams(callSid).Where(s => s.State != RecordingStates.Recording)];
        RecordingRow[] recordings = [.. store.Recordings(callSid).Where(r => r.DurationSeconds > 0 && manifests.Storage.Exists(FileNames.Segment(r.Id, 1)))];
        if (recordings.Length == 0) return null;
        string key = callSid + "|" + string.Join('|', recordings.Select(r => r.Id));
        if (kept.TryGetValue(key, out CallTimeline? known)) return known;
        if (kept.Count >= MostKept) kept.Clear();
        return kept[key] = Build(callSid, streams, recordings);
    }

    private CallTimeline Build(string callSid, IReadOnlyList<StreamRow> streams, RecordingRow[] recordings)
    {
        StreamRow[] recorded = [.. streams.Where(s => recordings.Any(r => r.StreamStem == s.Stem)).OrderBy(s => s.StartedAt)];
        TimelineStream[] placed = [.. recorded.Select((s, i) => i == 0 ? new TimelineStream(s.Stem, 0, "own", 0) : alignment.Place(s, recorded[0], recordings))];
        var shifts = placed.ToDictionary(p => p.StreamStem, p => p.ShiftMs, StringComparer.Ordinal);
        var tracks = new List<TimelineTrack>();
        var pieces = new List<TimelinePiece>();
        foreach (IGrouping<string, RecordingRow> side in recordings.GroupBy(r => r.Track).OrderBy(g => g.Key, StringComparer.Ordinal))
            Side(side.OrderBy(Preference).ThenByDescending(r => r.DurationSeconds).ThenBy(r => r.StartedAt), shifts, tracks, pieces);
        pieces.Sort((a, b) => a.Track != b.Track ? string.CompareOrdinal(a.Track, b.Track) : a.StartMs.CompareTo(b.StartMs));
        return new CallTimeline(callSid, pieces.Min(p => p.StartMs), pieces.Max(p => p.EndMs), placed, [.. tracks.OrderBy(t => t.StartOffsetMs)], pieces, [.. Seams(pieces)]);
    }

    /// <summary>What the carrier stamped itself comes before what was rebuilt from what was sent.</summary>
    private int Preference(RecordingRow recording) => manifests.ReadRecording(recording.Id)?.PlaceErrorMs is 0 ? 0 : 1;

    private static void Side(IEnumerable<RecordingRow> candidates, Dictionary<string, double> shifts, List<TimelineTrack> tracks, List<TimelinePiece> pieces)
    {
        var chosen = new List<TimelinePiece>();
        foreach (RecordingRow recording in candidates)
        {
            double start = recording.StartOffsetMs + shifts[recording.StreamStem], end = start + recording.DurationSeconds * 1000;
            List<(double Start, double End)> added = Uncovered(start, end, chosen);
            added.RemoveAll(a => a.End - a.Start < LeastAddedMs && chosen.Count > 0);
            string? duplicateOf = added.Count > 0 ? null
                : chosen.MaxBy(c => Math.Min(c.EndMs, end) - Math.Max(c.StartMs, start))?.RecordingId;
            tracks.Add(new TimelineTrack(recording.Id, recording.StreamStem, recording.Track, start, recording.DurationSeconds, duplicateOf));
            chosen.AddRange(added.Select(a => new TimelinePiece(recording.Id, recording.Track, a.Start, a.End)));
        }
        pieces.AddRange(chosen);
    }

    private static List<(double Start, double End)> Uncovered(double start, double end, List<TimelinePiece> chosen)
    {
        var rest = new List<(double Start, double End)>();
        double at = start;
        foreach (TimelinePiece piece in chosen.Where(c => c.EndMs > start && c.StartMs < end).OrderBy(c => c.StartMs))
        {
            if (piece.StartMs > at) rest.Add((at, piece.StartMs));
            at = Math.Max(at, piece.EndMs);
        }
        if (at < end) rest.Add((at, end));
        return rest;
    }

    private static IEnumerable<TimelineSeam> Seams(List<TimelinePiece> pieces)
    {
        for (int i = 1; i < pieces.Count; i++)
        {
            (TimelinePiece before, TimelinePiece after) = (pieces[i - 1], pieces[i]);
            if (before.Track == after.Track) yield return new TimelineSeam(after.Track, before.EndMs, after.StartMs - before.EndMs, before.RecordingId, after.RecordingId);
        }
    }
}
