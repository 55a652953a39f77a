namespace Earshot.Testing;

/// <summary>A clock that stands still until it is told to go on. It has no timers.</summary>
internal sealed class ManualTimeProvider : TimeProvider
{
    public static readonly DateTimeOffset Begin = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private long ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Begin.AddTicks(Interlocked.Read(ref ticks));

    public override long GetTimestamp() => TimeSpan.TicksPerDay + Interlocked.Read(ref ticks);

    public void Advance(TimeSpan time) => Interlocked.Add(ref ticks, time.Ticks);

    public void Advance(double ms) => Advance(TimeSpan.FromMilliseconds(ms));
}
