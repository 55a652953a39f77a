namespace Earshot.Engine.Calling;

/// <summary>
/// The fate of each frame of one stream. Every frame draws all its numbers, so one fault's pattern stays the same when another is
/// switched on.
/// </summary>
internal sealed class FaultPlan(SimulatedFaults faults, int seed)
{
    private readonly Random _random = new(seed);
    private double _lastDueMs;

    /// <summary>A message other than audio is neither lost nor overtaken; a stall holds it up too.</summary>
    public FrameFate Control(double nowMs) => new(false, false, 0, Math.Max(_lastDueMs, nowMs));

    /// <param name="frame">The frame's number in the stream, from 0.</param>
    /// <param name="nowMs">When it is due on the call's clock.</param>
    public FrameFate Next(long frame, double nowMs)
    {
        double loss = _random.NextDouble() * 100;
        double duplicate = _random.NextDouble() * 100;
        double reorder = _random.NextDouble() * 100;
        int overtakenBy = _random.Next(1, 4);
        double late = _random.NextDouble() * faults.Jitter.TotalMilliseconds;

        double mediaMs = frame * FrameClock.FrameMs;
        double dueMs = nowMs + late;
        double stalledMs = mediaMs - faults.BurstAt.TotalMilliseconds;
        if (stalledMs >= 0 && stalledMs < faults.Burst.TotalMilliseconds)
        {
            dueMs = Math.Max(dueMs, nowMs + faults.Burst.TotalMilliseconds - stalledMs);
        }

        _lastDueMs = Math.Max(_lastDueMs, dueMs);
        double stretchMs = mediaMs - faults.LostStretchAt.TotalMilliseconds;
        bool lost = loss < faults.LossPercent || (stretchMs >= 0 && stretchMs < faults.LostStretch.TotalMilliseconds);
        return new FrameFate(
            lost, !lost && duplicate < faults.DuplicatePercent, !lost && reorder < faults.ReorderPercent ? overtakenBy : 0, _lastDueMs);
    }
}
