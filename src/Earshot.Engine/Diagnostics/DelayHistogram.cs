using System.Numerics;

namespace Earshot.Engine.Diagnostics;

/// <summary>How long messages were held up: counts in steps of an eighth of an octave of microseconds, so a percentile is exact to 9 %. Safe for several threads, without a lock.</summary>
internal sealed class DelayHistogram
{
    private const int StepBits = 3;
    private const int Steps = 1 << StepBits;

    private readonly long[] counts = new long[Steps * 40];
    private long count;
    private long maxUs;

    public long Count => Interlocked.Read(ref count);

    public double MaxMs => Interlocked.Read(ref maxUs) / 1000.0;

    /// <summary>Counts so many messages that were held up for this long.</summary>
    public void Add(TimeSpan delay, int messages = 1)
    {
        long us = Math.Max(0, (long)delay.TotalMicroseconds);
        Interlocked.Add(ref counts[Math.Min(IndexOf(us), counts.Length - 1)], messages);
        Interlocked.Add(ref count, messages);
        long seen;
        while (us > (seen = Interlocked.Read(ref maxUs)) && Interlocked.CompareExchange(ref maxUs, us, seen) != seen)
        {
        }
    }

    /// <summary>The delay in ms that this share of messages did not exceed; 0 without messages.</summary>
    /// <param name="share">0 to 1.</param>
    public double PercentileMs(double share)
    {
        long wanted = (long)Math.Ceiling(Count * share), passed = 0;
        for (int i = 0; i < counts.Length && wanted > 0; i++)
            if ((passed += Interlocked.Read(ref counts[i])) >= wanted) return Math.Min(UpperUs(i) / 1000.0, MaxMs);
        return MaxMs;
    }

    private static int IndexOf(long us)
    {
        if (us < Steps) return (int)us;
        int octave = BitOperations.Log2((ulong)us) - StepBits;
        return (octave << StepBits) + (int)(us >> octave);
    }

    private static long UpperUs(int index)
    {
        if (index < Steps * 2) return index;
        int octave = (index >> StepBits) - 1;
        return ((long)((index & (Steps - 1)) + Steps + 1) << octave) - 1;
    }
}
