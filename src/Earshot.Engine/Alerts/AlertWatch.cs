using System.Globalization;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Earshot.Engine.Alerts;

/// <summary>Looks every second at what no ended call tells: running calls, the disk, calls that never came, rates and quiet periods that pass. Does nothing without a rule.</summary>
internal sealed partial class AlertWatch(AlertRules rules, AlertBook book, AlertStore store, AlertOptions options, CallStore calls, AnalysisStore analyses, LiveStreams live, RecordingWriters writers, IRecordingStorage storage, TimeProvider time, ILogger<AlertWatch> log) : BackgroundService
{
    private const double GiB = 1L << 30;
    private const int SlowEvery = 5;
    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly LiveConditions conditions = new(live);
    private readonly Dictionary<string, HashSet<string>> holding = new(StringComparer.Ordinal);
    private DateTimeOffset prunedAt;
    private int ticks;

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
                    Tick();
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
            // The server stops.
        }
    }

    /// <summary>One look at everything.</summary>
    internal void Tick()
    {
        DateTimeOffset now = time.GetUtcNow();
        AlertRule[] onLive = [.. rules.All.Where(r => r.Kind.IsLive())];
        if (onLive.Length > 0) conditions.Look(now, onLive.Max(r => r.For));
        foreach (AlertRule rule in onLive) Hold(rule, [.. conditions.Holding(rule, now)], LiveConditions.Over(rule.Kind));
        foreach (AlertRule rule in rules.All.Where(r => r is { Kind: RuleKind.RecordingErrors, IsRate: false })) Hold(rule, [.. Refused(rule)]);
        if (ticks++ % SlowEvery != 0) return;
        foreach (AlertRule rule in rules.All)
        {
            if (rule.Kind == RuleKind.LowDisk) Disk(rule);
            if (rule.Kind == RuleKind.Stage) NeverCame(rule, now);
            if (rule.IsRate) book.Rate(rule);
        }
        book.Tick(rules, rule => holding.TryGetValue(rule.Name, out HashSet<string>? subjects) && subjects.Count > 0);
        if (options.KeepDays > 0 && now - prunedAt >= PruneEvery)
        {
            prunedAt = now;
            store.Prune(now - TimeSpan.FromDays(options.KeepDays));
        }
    }

    /// <summary>What holds now and did not before begins; when nothing holds, the alert is over, or without a resolution it stays for its quiet period.</summary>
    private void Hold(AlertRule rule, AlertHit[] hits, string? resolution = null)
    {
        if (!holding.TryGetValue(rule.Name, out HashSet<string>? before)) holding[rule.Name] = before = new HashSet<string>(StringComparer.Ordinal);
        foreach (AlertHit hit in hits.Where(h => !before.Contains(h.Subject))) book.Begin(rule, hit);
        before.Clear();
        before.UnionWith(hits.Select(h => h.Subject));
        if (hits.Length == 0 && resolution is not null) book.End(rule, resolution);
    }

    private IEnumerable<AlertHit> Refused(AlertRule rule)
    {
        foreach (StreamSession session in live.All)
            if (session is { RecordingTrouble: { } trouble, Facts.CallSid.Value: { } callSid })
                yield return new AlertHit(callSid, callSid, rule.Severity, $"the audio of a running call cannot be written: {trouble}", CallConditions.PageOf(callSid));
        if (writers.Refusal is { } refusal) yield return new AlertHit("", "", rule.Severity, refusal, "/");
    }

    private void Disk(AlertRule rule)
    {
        double free;
        try { free = storage.FreeBytes / GiB; }
        catch (Exception e) when (StorageFault.Is(e)) { return; } // The recording-errors rule says so.
        string words = string.Create(CultureInfo.InvariantCulture, $"{free:0.0} GiB are free in {storage.Location}");
        AlertHit hit = new("disk", "", rule.Severity, string.Create(CultureInfo.InvariantCulture, $"{words}, below {rule.Options.Below} GiB"), "/");
        Hold(rule, free < rule.Options.Below ? [hit] : [], words);
    }

    /// <summary>Calls whose webhook was answered and whose stream never came: no work after the call looks at them.</summary>
    private void NeverCame(AlertRule rule, DateTimeOffset now)
    {
        foreach (string callSid in store.WithoutStream(rule.Name, rule.Condition, now - options.MaxAge, now - rule.For))
            if (EndedCall.Read(calls, analyses, callSid) is { } call) book.Look(rule, call);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 5101, Level = LogLevel.Error, Message = "A look at the alert rules failed; the next one is in a second")]
        public static partial void LookFailed(ILogger logger, Exception error);
    }
}
