namespace Earshot.Cli.Tests.Process;

/// <summary>Notices when the machine does not let this process run: what a server could not receive in that time is not its loss.</summary>
internal sealed class StallWatch : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);
    private readonly Thread thread;
    private readonly Lock gate = new();
    private readonly List<(long At, double Ms)> stalls = [];
    private readonly ManualResetEventSlim stopped = new(false, spinCount: 0);

    public StallWatch()
    {
        thread = new Thread(Run) { IsBackground = true, Priority = ThreadPriority.Highest };
        thread.Start();
    }

    /// <summary>The longest stall since the moment, in ms.</summary>
    public double LongestSince(long timestamp)
    {
        lock (gate) return stalls.Where(s => s.At >= timestamp).Select(s => s.Ms).DefaultIfEmpty(0).Max();
    }

    public void Dispose()
    {
        stopped.Set();
        thread.Join();
        stopped.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            long before = TimeProvider.System.GetTimestamp();
            if (stopped.Wait(Step)) return;
            double late = (TimeProvider.System.GetElapsedTime(before) - Step).TotalMilliseconds;
            if (late < 20) continue;
            lock (gate) stalls.Add((TimeProvider.System.GetTimestamp(), late));
        }
    }
}
