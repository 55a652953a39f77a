namespace Earshot.Engine.Ingest;

/// <summary>How the live call is read.</summary>
internal sealed class IngestOptions
{
    /// <summary>How far a timestamp may run ahead of its expected place before it counts as loss and is filled.</summary>
    public double LossThresholdMs { get; set; } = 10;

    /// <summary>A longer pause between arrivals, with nothing lost, is reported as a stall.</summary>
    public double StallThresholdMs { get; set; } = 60;

    /// <summary>How much audio waits for a message that is missing before it.</summary>
    public double ReorderWindowMs { get; set; } = 200;

    /// <summary>A longer jump of the timestamp is an event and is not filled.</summary>
    public TimeSpan MaxFill { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>A stream on which nothing came for so long has ended.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A socket on which no <c>start</c> came for so long is closed (1008).</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest message that is taken, in bytes.</summary>
    public int MaxMessageBytes { get; set; } = 64 << 10;
}
