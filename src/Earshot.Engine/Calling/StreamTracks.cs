namespace Earshot.Engine.Calling;

/// <summary>Which tracks a stream carries.</summary>
internal enum StreamTracks
{
    /// <summary>What the carrier hears from the caller.</summary>
    Inbound,

    /// <summary>What the carrier plays to the caller.</summary>
    Outbound,

    /// <summary>Both, interleaved.</summary>
    Both,
}
