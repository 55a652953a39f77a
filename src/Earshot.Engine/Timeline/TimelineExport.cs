using System.IO.Compression;
using System.Text.Json;
using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;

namespace Earshot.Engine.Timeline;

/// <summary>A call's sides put together: as one WAV, or as the files that they are with a note of their places.</summary>
internal sealed class TimelineExport(TimelineReader timelines, CallStore store, ManifestStore manifests)
{
    /// <summary>The name of the note in the archive.</summary>
    public const string NoteName = "timeline.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The WAV of a call; null when nothing of it is recorded.</summary>
    /// <exception cref="ArgumentException">The call is too long for a WAV of this layout.</exception>
    public TimelineAudio? Open(string callSid, TimelineLayout layout) =>
        timelines.Find(callSid) is { } timeline ? new TimelineAudio(timeline, layout, manifests.Storage, id => [.. store.Segments(id).Select(s => new SegmentPlace(s.File, s.StartSample, s.Samples))]) : null;

    /// <summary>Writes the recordings as they are, and the timeline beside them, as a zip. False when nothing of the call is recorded.</summary>
    public async Task<bool> WriteSeparateAsync(string callSid, Stream output, CancellationToken cancellation)
    {
        if (timelines.Find(callSid) is not { } timeline) return false;
        await using ZipArchive zip = await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellation);
        await using (Stream note = await zip.CreateEntry(NoteName).OpenAsync(cancellation)) await JsonSerializer.SerializeAsync(note, timeline, Json, cancellation);
        foreach (SegmentRow segment in timeline.Tracks.SelectMany(t => store.Segments(t.RecordingId)))
        {
            if (!manifests.Storage.Exists(segment.File)) continue;
            await using Stream from = manifests.Storage.OpenRead(segment.File);
            await using Stream entry = await zip.CreateEntry(segment.File, CompressionLevel.Fastest).OpenAsync(cancellation);
            await from.CopyToAsync(entry, cancellation);
        }
        return true;
    }
}
