using System.Collections.Concurrent;
using Earshot.Engine.Catalog;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Earshot.Engine.Alerts;

/// <summary>Sends what the catalog says is to be sent, so that a crash loses none. Each delivery works for itself: one that does not answer holds up no other.</summary>
internal sealed partial class AlertSender(AlertStore store, AlertDeliveries deliveries, AlertOptions options, TimeProvider time, ILogger<AlertSender> log) : BackgroundService
{
    private const int AtOnce = 100;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<long, AlertDeliveryRow> untold = new();
    private readonly Dictionary<string, Task> working = new(StringComparer.OrdinalIgnoreCase);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                try
                {
                    string[] busy = [.. working.Where(w => !w.Value.IsCompleted).Select(w => w.Key)]; // Before the look: what one of them sends meanwhile is not sent twice.
                    foreach (IGrouping<string, AlertDeliveryRow> rows in store.Due(time.GetUtcNow(), AtOnce).GroupBy(r => r.Delivery, StringComparer.OrdinalIgnoreCase))
                        if (!busy.Contains(rows.Key, StringComparer.OrdinalIgnoreCase)) working[rows.Key] = SendAll([.. rows], stoppingToken);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    Log.LookFailed(log, e);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The server stops; what was not sent is in the catalog.
        }
        await Task.WhenAll(working.Values).WaitAsync(TimeSpan.FromSeconds(2), TimeProvider.System, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Sends in order; the first that is not taken ends the round, since the next would fail as well.</summary>
    internal async Task SendAll(IReadOnlyList<AlertDeliveryRow> rows, CancellationToken cancellation)
    {
        try
        {
            foreach (AlertDeliveryRow row in rows)
                if (!await Send(row, cancellation)) return;
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
        catch (Exception e)
        {
            Log.LookFailed(log, e);
        }
    }

    private async Task<bool> Send(AlertDeliveryRow row, CancellationToken cancellation)
    {
        if (untold.TryRemove(row.Id, out AlertDeliveryRow? done))
        {
            // It was sent, and the catalog could not take it down: that is caught up on, and nothing is sent again.
            Keep(done);
            return done.State == AlertStates.Sent;
        }
        AlertNotice notice = AlertNotice.FromJson(row.Notice) with { AlertId = row.AlertId };
        if (row.Attempts >= options.MostAttempts)
        {
            Keep(row with { State = AlertStates.Failed, Error = "the program stopped during the last attempt" });
            return false;
        }
        int attempts = row.Attempts + 1;
        TimeSpan wait = TimeSpan.FromSeconds(Math.Min(LongestWait.TotalSeconds, options.FirstRetry.TotalSeconds * Math.Pow(2, attempts - 1)));
        if (!store.Claim(row, time.GetUtcNow() + wait)) return false;
        string? problem = await deliveries.TrySendAsync(row.Delivery, notice, cancellation);
        DateTimeOffset now = time.GetUtcNow();
        if (problem is null)
        {
            Log.Sent(log, notice.Event, notice.Rule, row.Delivery);
            Keep(row with { State = AlertStates.Sent, Attempts = attempts, Error = "", SentAt = now });
            return true;
        }
        bool isLast = attempts >= options.MostAttempts || !deliveries.All.ContainsKey(row.Delivery);
        Keep(row with { State = isLast ? AlertStates.Failed : AlertStates.Pending, Attempts = attempts, Error = problem, NextAt = now + wait });
        Log.NotTaken(log, notice.Rule, row.Delivery, attempts, problem);
        return false;
    }

    /// <summary>Takes down how an attempt ended; where the catalog refuses, it is kept here until it takes it.</summary>
    private void Keep(AlertDeliveryRow row)
    {
        try
        {
            store.Update(row);
        }
        catch
        {
            untold[row.Id] = row;
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 5111, Level = LogLevel.Information, Message = "Alert {Event}: {Rule}, sent to '{Delivery}'")]
        public static partial void Sent(ILogger logger, string @event, string rule, string delivery);

        [LoggerMessage(EventId = 5112, Level = LogLevel.Warning, Message = "An alert of {Rule} was not taken by '{Delivery}', attempt {Attempt}: {Problem}")]
        public static partial void NotTaken(ILogger logger, string rule, string delivery, int attempt, string problem);

        [LoggerMessage(EventId = 5113, Level = LogLevel.Error, Message = "Sending alerts failed; the next look is in half a second")]
        public static partial void LookFailed(ILogger logger, Exception error);
    }
}
