namespace Earshot.Audio.Tests;

internal static class Allocated
{
    /// <summary>
    /// The fewest bytes that any of five rounds allocated on this thread, after one to warm up. What allocates every time shows in each of them;
    /// a collection that another test causes meanwhile can move the counter in one.
    /// </summary>
    public static long Bytes(Action round)
    {
        round();
        long least = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
