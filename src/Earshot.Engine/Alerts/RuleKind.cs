namespace Earshot.Engine.Alerts;

/// <summary>What a rule looks at.</summary>
internal enum RuleKind
{
    /// <summary>A finding of an ended call.</summary>
    Finding,

    /// <summary>A measure of an ended call against a bound.</summary>
    Measure,

    /// <summary>An ended call, or one whose stream never came, that did not reach a stage.</summary>
    Stage,

    /// <summary>Audio that cannot be, or could not be, written.</summary>
    RecordingErrors,

    /// <summary>Room left for recordings.</summary>
    LowDisk,

    /// <summary>During a call: a side that is silent for some time.</summary>
    LiveSilence,

    /// <summary>During a call: samples at the rail.</summary>
    LiveClipping,

    /// <summary>During a call: audio that never came.</summary>
    LiveLoss,
}

/// <summary>The names of kinds as they stand in settings.</summary>
internal static class RuleKinds
{
    private static readonly (RuleKind Kind, string Name)[] Names =
    [
        (RuleKind.Finding, "finding"), (RuleKind.Measure, "measure"), (RuleKind.Stage, "stage"), (RuleKind.RecordingErrors, "recording-errors"),
        (RuleKind.LowDisk, "low-disk"), (RuleKind.LiveSilence, "live-silence"), (RuleKind.LiveClipping, "live-clipping"), (RuleKind.LiveLoss, "live-loss"),
    ];

    /// <summary>All names, for people.</summary>
    public static string All { get; } = string.Join(", ", Names.Select(n => n.Name));

    public static RuleKind? Parse(string name) => Names.Where(n => n.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(n => (RuleKind?)n.Kind).FirstOrDefault();

    /// <summary>True for what is looked at once a call has ended.</summary>
    public static bool IsOfCalls(this RuleKind kind) => kind <= RuleKind.RecordingErrors;

    /// <summary>True for what only a running call can tell.</summary>
    public static bool IsLive(this RuleKind kind) => kind >= RuleKind.LiveSilence;
}
