namespace Earshot.Engine.Alerts;

/// <summary>The rules of the settings.</summary>
internal sealed class AlertRules(AlertOptions options)
{
    public IReadOnlyList<AlertRule> All { get; } = [.. options.Rules.OrderBy(r => r.Key, StringComparer.OrdinalIgnoreCase).Select(r => new AlertRule(r.Key, r.Value, options.Deliveries.Keys))];

    public AlertRule? Find(string name) => All.FirstOrDefault(r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
