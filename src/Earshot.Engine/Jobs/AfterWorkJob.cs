using Earshot.Engine.Catalog;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Earshot.Engine.Jobs;

/// <summary>The durable job of one call: runs every step that there is, and comes back later when one fails.</summary>
[DisallowConcurrentExecution]
internal sealed partial class AfterWorkJob(IEnumerable<IAfterWorkStep> steps, AfterWorkStore store, AfterWorkPlaces places, JobsOptions options, TimeProvider time, ILogger<AfterWorkJob> log) : IJob
{
    public const string Group = "after-call";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        string callSid = context.JobDetail.Key.Name;
        if (store.Find(callSid) is not { } row)
        {
            await context.Scheduler.DeleteJob(context.JobDetail.Key, CancellationToken.None); // The call was deleted.
            return;
        }
        int attempt = row.Attempts + 1;
        string step = "";
        IDisposable? place = null;
        places.Begin(callSid);
        try
        {
            Exception? failure = null;
            string failed = "";
            bool waits = false;
            place = await places.TakeAsync(waits, cancellationToken);
            foreach (IAfterWorkStep next in steps)
            {
                step = next.Name;
                if (next.Waits && !waits)
                {
                    waits = true;
                    place.Dispose();
                    if (!store.Set(callSid, AfterWorkStates.Queued, attempt, step)) return;
                    place = await places.TakeAsync(waits, cancellationToken);
                }
                if (!store.Set(callSid, AfterWorkStates.Running, attempt, step)) return; // Stored again meanwhile: its new job does it all.
                try
                {
                    await next.RunAsync(callSid, cancellationToken);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    if (failure is null) (failure, failed) = (e, step); // The steps behind it are done all the same: a call that cannot be analysed is to be alerted on.
                }
            }
            if (failure is not null) await Failed(context, callSid, attempt, failed, failure);
            else if (store.Set(callSid, AfterWorkStates.Done, attempt)) await context.Scheduler.DeleteJob(context.JobDetail.Key, CancellationToken.None);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            store.Set(callSid, AfterWorkStates.Pending, row.Attempts); // The server stops; the next start goes on.
        }
        catch (Exception e)
        {
            await Failed(context, callSid, attempt, step, e);
        }
        finally
        {
            place?.Dispose();
            places.End(callSid);
        }
    }

    private async Task Failed(IJobExecutionContext context, string callSid, int attempt, string step, Exception error)
    {
        bool isLast = attempt >= options.MostAttempts;
        Log.StepFailed(log, error, step, callSid, attempt);
        if (!store.Set(callSid, isLast ? AfterWorkStates.Failed : AfterWorkStates.Queued, attempt, step, error.Message)) return;
        if (isLast)
        {
            await context.Scheduler.DeleteJob(context.JobDetail.Key, CancellationToken.None);
            return;
        }
        TimeSpan wait = options.FirstRetry * Math.Pow(2, attempt - 1);
        ITrigger retry = TriggerBuilder.Create().ForJob(context.JobDetail.Key).WithIdentity($"{callSid}-{attempt}", Group).StartAt(time.GetUtcNow() + wait).Build();
        await context.Scheduler.ScheduleJob(retry, cancellationToken: CancellationToken.None);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 5001, Level = LogLevel.Error, Message = "The work after call {CallSid} failed in step '{Step}', attempt {Attempt}")]
        public static partial void StepFailed(ILogger logger, Exception error, string step, string callSid, int attempt);
    }
}
