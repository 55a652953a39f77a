using System.Text.Json.Serialization;

namespace Earshot.Engine.Calling;

/// <summary>What became of a simulated call.</summary>
internal sealed record SimulatedCallResult
{
    public required SimulatedCallOutcome Outcome { get; init; }

    public required string CallSid { get; init; }

    /// <summary>The streams in the order in which they were opened.</summary>
    public IReadOnlyList<SimulatedStreamResult> Streams { get; init; } = [];

    /// <summary>The answers of the webhook, in their order.</summary>
    [JsonPropertyName("twiml")]
    public IReadOnlyList<string> TwiML { get; init; } = [];

    /// <summary>What went wrong or is worth knowing, in words.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>From the first frame to the end, in seconds of the call.</summary>
    public double Seconds { get; init; }

    /// <summary>
    /// The most by which this side was late with a frame, in milliseconds of real time: what a server sees beyond that, and beyond
    /// the faults asked for, is not the caller's doing.
    /// </summary>
    public double LatestMs { get; init; }

    public int Seed { get; init; }

    /// <summary>True if the call did what it was asked to do.</summary>
    public bool WentWell => Outcome is SimulatedCallOutcome.Completed or SimulatedCallOutcome.SocketDropped;

    public IEnumerable<string> StreamSids => Streams.Select(stream => stream.StreamSid);
}
