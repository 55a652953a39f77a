using Earshot.Engine.Analysis;

namespace Earshot.Server.Calls;

/// <summary>The analysis of a recording or of a call's two sides, and how far the work is that makes it.</summary>
internal sealed record AnalysisDetail
{
    /// <summary><c>done</c>, <c>pending</c>, <c>queued</c>, <c>running</c>, <c>failed</c>, or <c>none</c> where nothing is to be analysed.</summary>
    public required string State { get; init; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>Why the last attempt failed; empty when it did not.</summary>
    public string Error { get; init; } = "";

    /// <summary>True when a newer analyser is here; <c>earshot analyze --all --stale</c> makes it anew.</summary>
    public bool Stale { get; init; }

    public DateTimeOffset? MadeAt { get; init; }

    /// <summary>What <c>earshot analyze --json</c> prints; null until it is made.</summary>
    public AnalysisReport? Report { get; init; }
}

/// <summary>All analyses of a call.</summary>
/// <param name="State">As of <see cref="AnalysisDetail"/>.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">Why the last attempt failed.</param>
/// <param name="Verdict">The worst of all; null until one is made.</param>
/// <param name="Recordings">Each recording's report, by its id.</param>
/// <param name="BothSides">Both sides together, left the far party; null for a call with one side.</param>
internal sealed record CallAnalysis(string State, int Attempts, string Error, string? Verdict, IReadOnlyDictionary<string, AnalysisReport> Recordings, AnalysisReport? BothSides);

/// <summary>A measure over all calls.</summary>
/// <param name="Name">The measure; its unit is in its name.</param>
/// <param name="Count">How many recordings have it.</param>
/// <param name="Minimum">The least.</param>
/// <param name="P5">Five in a hundred are below.</param>
/// <param name="Median">Half are below.</param>
/// <param name="P95">Five in a hundred are above.</param>
/// <param name="Maximum">The greatest.</param>
/// <param name="Thresholds">The settings that it is held against.</param>
/// <param name="Bins">How many recordings lie in each stretch.</param>
internal sealed record MeasureDistribution(string Name, int Count, double Minimum, double P5, double Median, double P95, double Maximum, IReadOnlyList<MeasureThreshold> Thresholds, IReadOnlyList<MeasureBin> Bins);

/// <summary>What the page of measures shows.</summary>
internal sealed record MeasuresModel(IReadOnlyList<MeasureDistribution> Measures);

/// <summary>What the page of one measure shows.</summary>
/// <param name="Distribution">It over all recordings.</param>
/// <param name="Definition">What it is; null where the document does not say.</param>
/// <param name="Lowest">The recordings with the least values, least first; empty where <paramref name="Highest"/> has all.</param>
/// <param name="Highest">Those with the greatest, greatest first.</param>
internal sealed record MeasureModel(MeasureDistribution Distribution, MeasureDefinition? Definition, IReadOnlyList<MeasuredRecording> Lowest, IReadOnlyList<MeasuredRecording> Highest);

/// <summary>A recording and its value.</summary>
internal sealed record MeasuredRecording(string CallSid, string Recording, double Value);

/// <summary>A setting that a measure is held against.</summary>
internal sealed record MeasureThreshold(string Setting, double Value);

/// <summary>Recordings from a value on, up to the next stretch.</summary>
internal sealed record MeasureBin(double From, double To, int Count);
