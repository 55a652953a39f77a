using Earshot.Engine.Alerts;
using Earshot.Engine.Catalog;

namespace Earshot.Server.Alerts;

/// <summary>Puts together what API and page say of alerts.</summary>
internal sealed class AlertReader(AlertStore store, AnalysisStore analyses, AlertRules rules, AlertDeliveries deliveries)
{
    private const int MostCalls = 5;

    public AlertOverview Read(int limit) => new()
    {
        Alerts = [.. store.List(limit).Select(Detail)],
        Rules = Rules(),
        Deliveries = [.. deliveries.All.Select(d => new AlertDeliveryDetail(d.Key, d.Value.Target))],
    };

    private AlertRuleDetail[] Rules()
    {
        IReadOnlyList<string> measures = rules.All.Any(r => r.Kind == RuleKind.Measure) ? analyses.MeasureNames() : [];
        return [.. rules.All.Select(r => new AlertRuleDetail(r.Name, r.Condition, r.Options.Quiet.TotalSeconds, r.Deliveries, Problem(r, measures)))];
    }

    private static string? Problem(AlertRule rule, IReadOnlyList<string> measures) =>
        rule.Kind == RuleKind.Measure && measures.Count > 0 && !measures.Concat(EndedCall.FiguresOfCalls).Contains(rule.Options.Measure, StringComparer.OrdinalIgnoreCase)
            ? $"no recording has a measure '{rule.Options.Measure}'; /measures lists those that there are" : null;

    private AlertDetail Detail(AlertRow row) => new()
    {
        Id = row.Id,
        Rule = row.Rule,
        Severity = row.Severity,
        State = row.State,
        CallSid = row.CallSid.Length > 0 ? row.CallSid : null,
        Message = row.Message,
        Link = row.Link,
        Count = row.Count,
        OpenedAt = row.OpenedAt,
        LastFiredAt = row.FiredAt,
        ResolvedAt = row.ResolvedAt,
        Resolution = row.Resolution,
        Calls = [.. store.Matches(row.Rule, row.CallSid.Length > 0 ? row.OpenedAt : DateTimeOffset.MinValue, row.FiredAt, MostCalls).Select(l => new AlertCall(l.CallSid, l.At, l.Message, l.Link))],
        Deliveries = [.. store.Deliveries(row.Id).Select(d => new AlertSending(d.Delivery, AlertNotice.FromJson(d.Notice).Event, d.State, d.Attempts, d.Error, d.State == AlertStates.Pending ? d.NextAt : null, d.SentAt))],
    };
}
