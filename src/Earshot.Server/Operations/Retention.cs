using Earshot.Engine.Access;
using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Earshot.Server.Operations;

/// <summary>Once a day, deletes what is older than <c>RECORDING_RETENTION_DAYS</c>.</summary>
internal sealed partial class Retention(RecordingOptions options, CallStore store, RecordingAccess access, TimeProvider time, ILogger<Retention> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.RetentionDays == 0) return;
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do Prune(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private void Prune(CancellationToken stopping)
    {
        int deleted = 0;
        IReadOnlyList<string> old = [];
        Try("the catalog", () => old = [.. store.EndedBefore(time.GetUtcNow().AddDays(-options.RetentionDays))]);
        foreach (string callSid in old)
        {
            stopping.ThrowIfCancellationRequested();
            Try(callSid, () => deleted += access.Delete(Principal.Retention, callSid) == DeleteOutcome.Deleted ? 1 : 0);
        }
        if (deleted > 0) Log.Pruned(log, deleted, options.RetentionDays);
    }

    /// <summary>What cannot be deleted keeps nothing else from being deleted.</summary>
    private void Try(string what, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            Log.Failed(log, e, what);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 6301, Level = LogLevel.Information, Message = "Deleted {Count} calls older than {Days} days")]
        public static partial void Pruned(ILogger logger, int count, int days);

        [LoggerMessage(EventId = 6302, Level = LogLevel.Error, Message = "Retention failed for {What}; it is tried again tomorrow")]
        public static partial void Failed(ILogger logger, Exception error, string what);
    }
}
