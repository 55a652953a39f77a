using System.Text.Json.Serialization;
using Earshot.Engine.Timeline;

namespace Earshot.Server.Calls;

/// <summary>A page of calls, newest first.</summary>
/// <param name="Calls">The calls.</param>
/// <param name="Next">Give it as <c>before</c> for the next page; null on the last.</param>
internal sealed record CallList(IReadOnlyList<CallListItem> Calls, string? Next);

/// <summary>A call in the list.</summary>
internal sealed record CallListItem
{
    public required string CallSid { get; init; }
    public required string From { get; init; }
    public required string To { get; init; }

    /// <summary><c>webhook</c> (no stream yet), <c>recording</c>, <c>complete</c> or <c>recovered</c>.</summary>
    public required string State { get; init; }

    /// <summary>True while one of its streams runs; the figures are of this moment.</summary>
    public required bool Running { get; init; }

    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public required double DurationSeconds { get; init; }
    public required string EndReason { get; init; }
    public required IReadOnlyList<TrackSummary> Tracks { get; init; }

    /// <summary>Of the worst track, as are <see cref="Stalls"/> and <see cref="UnwrittenMs"/>: what breaks the line breaks both.</summary>
    public required double LostMs { get; init; }

    public required long Stalls { get; init; }
    public required long Duplicates { get; init; }
    public required double UnwrittenMs { get; init; }
    public required long Bytes { get; init; }

    /// <summary><c>good</c>, <c>fair</c> or <c>bad</c>; null until it is analysed.</summary>
    public string? Verdict { get; init; }

    /// <summary>Where the words that were looked for stand, with some around them; null when none were.</summary>
    public IReadOnlyList<SaidPart>? Said { get; init; }

    /// <summary>What a person should look at, worst first; empty when nothing is wrong.</summary>
    public required IReadOnlyList<CallProblem> Problems { get; init; }

    /// <summary>Losses and stalls, for the strip.</summary>
    [JsonIgnore]
    public IReadOnlyList<StripMark> Marks { get; init; } = [];
}

/// <summary>What a list shows of a track.</summary>
internal sealed record TrackSummary(string Track, string Speaker, double DurationSeconds, double? RmsDbfs, double? PeakDbfs, double LostMs, long Stalls);

/// <summary>A mark on a call's strip, in seconds of the call.</summary>
internal sealed record StripMark(string Kind, double AtSeconds, double DurationSeconds);

/// <summary>Something that a person should look at.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Text">In words, with the figure.</param>
internal sealed record CallProblem(string Code, string Text);

/// <summary>All of a call.</summary>
internal sealed record CallDetail
{
    public required string CallSid { get; init; }
    public required string AccountSid { get; init; }
    public required string From { get; init; }
    public required string To { get; init; }
    public required string Direction { get; init; }

    /// <inheritdoc cref="CallListItem.State"/>
    public required string State { get; init; }

    /// <inheritdoc cref="CallListItem.Running"/>
    public required bool Running { get; init; }

    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public required double DurationSeconds { get; init; }
    public required string EndReason { get; init; }

    /// <inheritdoc cref="CallListItem.Verdict"/>
    public string? Verdict { get; init; }

    public required IReadOnlyList<CallProblem> Problems { get; init; }

    /// <summary>The eleven stages of a call's audio, in order.</summary>
    public required IReadOnlyList<StageItem> Stages { get; init; }

    public required IReadOnlyList<StreamDetail> Streams { get; init; }

    /// <summary>All recordings on one clock; null while the call runs and when nothing was recorded.</summary>
    public CallTimeline? Timeline { get; init; }
}

/// <summary>One stage of the checklist.</summary>
internal sealed record StageItem
{
    public required int Number { get; init; }
    public required string Name { get; init; }
    public required string Title { get; init; }

    /// <summary><c>reached</c>, <c>partial</c> (by some tracks only), <c>missing</c>, <c>waiting</c> (the call runs), <c>not-seen</c>, <c>off</c> (not recorded) or <c>unreached</c> (an earlier one is missing).</summary>
    public required string State { get; init; }

    /// <summary>When it was first reached.</summary>
    public DateTimeOffset? ReachedAt { get; init; }

    /// <summary>Milliseconds since the call's first stage.</summary>
    public double? SinceFirstMs { get; init; }

    /// <summary>When each track reached it; empty for stages 1 to 5.</summary>
    public required IReadOnlyList<StageOfTrack> Tracks { get; init; }

    /// <summary>What it means that the stage is missing, and what to check; null where nothing is amiss.</summary>
    public string? Advice { get; init; }
}

/// <summary>When a track reached a stage.</summary>
internal sealed record StageOfTrack(string Track, DateTimeOffset? ReachedAt, double? SinceFirstMs);

/// <summary>One media stream (one WebSocket) of a call.</summary>
internal sealed record StreamDetail
{
    /// <summary>Stem of its call manifest and journal.</summary>
    public required string Stem { get; init; }

    public required string StreamSid { get; init; }
    public required string State { get; init; }
    public required bool Running { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public required string EndReason { get; init; }

    /// <summary><c>enabled</c> or <c>disabled</c>.</summary>
    public required string Recording { get; init; }

    /// <summary>Why it is recorded or not.</summary>
    public required string Policy { get; init; }

    /// <summary>Why the disk does not take the stream's audio at this moment; null when it does.</summary>
    public string? RecordingTrouble { get; init; }

    public required string Encoding { get; init; }
    public required long SampleRateHz { get; init; }
    public required long Messages { get; init; }
    public required long Malformed { get; init; }
    public required long JournalMissing { get; init; }
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }
    public required IReadOnlyList<RecordingDetail> Recordings { get; init; }
}

/// <summary>One track's recording and its figures.</summary>
internal sealed record RecordingDetail
{
    public required string Id { get; init; }
    public required string CallSid { get; init; }
    public required string Track { get; init; }
    public required string Speaker { get; init; }
    public required string State { get; init; }
    public required bool Running { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Place of the first sample on the call's clock. Within <see cref="CallDetail"/> that is the clock of the call's first stream, by itself the recording's own stream's.</summary>
    public required double StartOffsetMs { get; init; }

    /// <summary>The recording of another stream of the call that has the same audio and stands for it; null for one that is used.</summary>
    public string? DuplicateOf { get; init; }

    public required double DurationSeconds { get; init; }
    public required long Frames { get; init; }
    public required double LostMs { get; init; }
    public required long Stalls { get; init; }
    public required long Duplicates { get; init; }
    public required long Reordered { get; init; }
    public required long Late { get; init; }
    public required double DriftMs { get; init; }
    public required double UnwrittenMs { get; init; }

    /// <summary>Root mean square in 16-bit units.</summary>
    public required double Rms { get; init; }

    /// <summary>The same in dBFS; null for digital silence.</summary>
    public double? RmsDbfs { get; init; }

    /// <summary>Largest magnitude in dBFS; null for digital silence.</summary>
    public double? PeakDbfs { get; init; }

    public required string EndReason { get; init; }
    public string? WavSha256 { get; init; }
    public string? MulawSha256 { get; init; }
    public required long Bytes { get; init; }

    /// <summary>Its files; empty when nothing was written.</summary>
    public required IReadOnlyList<SegmentDetail> Segments { get; init; }
}

/// <summary>One file of a recording.</summary>
internal sealed record SegmentDetail(int Number, string File, double StartSeconds, double DurationSeconds, string? Sha256, string AudioUrl);

/// <summary>A call's events, in order of their place.</summary>
internal sealed record CallEvents(string CallSid, IReadOnlyList<CallEventItem> Events);

/// <summary>Something that happened at a place of the call.</summary>
internal sealed record CallEventItem
{
    public required string Kind { get; init; }

    /// <summary>The stream by its stem; null for what the carrier's webhook said.</summary>
    public string? Stream { get; init; }

    /// <summary>The track; null when it concerns the whole stream.</summary>
    public string? Track { get; init; }

    /// <summary>Its place on the stream's clock, as the carrier stamps it.</summary>
    public required double AtMs { get; init; }

    /// <summary>Its place in the track's recording; in the stream's first one when it concerns no track.</summary>
    public double? AtSeconds { get; init; }

    public required double DurationMs { get; init; }
    public required string Detail { get; init; }
}

/// <summary>A waveform's columns in 16-bit units; each array has one value a column.</summary>
internal sealed record Peaks(
    string RecordingId, int SampleRateHz, double DurationSeconds, double StartSeconds, double EndSeconds, int Columns,
    IReadOnlyList<int> Min, IReadOnlyList<int> Max, IReadOnlyList<int> Rms);
