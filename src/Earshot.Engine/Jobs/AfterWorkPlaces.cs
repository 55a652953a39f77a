using System.Collections.Concurrent;

namespace Earshot.Engine.Jobs;

/// <summary>How many calls are worked on at once: so many that compute, and beside them so many that wait for something slow.</summary>
internal sealed class AfterWorkPlaces(JobsOptions options) : IDisposable
{
    private readonly SemaphoreSlim computing = new(options.Parallel), waiting = new(options.Waiting);
    private readonly ConcurrentDictionary<string, byte> underWay = new(StringComparer.Ordinal);

    /// <summary>True while a job of the call runs, or waits for its place.</summary>
    public bool IsUnderWay(string callSid) => underWay.ContainsKey(callSid);

    public void Begin(string callSid) => underWay[callSid] = 0;

    public void End(string callSid) => underWay.TryRemove(callSid, out _);

    /// <summary>Waits for a place; disposing of it gives it back.</summary>
    public async Task<IDisposable> TakeAsync(bool waits, CancellationToken cancellation)
    {
        SemaphoreSlim places = waits ? waiting : computing;
        await places.WaitAsync(cancellation);
        return new Place(places);
    }

    public void Dispose()
    {
        computing.Dispose();
        waiting.Dispose();
    }

    private sealed class Place(SemaphoreSlim of) : IDisposable
    {
        private int given;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref given, 1) == 0) of.Release();
        }
    }
}
