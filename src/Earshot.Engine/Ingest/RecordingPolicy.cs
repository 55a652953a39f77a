namespace Earshot.Engine.Ingest;

/// <summary>Whether a call is recorded, and why. Decided once, at <c>start</c>, before anything of the call is kept.</summary>
internal sealed record RecordingPolicy(bool Record, string Reason)
{
    public static RecordingPolicy Undecided { get; } = new(false, "no start came");

    /// <summary><c>enabled</c> or <c>disabled</c>, as the call manifest says it.</summary>
    public string Code => Record ? "enabled" : "disabled";

    /// <param name="enabled">The setting.</param>
    /// <param name="parameter">The stream's <c>record</c> parameter, null where there is none.</param>
    public static RecordingPolicy Decide(bool enabled, string? parameter)
    {
        if (!enabled) return new(false, "ENABLE_AUDIO_RECORDING is false");
        bool off = parameter?.Trim().ToUpperInvariant() is "OFF" or "FALSE" or "NO" or "0";
        return off ? new(false, "the stream's parameter 'record' is off") : new(true, "recording is on");
    }
}
