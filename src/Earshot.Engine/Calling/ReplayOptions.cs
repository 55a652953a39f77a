namespace Earshot.Engine.Calling;

/// <summary>One recorded stream to send again.</summary>
internal sealed record ReplayOptions
{
    /// <summary>The journal's first file, <c>….wire.jsonl</c>; its further parts are found beside it.</summary>
    public required string JournalPath { get; init; }

    /// <summary>The call webhook (http, https), whose answer names the media socket, or the media socket itself (ws, wss).</summary>
    public required string Url { get; init; }

    /// <summary>Signs the request and the upgrade; null or empty sends them unsigned.</summary>
    public string? AuthToken { get; init; }

    public string From { get; init; } = "+15550100001";

    public string To { get; init; } = "+15550100002";

    /// <summary>How much faster than it was.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Keeps the recorded call and stream SIDs; else both are new.</summary>
    public bool SameIds { get; init; }
}
