using System.Text.Json;
using Earshot.Audio.Wave;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;

namespace Earshot.Engine.Ingest;

/// <summary>Manifests as rows. The live end, recovery and <c>reindex</c> all come through here, so the catalog is the same whichever made it.</summary>
internal static class CatalogRecords
{
    private const int BytesPerSample = 2;

    /// <summary>A stream's rows from its manifests alone; the names of those that cannot be read are added to <paramref name="unreadable"/>.</summary>
    public static StreamRecord Read(ManifestStore manifests, string stem, CallManifest call, List<string> unreadable)
    {
        var found = new List<(string, RecordingManifest)>();
        foreach (string recording in call.Recordings)
        {
            if (manifests.ReadRecording(recording) is { } manifest) found.Add((recording, manifest));
            else unreadable.Add(recording + FileNames.Manifest);
        }
        return From(stem, call, found);
    }

    /// <param name="stem">Stem of the call manifest.</param>
    /// <param name="call">The stream's call manifest.</param>
    /// <param name="recordings">Its recordings, by stem.</param>
    public static StreamRecord From(string stem, CallManifest call, IReadOnlyList<(string Stem, RecordingManifest Manifest)> recordings) => new(
        new CallRow
        {
            CallSid = call.CallSid,
            AccountSid = call.AccountSid,
            FromNumber = call.From,
            ToNumber = call.To,
            Direction = call.Direction,
            State = call.State,
            StartedAt = call.Stages.FirstOrDefault(s => s.Stage == CallStage.WebhookReceived)?.At ?? call.StartedAt,
            EndedAt = call.EndedAt,
            DurationSeconds = call.DurationSeconds,
            EndReason = call.EndReason,
            Stages = JsonSerializer.Serialize(call.Stages, ManifestJson.Compact.IReadOnlyListStageReached),
        },
        new StreamRow
        {
            Stem = stem,
            StreamSid = call.StreamSid,
            CallSid = call.CallSid,
            State = call.State,
            StartedAt = call.StartedAt,
            EndedAt = call.EndedAt,
            EndReason = call.EndReason,
            Recording = call.Recording,
            Policy = call.Policy,
            Encoding = call.Encoding,
            SampleRateHz = call.SampleRateHz,
            Messages = call.Messages,
            Malformed = call.Malformed,
            JournalMissing = call.JournalMissing,
            Parameters = JsonSerializer.Serialize(call.Parameters, ManifestJson.Compact.IReadOnlyDictionaryStringString),
        },
        [.. recordings.Select(r => Recording(r.Stem, stem, r.Manifest))],
        [.. recordings.SelectMany(r => r.Manifest.Segments.Select((s, i) => Segment(r.Stem, i + 1, s)))],
        [.. call.Events.Concat(recordings.SelectMany(r => r.Manifest.Events)).Select(e => Event(call.CallSid, stem, e))]);

    private static RecordingRow Recording(string id, string streamStem, RecordingManifest m) => new()
    {
        Id = id,
        StreamStem = streamStem,
        CallSid = m.CallSid,
        Track = m.Track,
        Speaker = m.Speaker,
        State = m.State,
        StartedAt = m.StartedAt,
        StartOffsetMs = m.StartOffsetMs,
        DurationSeconds = m.DurationSeconds,
        Frames = m.Frames,
        LostMs = m.LostMs,
        Stalls = m.Stalls,
        Duplicates = m.Duplicates,
        Reordered = m.Reordered,
        Late = m.Late,
        DriftMs = m.DriftMs,
        UnwrittenMs = m.UnwrittenMs,
        Rms = m.Rms,
        RmsDbfs = m.RmsDbfs,
        PeakDbfs = m.PeakDbfs,
        EndReason = m.EndReason,
        WavSha256 = m.WavSha256,
        MulawSha256 = m.MulawSha256,
        Bytes = m.Segments.Sum(s => WaveHeader.Size + s.Samples * BytesPerSample),
    };

    private static SegmentRow Segment(string recordingId, int number, SegmentManifest s) => new()
    {
        RecordingId = recordingId,
        Number = number,
        File = s.File,
        StartSample = s.StartSample,
        Samples = s.Samples,
        Sha256 = s.Sha256,
    };

    private static EventRow Event(string callSid, string stem, TimelineEvent e) => new()
    {
        CallSid = callSid,
        StreamStem = stem,
        Track = e.Track,
        Kind = e.Kind,
        AtMs = e.AtMs,
        DurationMs = e.DurationMs,
        Detail = e.Detail,
    };
}
