namespace Earshot.Engine.Catalog;

/// <summary>A call as the catalog has it.</summary>
internal sealed record CallRow
{
    public required string CallSid { get; init; }
    public string AccountSid { get; init; } = "";
    public string FromNumber { get; init; } = "";
    public string ToNumber { get; init; } = "";
    public string Direction { get; init; } = "";

    /// <summary><c>webhook</c> (no stream yet), <c>recording</c>, <c>complete</c> or <c>recovered</c>.</summary>
    public required string State { get; init; }

    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public double DurationSeconds { get; init; }
    public string EndReason { get; init; } = "";

    /// <summary>JSON: the stages that were reached.</summary>
    public string Stages { get; init; } = "[]";
}

/// <summary>One media stream of a call.</summary>
internal sealed record StreamRow
{
    /// <summary>Stem of its call manifest and journal: unique, which a SID from outside is not.</summary>
    public required string Stem { get; init; }

    public required string StreamSid { get; init; }
    public required string CallSid { get; init; }
    public required string State { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public string EndReason { get; init; } = "";

    /// <summary><c>enabled</c> or <c>disabled</c>.</summary>
    public string Recording { get; init; } = "";

    public string Policy { get; init; } = "";
    public string Encoding { get; init; } = "";
    public long SampleRateHz { get; init; }
    public long Messages { get; init; }
    public long Malformed { get; init; }
    public long JournalMissing { get; init; }

    /// <summary>JSON: the custom parameters.</summary>
    public string Parameters { get; init; } = "{}";
}

/// <summary>One track's recording.</summary>
internal sealed record RecordingRow
{
    /// <summary>The file's stem.</summary>
    public required string Id { get; init; }

    public required string StreamStem { get; init; }
    public required string CallSid { get; init; }
    public required string Track { get; init; }
    public required string Speaker { get; init; }
    public required string State { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public double StartOffsetMs { get; init; }
    public double DurationSeconds { get; init; }
    public long Frames { get; init; }
    public double LostMs { get; init; }
    public long Stalls { get; init; }
    public long Duplicates { get; init; }
    public long Reordered { get; init; }
    public long Late { get; init; }
    public double DriftMs { get; init; }
    public double UnwrittenMs { get; init; }
    public double Rms { get; init; }
    public double? RmsDbfs { get; init; }
    public double? PeakDbfs { get; init; }
    public string EndReason { get; init; } = "";
    public string? WavSha256 { get; init; }
    public string? MulawSha256 { get; init; }
    public long Bytes { get; init; }
}

/// <summary>One file of a recording.</summary>
internal sealed record SegmentRow
{
    public required string RecordingId { get; init; }
    public long Number { get; init; }
    public required string File { get; init; }
    public long StartSample { get; init; }
    public long Samples { get; init; }
    public string? Sha256 { get; init; }
}

/// <summary>Something that happened in a call.</summary>
internal sealed record EventRow
{
    public required string CallSid { get; init; }
    public string? StreamStem { get; init; }
    public string? Track { get; init; }
    public required string Kind { get; init; }
    public double AtMs { get; init; }
    public double DurationMs { get; init; }
    public string Detail { get; init; } = "";
}

/// <summary>All that is stored of a stream, in one transaction.</summary>
internal sealed record StreamRecord(CallRow Call, StreamRow Stream, IReadOnlyList<RecordingRow> Recordings, IReadOnlyList<SegmentRow> Segments, IReadOnlyList<EventRow> Events)
{
    /// <summary>True once the stream's files are closed: the work after the call is due.</summary>
    public bool IsClosed => Stream.State is "complete" or "recovered";
}

/// <summary>A call in a list, with what a list shows of its recordings.</summary>
internal sealed record CallSummary
{
    public required string CallSid { get; init; }
    public string FromNumber { get; init; } = "";
    public string ToNumber { get; init; } = "";
    public required string State { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public double DurationSeconds { get; init; }
    public string EndReason { get; init; } = "";
    public long Recordings { get; init; }

    /// <summary>Of the worst track, as are <see cref="Stalls"/> and <see cref="UnwrittenMs"/>.</summary>
    public double LostMs { get; init; }

    public long Stalls { get; init; }
    public long Duplicates { get; init; }
    public double UnwrittenMs { get; init; }
    public double? PeakDbfs { get; init; }
    public double? QuietestRmsDbfs { get; init; }
    public long Bytes { get; init; }
    public long Troubles { get; init; }
}
