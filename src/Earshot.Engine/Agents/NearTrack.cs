namespace Earshot.Engine.Agents;

/// <summary>Takes what a call's microphones give, 16 kHz, 16-bit, mono, on the call's clock.</summary>
internal interface IMicrophoneOutput
{
    /// <summary>Samples as they come, for whoever hears the agent now. They may be ahead of or behind their place by the path's jitter.</summary>
    void OnHeard(ReadOnlySpan<short> samples);

    /// <summary>Samples in their place, each following on the last; lost time reads as zeros.</summary>
    void OnSamples(ReadOnlySpan<short> samples);

    /// <summary>Time of which no samples came, on the call's clock.</summary>
    void OnLost(double atMs, double durationMs);

    /// <summary>Quiet samples were left out at this place: those before them had been placed so much too late.</summary>
    void OnLeftOut(double atMs, double durationMs);
}

/// <summary>The near side's recording over all microphones of a call: samples that follow on each other, on the call's clock. Not thread-safe.</summary>
internal sealed class NearTrack(IMicrophoneOutput output)
{
    public const double SamplesPerMs = 16;

    private static readonly short[] Silence = new short[1600];

    /// <summary>Its beginning on the call's clock; NaN before it.</summary>
    public double StartMs { get; private set; } = double.NaN;

    public long Samples { get; private set; }

    public double EndMs => StartMs + Samples / SamplesPerMs;

    /// <summary>True once it is known where it begins.</summary>
    public bool HasBegun => !double.IsNaN(StartMs);

    /// <summary>It begins there, and has so many samples already.</summary>
    public void Begin(double startMs, long samples) => (StartMs, Samples) = (startMs, samples);

    public void Add(ReadOnlySpan<short> samples)
    {
        if (samples.IsEmpty) return;
        Samples += samples.Length;
        output.OnSamples(samples);
    }

    /// <summary>Nobody speaks until <paramref name="callMs"/>.</summary>
    public void SilentUntil(double callMs)
    {
        double ms = callMs - EndMs;
        if (!(ms >= 1)) return;
        for (long left = (long)(ms * SamplesPerMs); left > 0; left -= Silence.Length) Add(Silence.AsSpan(0, (int)Math.Min(left, Silence.Length)));
    }
}
