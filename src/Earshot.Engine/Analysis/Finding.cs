namespace Earshot.Engine.Analysis;

/// <summary>A stretch of a recording, in seconds from its first sample.</summary>
internal readonly record struct TimeRange(double StartSeconds, double EndSeconds)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public double Seconds => EndSeconds - StartSeconds;
}

/// <summary>One thing that is wrong, or worth knowing, with the figure that says so.</summary>
internal sealed record Finding
{
    /// <summary>A stable code of <see cref="FindingCodes"/>.</summary>
    public required string Code { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>The track it is on; null when it concerns the file or both sides.</summary>
    public string? Track { get; init; }

    /// <summary>Where it begins, in seconds: the first of its places, or the start of the recording.</summary>
    public double StartSeconds { get; init; }

    public double EndSeconds { get; init; }

    /// <summary>The figure that broke the threshold; null for digital silence or where there is none.</summary>
    public double? Value { get; init; }

    public double? Threshold { get; init; }
    public string Unit { get; init; } = "";

    /// <summary>Which of the code's kinds it is, where it has several: <c>alaw-as-mulaw</c>, <c>double-speed</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>What a listener notices, in one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>What to do, in one sentence.</summary>
    public required string Advice { get; init; }

    /// <summary>How many places there are; <see cref="Places"/> lists the first ones.</summary>
    public int Count { get; init; } = 1;

    public IReadOnlyList<TimeRange> Places { get; init; } = [];
}
