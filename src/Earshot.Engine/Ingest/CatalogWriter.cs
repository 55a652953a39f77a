using System.Threading.Channels;
using Earshot.Engine.Catalog;

namespace Earshot.Engine.Ingest;

/// <summary>Carries rows to the catalog one after the other, in the order in which they were given, off the threads that serve calls.</summary>
internal sealed class CatalogWriter : IAsyncDisposable
{
    private readonly Channel<(Action<CallStore> Work, TaskCompletionSource Done)> queue = Channel.CreateUnbounded<(Action<CallStore>, TaskCompletionSource)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task loop;

    public CatalogWriter(CallStore store) => loop = Task.Run(() => Run(store));

    /// <summary>Completes when the work is done, or fails as it did.</summary>
    public Task Enqueue(Action<CallStore> work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!queue.Writer.TryWrite((work, done))) done.SetException(new ObjectDisposedException(nameof(CatalogWriter)));
        return done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await loop;
    }

    private async Task Run(CallStore store)
    {
        await foreach ((Action<CallStore> work, TaskCompletionSource done) in queue.Reader.ReadAllAsync())
        {
            try
            {
                work(store);
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e); // Whoever gave the work logs it with its call.
            }
        }
    }
}
