using System.Net.Mail;
using Earshot.Engine.Analysis;
using Earshot.Engine.Calls;

namespace Earshot.Engine.Alerts;

/// <summary>Everything that is wrong with rules and deliveries, each with the key that it stands at.</summary>
internal static class AlertOptionsCheck
{
    private static readonly TimeSpan MostWithin = TimeSpan.FromDays(30);

    /// <param name="options">The section.</param>
    /// <param name="section">Its key.</param>
    /// <param name="afterWork">False when calls are not worked on after their end.</param>
    public static IEnumerable<string> Errors(AlertOptions options, string section, bool afterWork)
    {
        foreach ((string name, AlertRuleOptions rule) in options.Rules)
            foreach (string error in Rule(rule, $"{section}:Rules:{name}", options, afterWork)) yield return error;
        foreach ((string name, AlertDeliveryOptions delivery) in options.Deliveries)
            foreach (string error in Delivery(delivery, $"{section}:Deliveries:{name}")) yield return error;
        if (options.LinkBase.Length > 0 && !IsWeb(options.LinkBase)) yield return $"{section}:LinkBase is '{options.LinkBase}'; expected an address such as https://earshot.example.com";
        if (options.MostAttempts is < 1 or > 100) yield return $"{section}:MostAttempts must be from 1 to 100";
        if (options.KeepDays < 0) yield return $"{section}:KeepDays must be 0 (for ever) or more";
        if (options.FirstRetry <= TimeSpan.Zero) yield return $"{section}:FirstRetry must be above 0";
        if (options.MaxAge <= TimeSpan.Zero) yield return $"{section}:MaxAge must be above 0";
    }

    private static IEnumerable<string> Rule(AlertRuleOptions rule, string key, AlertOptions options, bool afterWork)
    {
        if (RuleKinds.Parse(rule.When) is not { } kind)
        {
            yield return $"{key}:When is '{rule.When}'; expected one of {RuleKinds.All}";
            yield break;
        }
        if (kind.IsOfCalls() && !afterWork) yield return $"{key}:When is '{rule.When}', which is looked at after a call, but Earshot:Jobs:Enabled is false";
        if (rule.Severity.Length > 0 && !Enum.GetNames<Severity>().Contains(rule.Severity, StringComparer.OrdinalIgnoreCase)) yield return $"{key}:Severity is '{rule.Severity}'; expected info, warning or error";
        if (rule.Track.Length > 0 && rule.Track.ToLowerInvariant() is not ("inbound" or "outbound")) yield return $"{key}:Track is '{rule.Track}'; expected inbound, outbound or nothing";
        if (rule.Finding.Length > 0 && !FindingCodes.All.Contains(rule.Finding)) yield return $"{key}:Finding is '{rule.Finding}'; expected one of {string.Join(", ", FindingCodes.All)}";
        if (rule.Finding.Length > 0 && kind != RuleKind.Finding) yield return $"{key}:Finding needs {key}:When 'finding'";
        if (kind == RuleKind.Measure && rule.Measure.Length == 0) yield return $"{key}:Measure is missing; GET /api/measures lists them, for example activeSpeechLevelDbfs";
        if (rule is { Measure.Length: > 0, Above: null, Below: null } && kind == RuleKind.Measure) yield return $"{key}:Above or {key}:Below is missing: the bound that '{rule.Measure}' is held against";
        if (kind == RuleKind.Stage && rule.Stage is < 1 or > CallStages.Count) yield return $"{key}:Stage is {rule.Stage}; expected a stage from 1 to {CallStages.Count}";
        if (kind == RuleKind.LowDisk && rule.Below is not > 0) yield return $"{key}:Below is missing: the free room in GiB below which the rule fires";
        if (rule.Percent is < 0 or > 100) yield return $"{key}:Percent must be from 0 (each call counts) to 100";
        if (rule.Percent > 0 && !kind.IsOfCalls()) yield return $"{key}:Percent is a share of calls: '{rule.When}' has none";
        if (rule.Percent > 0 && rule.Calls > 0 == rule.Within > TimeSpan.Zero) yield return $"{key}:Percent needs {key}:Calls (the last so many) or {key}:Within (a time), and not both";
        if (rule.Percent <= 0 && (rule.Calls != 0 || rule.Within != TimeSpan.Zero)) yield return $"{key}:Calls and {key}:Within need {key}:Percent: the share of calls from which on the rule fires";
        if (rule.Calls is < 0 or > 10_000) yield return $"{key}:Calls must be from 1 to 10000";
        if (rule.Within > MostWithin) yield return $"{key}:Within must be at most 30d";
        if (rule.LeastCalls < 1 || (rule.Calls > 0 && rule.LeastCalls > rule.Calls)) yield return $"{key}:LeastCalls must be from 1 to {key}:Calls";
        if (rule.Quiet <= TimeSpan.Zero) yield return $"{key}:Quiet must be above 0";
        if (rule.Deliveries.Equals("none", StringComparison.OrdinalIgnoreCase)) yield break;
        foreach (string delivery in AlertRule.Split(rule.Deliveries).Where(d => !options.Deliveries.ContainsKey(d)))
            yield return $"{key}:Deliveries names '{delivery}', but there is no {key.Split(":Rules:")[0]}:Deliveries:{delivery}";
    }

    private static IEnumerable<string> Delivery(AlertDeliveryOptions delivery, string key)
    {
        switch (delivery.Kind.ToLowerInvariant())
        {
            case AlertDeliveryKinds.Webhook or AlertDeliveryKinds.Slack:
                if (!IsWeb(delivery.Url)) yield return $"{key}:Url is '{delivery.Url}'; expected an http or https address";
                if (delivery.Kind.Equals(AlertDeliveryKinds.Webhook, StringComparison.OrdinalIgnoreCase) && delivery.Secret.Length == 0) yield return $"{key}:Secret is missing: the key with which the receiver checks that a message is from here";
                break;
            case AlertDeliveryKinds.Email:
                if (delivery.SmtpHost.Length == 0) yield return $"{key}:SmtpHost is missing: the mail server";
                if (delivery.SmtpPort is < 1 or > 65535) yield return $"{key}:SmtpPort must be from 1 to 65535";
                if (!MailAddress.TryCreate(delivery.From, out _)) yield return $"{key}:From is '{delivery.From}'; expected an e-mail address";
                string[] to = AlertRule.Split(delivery.To);
                if (to.Length == 0) yield return $"{key}:To is missing: who gets the mail";
                foreach (string one in to.Where(t => !MailAddress.TryCreate(t, out _))) yield return $"{key}:To has '{one}'; expected e-mail addresses separated by commas";
                break;
            default:
                yield return $"{key}:Kind is '{delivery.Kind}'; expected webhook, slack or email";
                break;
        }
    }

    private static bool IsWeb(string url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https";
}
