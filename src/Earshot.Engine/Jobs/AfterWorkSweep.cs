using Earshot.Engine.Catalog;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Earshot.Engine.Jobs;

/// <summary>Makes a job of every call that has ended. The catalog says which: what a crash left between the two is found at the next look.</summary>
internal sealed partial class AfterWorkSweep(AfterWorkStore store, AfterWorkPlaces places, ISchedulerFactory schedulers, JobsOptions options, TimeProvider time, ILogger<AfterWorkSweep> log) : BackgroundService
{
    private const int AtOnce = 100;
    private const int LooksToTakeUpLost = 10;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        bool isFirst = true;
        int looks = 0;
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            await Task.Delay(options.StartDelay, time, stoppingToken);
            do
            {
                try
                {
                    IScheduler scheduler = await schedulers.GetScheduler(stoppingToken);
                    if (isFirst) TakeUp();
                    isFirst = false;
                    if (++looks % LooksToTakeUpLost == 0) await TakeUpLost(scheduler, stoppingToken);
                    foreach (string callSid in store.Pending(AtOnce)) await Make(scheduler, callSid, stoppingToken);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    Log.SweepFailed(log, e);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    /// <summary>What was queued or running when the process went is pending again; the job that it may have is replaced, and steps that were done are not done twice.</summary>
    private void TakeUp()
    {
        foreach (string callSid in store.Unfinished()) store.Set(callSid, AfterWorkStates.Pending, store.Find(callSid)?.Attempts ?? 0);
    }

    /// <summary>A disk that failed at the wrong moment leaves a call queued or running whose job neither runs nor will: it is pending again.</summary>
    private async Task TakeUpLost(IScheduler scheduler, CancellationToken cancellation)
    {
        foreach (string callSid in store.Unfinished())
        {
            if (places.IsUnderWay(callSid) || (await scheduler.GetTriggersOfJob(Key(callSid), cancellation)).Count > 0) continue;
            if (store.Find(callSid) is { State: AfterWorkStates.Queued or AfterWorkStates.Running } row && store.Set(callSid, AfterWorkStates.Pending, row.Attempts)) Log.TakenUp(log, callSid);
        }
    }

    private async Task Make(IScheduler scheduler, string callSid, CancellationToken cancellation)
    {
        IJobDetail job = JobBuilder.Create<AfterWorkJob>().WithIdentity(Key(callSid)).StoreDurably().RequestRecovery().Build();
        ITrigger now = TriggerBuilder.Create().ForJob(job).WithIdentity($"{callSid}-{time.GetUtcNow().Ticks}", AfterWorkJob.Group).StartNow().Build();
        if (!store.Queue(callSid)) return;
        try
        {
            await scheduler.ScheduleJob(job, [now], ScheduleJobOptions.Replacing, cancellation);
        }
        catch
        {
            store.Set(callSid, AfterWorkStates.Pending, store.Find(callSid)?.Attempts ?? 0); // The next look tries again.
            throw;
        }
    }

    private static JobKey Key(string callSid) => new(callSid, AfterWorkJob.Group);

    private static partial class Log
    {
        [LoggerMessage(EventId = 5003, Level = LogLevel.Warning, Message = "The work after call {CallSid} had lost its job and is taken up again")]
        public static partial void TakenUp(ILogger logger, string callSid);

        [LoggerMessage(EventId = 5002, Level = LogLevel.Error, Message = "The look for work after calls failed; the next one is in a second")]
        public static partial void SweepFailed(ILogger logger, Exception error);
    }
}
