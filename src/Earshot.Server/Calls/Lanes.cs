using System.Text.Json;
using System.Text.Json.Serialization;
using Earshot.Engine.Timeline;
using Earshot.Server.Layout;

namespace Earshot.Server.Calls;

/// <summary>What the player reads from the page.</summary>
internal static class Lanes
{
    private const int MostMarks = 2000;

    /// <summary>The recording's files, as JSON.</summary>
    public static string Segments(RecordingDetail recording) => JsonSerializer.Serialize(
        recording.Segments.Select(s => new LaneSegment(s.AudioUrl, Math.Round(s.StartSeconds, 6), Math.Round(s.DurationSeconds, 6))).ToArray(), LaneJson.Default.LaneSegmentArray);

    /// <summary>The events of the recording's track, and of the whole stream, that have a place in it, as JSON.</summary>
    public static string Marks(IReadOnlyList<CallEventItem> events, RecordingDetail recording) => JsonSerializer.Serialize(
        events.Where(e => e.AtSeconds is not null && (e.Track is null || e.Track == recording.Track) && e.Kind is not ("malformed" or "foreign" or "status" or "mark" or "heard" or "tap"))
            .Take(MostMarks).Select(e => new LaneMark(e.Kind, Math.Round(e.AtSeconds!.Value, 4), Math.Round(e.DurationMs / 1000, 4), e.Detail)).ToArray(), LaneJson.Default.LaneMarkArray);

    /// <summary>Who is on which channel.</summary>
    public static string Sides(CallTimeline timeline, CallDetail call)
    {
        string Who(string track) => timeline.Pieces.FirstOrDefault(p => p.Track == track) is { } piece
            ? call.Streams.SelectMany(s => s.Recordings).FirstOrDefault(r => r.Id == piece.RecordingId)?.Speaker ?? track : "silent";
        return $"left {Who("inbound")} · right {Who("outbound")} · {Display.Duration(timeline.DurationSeconds)}";
    }

    /// <summary>How several streams were put together, in words; nothing for one.</summary>
    public static IEnumerable<string> Stitching(CallTimeline timeline)
    {
        for (int i = 1; i < timeline.Streams.Count; i++)
        {
            TimelineStream s = timeline.Streams[i];
            yield return $"Stream {i + 1} begins {Display.Ms(s.ShiftMs)} after the first one's clock, " + (s.How == "correlation" ? "measured to the sample by the track that both have." : $"told by when its frames came (± {Display.Ms(s.ErrorMs)}).");
        }
        foreach (TimelineSeam seam in timeline.Seams)
            yield return $"Seam at {Display.Place((seam.AtMs - timeline.StartMs) / 1000)} on the {seam.Track} side: " + (seam.GapMs < 1 ? "it goes on without a gap in another recording." : $"nothing was recorded for {Display.Ms(seam.GapMs)}.");
    }

    public static string Export(string callSid, string stem, string format, string? track) =>
        $"{RecordingUrls.CallApi(callSid)}/export?format={format}&stream={Uri.EscapeDataString(stem)}{(track is null ? "" : $"&track={track}")}";

    /// <summary>A stage's sign.</summary>
    public static string Mark(string state) => state switch
    {
        "reached" => "✓",
        "partial" => "◐",
        "missing" => "✕",
        "waiting" => "…",
        "off" => "○",
        _ => "–",
    };
}

internal sealed record LaneSegment(string Url, double Start, double Duration);

internal sealed record LaneMark(string Kind, double At, double Duration, string Detail);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LaneSegment[]))]
[JsonSerializable(typeof(LaneMark[]))]
internal sealed partial class LaneJson : JsonSerializerContext;
