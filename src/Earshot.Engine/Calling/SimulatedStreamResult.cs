namespace Earshot.Engine.Calling;

/// <summary>One stream of a simulated call.</summary>
internal sealed record SimulatedStreamResult
{
    public required string StreamSid { get; init; }

    /// <summary>The media socket.</summary>
    public required string Url { get; init; }

    public required IReadOnlyList<SimulatedTrackResult> Tracks { get; init; }

    /// <summary>The code with which the server closed or agreed to close; null if it never did.</summary>
    public int? CloseCode { get; init; }

    /// <summary>The server's reason beside the code.</summary>
    public string? CloseReason { get; init; }

    /// <summary>What became of the audio that the server sent; null where the stream was one-way.</summary>
    public SimulatedPlayback? Playback { get; init; }

    /// <summary>Messages that the server sent.</summary>
    public long MessagesFromServer { get; init; }
}
