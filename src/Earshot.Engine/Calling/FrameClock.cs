namespace Earshot.Engine.Calling;

/// <summary>A call's 20 ms clock. Every frame's time is counted from the start, so lateness of one does not drift into the next.</summary>
internal sealed class FrameClock(TimeProvider time, double speed)
{
    public const int FrameMs = 20;
    public const int FrameBytes = 160;

    private long _origin = time.GetTimestamp();

    /// <summary>Milliseconds of the call.</summary>
    public double NowMs => time.GetElapsedTime(_origin).TotalMilliseconds * speed;

    /// <summary>Sets the clock to this time of the call, whatever passed meanwhile.</summary>
    public void Set(double ms) => _origin = time.GetTimestamp() - (long)(ms / speed / 1000 * time.TimestampFrequency);

    /// <summary>Waits for a time of the call. Whole milliseconds, rounded up: timers know no finer.</summary>
    public async Task WaitUntilAsync(double ms, CancellationToken stop)
    {
        double wait = (ms - NowMs) / speed;
        if (wait > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait)), time, stop);
        }
    }
}
