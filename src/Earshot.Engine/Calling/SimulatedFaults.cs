namespace Earshot.Engine.Calling;

/// <summary>What goes wrong on the way, on demand and repeatable by seed. Times count from the stream's first frame.</summary>
internal sealed record SimulatedFaults
{
    /// <summary>Nothing goes wrong.</summary>
    public static SimulatedFaults None { get; } = new();

    /// <summary>Frames that are never sent, of 100; timestamps and numbers go on.</summary>
    public double LossPercent { get; init; }

    /// <summary>Where a stretch of frames is lost.</summary>
    public TimeSpan LostStretchAt { get; init; }

    /// <summary>How long that stretch is; zero for none.</summary>
    public TimeSpan LostStretch { get; init; }

    /// <summary>Where delivery stalls.</summary>
    public TimeSpan BurstAt { get; init; }

    /// <summary>How long it stalls, before everything comes at once; zero for none. Nothing is lost.</summary>
    public TimeSpan Burst { get; init; }

    /// <summary>Each frame is late by up to this, order kept; zero for none.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Frames that are sent twice, of 100.</summary>
    public double DuplicatePercent { get; init; }

    /// <summary>Frames that are overtaken by one to three others, of 100.</summary>
    public double ReorderPercent { get; init; }

    /// <summary>When the socket breaks with no closing handshake; null for never. The carrier does not reconnect.</summary>
    public TimeSpan? DropSocketAfter { get; init; }

    /// <summary>How the stream ends.</summary>
    public StreamEnding Ending { get; init; }

    /// <summary>How long <see cref="StreamEnding.Silence"/> keeps the socket open (longer than the server's idle limit of 30 s).</summary>
    public TimeSpan SilenceFor { get; init; } = TimeSpan.FromSeconds(40);
}
