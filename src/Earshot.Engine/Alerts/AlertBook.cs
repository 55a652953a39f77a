using System.Globalization;
using Earshot.Engine.Analysis;
using Earshot.Engine.Catalog;

namespace Earshot.Engine.Alerts;

/// <summary>
/// Opens, counts and resolves alerts, and decides what is told when. A rule has one alert at a time. It tells of it when it opens, again after each quiet period
/// while it goes on, and when it is over; one that opens again within the quiet period is told when that has passed and it is still open.
/// </summary>
internal sealed class AlertBook(AlertStore store, AlertOptions options, TimeProvider time)
{
    private readonly Lock gate = new();

    /// <summary>Looks at a call that has ended.</summary>
    public void Look(AlertRule rule, EndedCall call)
    {
        if (time.GetUtcNow() - call.EndedAt > options.MaxAge) return;
        AlertHit? hit = CallConditions.Match(rule, call);
        Change(change =>
        {
            bool isNew = change.Note(LookOf(rule, hit, call.CallSid, call.CallSid));
            if (rule.IsRate) Rate(change, rule);
            else if (isNew) Fire(change, rule, hit!);
        });
    }

    /// <summary>Something began that holds on until <see cref="End"/>.</summary>
    public void Begin(AlertRule rule, AlertHit hit)
    {
        Change(change =>
        {
            if (hit.CallSid.Length > 0) change.Note(LookOf(rule, hit, hit.Subject, hit.CallSid));
            Fire(change, rule, hit);
        });
    }

    /// <summary>What the rule's alert is about is over.</summary>
    public void End(AlertRule rule, string resolution)
    {
        if (store.Latest(rule.Name) is not { State: AlertStates.Open }) return; // As nearly always: looking costs no transaction.
        Change(change =>
        {
            if (change.Latest(rule.Name) is { State: AlertStates.Open } alert) Save(change, rule, Resolve(alert, resolution), holds: false);
        });
    }

    /// <summary>Opens or resolves by the share of calls.</summary>
    public void Rate(AlertRule rule) => Change(change => Rate(change, rule));

    /// <summary>Resolves what has been quiet, and tells what is due.</summary>
    /// <param name="rules">All rules.</param>
    /// <param name="holds">Whether what a rule is about goes on at this moment.</param>
    public void Tick(AlertRules rules, Func<AlertRule, bool> holds)
    {
        if (store.CountOpen() == 0) return;
        Change(change =>
        {
            DateTimeOffset now = time.GetUtcNow();
            foreach (AlertRow alert in change.Open())
            {
                if (rules.Find(alert.Rule) is not { } rule) change.Save(Resolve(alert, "the rule is no longer in the settings"), []);
                else if (!rule.EndsByItself && !holds(rule) && now - alert.FiredAt >= rule.Options.Quiet) Save(change, rule, Resolve(alert, $"no further call matched for {AlertRule.Span(rule.Options.Quiet)}"), holds: false);
                else if (IsDue(rule, alert, now, holds(rule))) Save(change, rule, alert, holds(rule));
            }
        });
    }

    /// <summary>A look and what follows from it are stored together: what a crash undoes is looked at again, and nothing is seen without being told.</summary>
    private void Change(Action<AlertChange> work)
    {
        lock (gate)
        {
            using AlertChange change = store.Change();
            work(change);
            change.Commit();
        }
    }

    private void Rate(AlertChange change, AlertRule rule)
    {
        DateTimeOffset now = time.GetUtcNow();
        int calls = rule.Options.Calls > 0 ? rule.Options.Calls : int.MaxValue;
        DateTimeOffset since = rule.Options.Within > TimeSpan.Zero ? now - rule.Options.Within : DateTimeOffset.MinValue;
        AlertRate rate = change.Rate(rule.Name, rule.Condition, calls, since);
        double percent = rate.Total == 0 ? 0 : 100.0 * rate.Matched / rate.Total;
        string words = string.Create(CultureInfo.InvariantCulture, $"{rate.Matched} of the last {rate.Total} calls ({percent:0.#} %)");
        AlertRow? open = change.Latest(rule.Name) is { State: AlertStates.Open } alert ? alert : null;
        bool holds = rate.Total >= rule.Options.LeastCalls && percent >= rule.Options.Percent;
        if (holds && open is null) Fire(change, rule, new AlertHit("", "", rule.Severity, $"{words} match; the rule fires from {rule.Options.Percent.ToString(CultureInfo.InvariantCulture)} %", "/"));
        else if (!holds && open is not null) Save(change, rule, Resolve(open, rate.Total == 0 ? "no call came in that time" : $"{words} match now"), holds: false);
    }

    private void Fire(AlertChange change, AlertRule rule, AlertHit hit)
    {
        DateTimeOffset now = time.GetUtcNow();
        AlertRow? latest = change.Latest(rule.Name);
        bool reopens = latest is { State: AlertStates.Resolved, ToldAt: { } told } && now - told < rule.Options.Quiet;
        AlertRow alert = latest is { State: AlertStates.Open } || reopens
            ? latest! with { State = AlertStates.Open, ResolvedAt = null, Resolution = "" }
            : new AlertRow { Rule = rule.Name, Severity = "", State = AlertStates.Open, Message = "", Link = "", OpenedAt = now };
        Save(change, rule, alert with { Severity = hit.Severity.ToString().ToLowerInvariant(), CallSid = hit.CallSid, Message = hit.Message, Link = hit.Link, FiredAt = now, Count = alert.Count + 1 }, holds: true);
    }

    private AlertRow Resolve(AlertRow alert, string resolution) => alert with { State = AlertStates.Resolved, ResolvedAt = time.GetUtcNow(), Resolution = resolution };

    /// <summary>Stores the alert, with what is to be told of it now.</summary>
    private void Save(AlertChange change, AlertRule rule, AlertRow alert, bool holds)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (!IsDue(rule, alert, now, holds))
        {
            change.Save(alert, []);
            return;
        }
        string kind = alert.State == AlertStates.Resolved ? AlertNotice.Resolved : alert.Told == AlertStates.Open ? AlertNotice.Repeated : AlertNotice.Opened;
        var notice = new AlertNotice
        {
            Event = kind,
            Rule = rule.Name,
            Severity = alert.Severity,
            Condition = rule.Condition,
            Message = kind == AlertNotice.Resolved ? $"{alert.Resolution}. It was: {alert.Message}" : alert.Message,
            CallSid = alert.CallSid.Length > 0 ? alert.CallSid : null,
            Url = options.LinkBase.TrimEnd('/') + alert.Link,
            Count = alert.Count,
            OpenedAt = alert.OpenedAt,
            ResolvedAt = alert.ResolvedAt,
        };
        change.Save(alert with { Told = alert.State, ToldAt = now },
            rule.Deliveries.Select(d => new AlertDeliveryRow { Delivery = d, Notice = (notice with { Id = Guid.CreateVersion7(now).ToString() }).ToJson(), State = AlertStates.Pending, NextAt = now, CreatedAt = now }));
    }

    private static bool IsDue(AlertRule rule, AlertRow alert, DateTimeOffset now, bool holds)
    {
        bool quietIsOver = alert.ToldAt is not { } told || now - told >= rule.Options.Quiet;
        if (alert.State == AlertStates.Resolved) return alert.Told == AlertStates.Open;
        return quietIsOver && (alert.Told != AlertStates.Open || rule.EndsByItself || holds || alert.FiredAt > alert.ToldAt);
    }

    private AlertLook LookOf(AlertRule rule, AlertHit? hit, string subject, string callSid) => new()
    {
        Rule = rule.Name, Condition = rule.Condition, Subject = subject, CallSid = callSid, At = time.GetUtcNow(), Matched = hit is not null, Message = hit?.Message ?? "", Link = hit?.Link ?? "",
    };
}
