namespace Earshot.Engine.Ingest;

/// <summary>A place at which a journal says that it lacks messages. The time between the frames around it came once, so it is kept whatever its length; live there is none.</summary>
internal struct JournalGap
{
    /// <summary>A frame before the gap may have come so much later than its time.</summary>
    private const double LatestMs = 10_000;

    private long sinceUs;

    /// <summary>True from the note until the track goes on.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Messages are lacking behind what arrived then.</summary>
    public void Open(long lastArrivalUs) => (IsOpen, sinceUs) = (true, IsOpen ? sinceUs : lastArrivalUs);

    public void Close() => IsOpen = false;

    /// <summary>The longest gap in timestamps that is filled: what is always filled, or behind a note all the time that passed.</summary>
    public readonly double LongestMs(long arrivalUs, TimeSpan maxFill) =>
        IsOpen ? Math.Max(maxFill.TotalMilliseconds, (arrivalUs - sinceUs) / 1000.0 + LatestMs) : maxFill.TotalMilliseconds;
}
