namespace Earshot.Engine.Alerts;

/// <summary>One rule.</summary>
internal sealed class AlertRuleOptions
{
    /// <summary>What is looked at: a name of <see cref="RuleKinds"/>.</summary>
    public string When { get; set; } = "";

    /// <summary>Of a finding the least severity (default <c>error</c>); of the others how the alert weighs.</summary>
    public string Severity { get; set; } = "";

    /// <summary>The finding's code; empty for any.</summary>
    public string Finding { get; set; } = "";

    /// <summary>The measure that is held against <see cref="Above"/> or <see cref="Below"/>.</summary>
    public string Measure { get; set; } = "";

    /// <summary>The bound above which it fires: of a measure in its unit, of <c>live-clipping</c> in percent of the samples, of <c>live-loss</c> in ms.</summary>
    public double? Above { get; set; }

    /// <summary>The bound below which it fires: of a measure in its unit, of <c>low-disk</c> in GiB.</summary>
    public double? Below { get; set; }

    /// <summary>The stage that a call must reach, 1 to 11.</summary>
    public int Stage { get; set; }

    /// <summary><c>inbound</c>, <c>outbound</c>, or empty for any side.</summary>
    public string Track { get; set; } = "";

    /// <summary>With this, not each call counts but the share of calls, in percent, among the last <see cref="Calls"/> or those <see cref="Within"/> a time.</summary>
    public double Percent { get; set; }

    /// <summary>How many calls a rate looks back.</summary>
    public int Calls { get; set; }

    /// <summary>How long a rate looks back.</summary>
    public TimeSpan Within { get; set; }

    /// <summary>A rate of fewer calls says nothing.</summary>
    public int LeastCalls { get; set; } = 5;

    /// <summary>How long a side is silent; over how long clipping and losses are counted; how long a call may take to its stream. 0 is 30 s, 10 s, 60 s.</summary>
    public TimeSpan For { get; set; }

    /// <summary>How long a rule that has spoken keeps quiet, and how long no call may match until it is resolved.</summary>
    public TimeSpan Quiet { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Names of deliveries, separated by commas; empty is all, <c>none</c> the page alone.</summary>
    public string Deliveries { get; set; } = "";
}
