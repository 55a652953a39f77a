using Earshot.Engine.Ingest;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Earshot.Server.Operations;

/// <summary>Once a second, ends the streams whose time is over: the end of a call may never be announced.</summary>
internal sealed partial class StreamClock(LiveStreams live, TimeProvider time, ILogger<StreamClock> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                long now = time.GetTimestamp();
                foreach (StreamSession session in live.All) CheckSafely(session, now);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private void CheckSafely(StreamSession session, long now)
    {
        try
        {
            session.CheckTime(now);
        }
        catch (Exception e)
        {
            Log.CheckFailed(log, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 6401, Level = LogLevel.Error, Message = "A stream could not be ended in time; it is tried again")]
        public static partial void CheckFailed(ILogger logger, Exception error);
    }
}
