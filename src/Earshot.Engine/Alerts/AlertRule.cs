using System.Globalization;
using Earshot.Engine.Analysis;
using Earshot.Engine.Calls;

namespace Earshot.Engine.Alerts;

/// <summary>A rule of the settings, checked, with its defaults.</summary>
internal sealed class AlertRule
{
    private const double DefaultClippingPercent = 0.5;
    private const double DefaultLossMs = 500;

    public AlertRule(string name, AlertRuleOptions options, IEnumerable<string> allDeliveries)
    {
        Name = name;
        Options = options;
        Kind = RuleKinds.Parse(options.When) ?? throw new ArgumentException($"'{options.When}' is no kind of rule", nameof(options));
        Severity = Enum.TryParse(options.Severity, ignoreCase: true, out Severity own) ? own : Kind.IsLive() || Kind == RuleKind.Measure ? Severity.Warning : Severity.Error;
        For = options.For > TimeSpan.Zero ? options.For : TimeSpan.FromSeconds(Kind switch { RuleKind.LiveSilence => 30, RuleKind.Stage => 60, _ => 10 });
        Above = options.Above ?? (Kind switch { RuleKind.LiveClipping => DefaultClippingPercent, RuleKind.LiveLoss => DefaultLossMs, _ => null });
        Deliveries = options.Deliveries.Length == 0 ? [.. allDeliveries] : options.Deliveries.Equals("none", StringComparison.OrdinalIgnoreCase) ? [] : Split(options.Deliveries);
        Condition = Describe();
    }

    public string Name { get; }
    public AlertRuleOptions Options { get; }
    public RuleKind Kind { get; }

    /// <summary>The least severity of a finding; of the others how the alert weighs.</summary>
    public Severity Severity { get; }

    /// <inheritdoc cref="AlertRuleOptions.For"/>
    public TimeSpan For { get; }

    public double? Above { get; }

    /// <summary>Names of the deliveries that it speaks to.</summary>
    public IReadOnlyList<string> Deliveries { get; }

    /// <summary>True when the share of calls counts, not the call.</summary>
    public bool IsRate => Options.Percent > 0;

    /// <summary>True when it ends with its condition; otherwise after a quiet period without another call that matches.</summary>
    public bool EndsByItself => IsRate || !Kind.IsOfCalls();

    /// <summary>What it looks for, in words.</summary>
    public string Condition { get; }

    public static string[] Split(string names) => names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>A time as people say it.</summary>
    public static string Span(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.#} days"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} h"),
        { TotalMinutes: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.#} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s"),
    };

    private string Describe()
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        string side = Options.Track.Length > 0 ? $" ({Options.Track.ToLowerInvariant()})" : "";
        string one = Kind switch
        {
            RuleKind.Finding => $"{(Options.Finding.Length > 0 ? $"finding {Options.Finding}" : "a finding")} of severity {Severity.ToString().ToLowerInvariant()}{(Severity == Severity.Error ? "" : " or worse")}{side}",
            RuleKind.Measure => string.Create(invariant, $"{Options.Measure} {(Above is { } above ? $"above {above.ToString(invariant)}" : "")}{(Above is not null && Options.Below is not null ? " or " : "")}{(Options.Below is { } below ? $"below {below.ToString(invariant)}" : "")}{side}"),
            RuleKind.Stage => $"stage {Options.Stage.ToString(invariant)} ({((CallStage)Options.Stage).Title()}) not reached{side}",
            RuleKind.RecordingErrors => "audio that cannot be written",
            RuleKind.LowDisk => string.Create(invariant, $"less than {Options.Below} GiB free for recordings"),
            RuleKind.LiveSilence => $"a side{side} silent for {Span(For)} during a call",
            RuleKind.LiveClipping => string.Create(invariant, $"more than {Above} % of samples clipped{side} over {Span(For)} during a call"),
            _ => string.Create(invariant, $"more than {Above} ms lost{side} within {Span(For)} during a call"),
        };
        if (!IsRate) return one;
        string among = Options.Calls > 0 ? string.Create(invariant, $"the last {Options.Calls} calls") : $"the calls of {Span(Options.Within)}";
        return string.Create(invariant, $"{Options.Percent} % or more of {among}: {one}");
    }
}
