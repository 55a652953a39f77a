namespace Earshot.Engine.Agents;

/// <summary>Follows a clock that is known only from messages that come late by a varying time: the least delays tell where it is and how fast it runs.</summary>
/// <remarks>Of each <see cref="WindowMs"/> the least delay is kept; the rate is the median of the slopes between all pairs of them (Theil, Sen: a path that changes, or a long stall, does not turn it),
/// the place is the lower envelope of the last ones. Not thread-safe.</remarks>
internal sealed class ClockFollower
{
    /// <summary>Stretch of local time of which the least delay is kept.</summary>
    public const double WindowMs = 2000;

    /// <summary>With so many windows the rate is told.</summary>
    private const int FewestForRate = 8;

    private const int MostWindows = 60;
    private const int WindowsOfEnvelope = 6;

    private readonly List<(double AtMs, double DelayMs)> windows = new(MostWindows + 1);
    private readonly double[] slopes = new double[MostWindows * (MostWindows + 1) / 2];
    private double windowEndsMs = double.NaN;
    private (double AtMs, double DelayMs) least = (0, double.PositiveInfinity);
    private double slope;

    /// <summary>How much faster than ours the clock runs, as a part of 1; 0 until it is known.</summary>
    public double Deviation => -slope;

    /// <summary>The clock showed <paramref name="remoteMs"/> when a message left it that came at <paramref name="localMs"/>.</summary>
    public void Observe(double remoteMs, double localMs)
    {
        if (double.IsNaN(windowEndsMs)) windowEndsMs = localMs + WindowMs;
        if (localMs >= windowEndsMs)
        {
            Close();
            windowEndsMs = localMs + WindowMs;
        }
        if (localMs - remoteMs < least.DelayMs) least = (localMs, localMs - remoteMs);
    }

    /// <summary>Nothing came for a while. Whether the clock stood still meanwhile shows in what comes from now on.</summary>
    public void Pause()
    {
        Close();
        windowEndsMs = double.NaN;
    }

    /// <summary>So much has come since <see cref="Pause"/> that its least delay counts: where it is greater than before by more than <paramref name="leastMs"/>, the clock stood still for that time.</summary>
    public void Resume(double leastMs)
    {
        if (windows.Count == 0 || double.IsInfinity(least.DelayMs)) return;
        double before = double.PositiveInfinity;
        for (int i = Math.Max(0, windows.Count - WindowsOfEnvelope); i < windows.Count; i++) before = Math.Min(before, Forward(windows[i], least.AtMs));
        double stoodMs = least.DelayMs - before;
        if (stoodMs < leastMs) return;
        for (int i = 0; i < windows.Count; i++) windows[i] = windows[i] with { DelayMs = windows[i].DelayMs + stoodMs };
    }

    /// <summary>When, on our clock, the other shows <paramref name="remoteMs"/>.</summary>
    public double LocalAt(double remoteMs)
    {
        double near = remoteMs + DelayAt(remoteMs + (double.IsInfinity(least.DelayMs) && windows.Count > 0 ? windows[^1].DelayMs : least.DelayMs));
        return remoteMs + DelayAt(near);
    }

    private double DelayAt(double localMs)
    {
        double delay = Forward(least, localMs);
        for (int i = Math.Max(0, windows.Count - WindowsOfEnvelope); i < windows.Count; i++) delay = Math.Min(delay, Forward(windows[i], localMs));
        return delay;
    }

    private double Forward((double AtMs, double DelayMs) point, double localMs) => point.DelayMs + slope * (localMs - point.AtMs);

    private void Close()
    {
        if (double.IsInfinity(least.DelayMs)) return;
        windows.Add(least);
        if (windows.Count > MostWindows) windows.RemoveAt(0);
        least = (0, double.PositiveInfinity);
        if (windows.Count < FewestForRate) return;
        int n = 0;
        for (int i = 0; i < windows.Count; i++)
            for (int j = i + FewestForRate / 2; j < windows.Count; j++) // Near neighbours say little of the rate.
                slopes[n++] = (windows[j].DelayMs - windows[i].DelayMs) / (windows[j].AtMs - windows[i].AtMs);
        Array.Sort(slopes, 0, n);
        slope = slopes[n / 2];
    }
}
