using System.CommandLine;
using Earshot.Cli.Output;
using Earshot.Engine.Alerts;
using Earshot.Engine.Catalog;
using Earshot.Server.Operations;
using Earshot.Server.Settings;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot alerts</c>: what is open, and a sample message to see that it arrives.</summary>
internal static class AlertsCommand
{
    private const int Most = 100;

    public static Command Create() => new("alerts", "List alerts, and try their deliveries") { List(), Test() };

    private static Command List()
    {
        Option<bool> json = CommonOptions.Json();
        return StoreSession.Command("list", "List alerts, open ones first", [json], (session, parsed) =>
        {
            IReadOnlyList<AlertRow> alerts = session.Get<AlertStore>().List(Most);
            if (parsed.GetValue(json)) Report.Json(alerts);
            else if (alerts.Count > 0) Report.Table(["STATE", "SEVERITY", "RULE", "SINCE", "CALL", "MESSAGE"], alerts.Select(a => (IReadOnlyList<string>)[a.State, a.Severity, a.Rule, Report.When(a.OpenedAt), a.CallSid, a.Message]));
            else Console.WriteLine(session.Get<AlertRules>().All.Count == 0 ? "No alert, and no rule: set Earshot:Alerts:Rules:NAME:When" : "No alert");
            return ExitCodes.Ok;
        });
    }

    private static Command Test()
    {
        var name = new Argument<string>("NAME") { Description = "A rule (its deliveries get a sample) or a delivery" };
        Option<bool> json = CommonOptions.Json();
        return StoreSession.Command("test", "Send a sample message now", [name, json], (session, parsed) => Send(session, parsed.GetRequiredValue(name), parsed.GetValue(json)).GetAwaiter().GetResult());
    }

    private static async Task<int> Send(StoreSession session, string name, bool json)
    {
        AlertRules rules = session.Get<AlertRules>();
        AlertDeliveries deliveries = session.Get<AlertDeliveries>();
        AlertRule? rule = rules.Find(name);
        if (rule is null && !deliveries.All.ContainsKey(name))
        {
            string known = string.Join(", ", rules.All.Select(r => r.Name).Concat(deliveries.All.Keys).Distinct(StringComparer.OrdinalIgnoreCase));
            Console.Error.WriteLine($"earshot alerts test: '{name}' is neither a rule nor a delivery of the settings; {(known.Length > 0 ? $"there are {known}" : "there is none: set Earshot:Alerts:Deliveries:NAME:Kind and Url")}");
            return ExitCodes.Unreadable;
        }
        IReadOnlyList<string> targets = rule?.Deliveries ?? [name];
        if (targets.Count == 0)
        {
            Console.Error.WriteLine($"earshot alerts test: the rule '{name}' has no delivery; its alerts are on the page /alerts alone. Set Earshot:Alerts:Deliveries:NAME:Kind to add one");
            return ExitCodes.Findings;
        }
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        string pages = Pages(session.Settings);
        var sample = new AlertNotice
        {
            Id = "test", Event = AlertNotice.Test, Rule = rule?.Name ?? "test", Severity = (rule?.Severity ?? Engine.Analysis.Severity.Info).ToString().ToLowerInvariant(), Condition = rule?.Condition ?? "a sample",
            Message = "This is a sample that somebody asked for. Nothing is wrong.", Url = pages + "/alerts", Count = 1, OpenedAt = now,
        };
        var results = new List<(string Delivery, string Target, string? Problem)>();
        foreach (string target in targets) results.Add((target, deliveries.All[target].Target, await deliveries.TrySendAsync(target, sample, CancellationToken.None)));
        if (json) Report.Json(results.Select(r => new { delivery = r.Delivery, target = r.Target, sent = r.Problem is null, problem = r.Problem }));
        else foreach ((string delivery, string target, string? problem) in results) Console.WriteLine(problem is null ? $"{delivery}  sent  {target}" : $"{delivery}  NOT SENT  {problem}");
        return results.All(r => r.Problem is null) ? ExitCodes.Ok : ExitCodes.Findings;
    }

    /// <summary>Where the links of the server's own alerts lead.</summary>
    private static string Pages(EarshotSettings settings)
    {
        string set = settings.Alerts.LinkBase.TrimEnd('/');
        if (set != settings.Server.FirstUrl()) return set;
        if (ListeningAddress.OfRunning(settings.Server, settings.Recording) is { } running) return running;
        Console.Error.WriteLine($"earshot alerts test: no server runs over '{settings.Server.DataDirectory}', so the link leads to {set} (Server:Urls). Start the server first, or set Alerts:LinkBase.");
        return set;
    }
}
