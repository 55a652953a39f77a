using Earshot.Audio.Detection;
using Earshot.Audio.Levels;
using Earshot.Audio.Resampling;

namespace Earshot.Engine.VoiceActivity;

/// <summary>One channel on its way to Silero's network: windows of 32 ms, judged by the numbers of its reference. Not thread-safe; allocates nothing once it runs.</summary>
/// <remarks>8 and 16 kHz are heard as they are, every other rate at 16 kHz.</remarks>
internal abstract class SileroChannel
{
    private const float Speech = 0.5f, Pause = 0.35f, Scale = 1 / 32768f;
    private const double MinSpeechSeconds = 0.25, MinPauseSeconds = 0.10, PadSeconds = 0.03;
    private const int BlockSamples = 1024;

    private readonly RateConverter? converter;
    private readonly float[] input;
    private readonly float[] floats = new float[BlockSamples];
    private readonly short[] shorts;
    private readonly short[] converted;
    private readonly int sampleRateHz;
    private int filled;
    private long taken;

    protected SileroChannel(int sampleRateHz)
    {
        this.sampleRateHz = sampleRateHz;
        Shape = SileroShape.For(sampleRateHz);
        if (Shape.SampleRateHz != sampleRateHz) converter = new RateConverter(sampleRateHz, Shape.SampleRateHz);
        int longest = converter is null ? 0 : Math.Max(BlockSamples, converter.LatencySamples);
        (shorts, converted) = (new short[converter is null ? 0 : BlockSamples], new short[converter?.MostOutput(longest) ?? 0]);
        input = new float[Shape.InputLength];
        filled = Shape.ContextLength;
        Gate = new SpeechGate(Samples(MinSpeechSeconds), Samples(MinPauseSeconds), Samples(PadSeconds));
    }

    /// <summary>What a window of it is.</summary>
    public SileroShape Shape { get; }

    /// <summary>The network's memory of it.</summary>
    protected float[] State { get; } = new float[SileroTensors.StateLength];

    /// <summary>Its edges, in samples of the shape's rate.</summary>
    protected SpeechGate Gate { get; }

    public void Add(ReadOnlySpan<short> samples)
    {
        while (!samples.IsEmpty)
        {
            ReadOnlySpan<short> part = samples[..Math.Min(samples.Length, BlockSamples)];
            samples = samples[part.Length..];
            taken += part.Length;
            Hear(converter is null ? part : converted.AsSpan(0, converter.Process(part, converted)));
        }
    }

    public void Add(ReadOnlySpan<float> samples)
    {
        if (converter is null)
        {
            taken += samples.Length;
            Hear(samples);
            return;
        }
        while (!samples.IsEmpty)
        {
            int count = Math.Min(samples.Length, BlockSamples);
            for (int i = 0; i < count; i++) shorts[i] = (short)Math.Clamp(MathF.Round(samples[i]), short.MinValue, short.MaxValue);
            Add(shorts.AsSpan(0, count));
            samples = samples[count..];
        }
    }

    /// <summary>A window is whole.</summary>
    /// <param name="window">The context before it and the window, 1 = full scale; valid during the call.</param>
    /// <param name="samples">Samples of it that count: the last one is filled up with silence.</param>
    protected abstract void OnWindow(ReadOnlySpan<float> window, int samples);

    /// <summary>The channel ends: what waits is the last window.</summary>
    protected void End()
    {
        if (converter is not null) Hear(converted.AsSpan(0, converter.Flush(converted)));
        if (filled == Shape.ContextLength) return;
        int rest = filled - Shape.ContextLength;
        input.AsSpan(filled).Clear();
        filled = Shape.ContextLength;
        OnWindow(input, rest);
    }

    /// <summary>Takes the network's word for a window.</summary>
    protected void Judge(int samples, float likely) => Gate.Add(samples, likely >= Speech, likely < Pause);

    /// <summary>Where a sample of the shape's rate is by the channel's own.</summary>
    protected long Place(long sample) => Shape.SampleRateHz == sampleRateHz ? sample : Math.Min(sample * sampleRateHz / Shape.SampleRateHz, taken);

    private long Samples(double seconds) => (long)(seconds * Shape.SampleRateHz);

    private void Hear(ReadOnlySpan<short> samples)
    {
        for (; !samples.IsEmpty; samples = samples[Math.Min(samples.Length, BlockSamples)..])
        {
            int count = Math.Min(samples.Length, BlockSamples);
            SampleConversion.ToFloats(samples[..count], floats.AsSpan(0, count));
            Hear(floats.AsSpan(0, count));
        }
    }

    private void Hear(ReadOnlySpan<float> samples)
    {
        while (!samples.IsEmpty)
        {
            int count = Math.Min(samples.Length, input.Length - filled);
            for (int i = 0; i < count; i++) input[filled + i] = samples[i] * Scale;
            filled += count;
            samples = samples[count..];
            if (filled < input.Length) continue;
            OnWindow(input, Shape.WindowLength);
            input.AsSpan(input.Length - Shape.ContextLength).CopyTo(input);
            filled = Shape.ContextLength;
        }
    }
}
