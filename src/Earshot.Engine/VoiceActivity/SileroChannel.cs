using Earshot.Audio.Detection;
using Earshot.Audio.Levels;
using Earshot.Audio.Resampling;

namespace Earshot.Engine.VoiceActivity;

/// <summary>One channel through Silero's network: windows of 32 ms, judged by the numbers of its reference. Not thread-safe; allocates nothing once it runs.</summary>
/// <remarks>8 and 16 kHz are heard as they are, every other rate at 16 kHz.</remarks>
internal sealed class SileroChannel : ISpeechListener, ISpeechFinder
{
    private const float Speech = 0.5f, Pause = 0.35f, Scale = 1 / 32768f;
    private const double MinSpeechSeconds = 0.25, MinPauseSeconds = 0.10, PadSeconds = 0.03;
    private const int BlockSamples = 1024;

    private readonly SileroModel model;
    private readonly SileroShape shape;
    private readonly SpeechGate gate;
    private readonly RateConverter? converter;
    private readonly float[] state = new float[SileroTensors.StateLength];
    private readonly float[] input;
    private readonly float[] floats = new float[BlockSamples];
    private readonly short[] shorts;
    private readonly short[] converted;
    private readonly int sampleRateHz;
    private int filled;
    private long taken;

    public SileroChannel(SileroModel model, int sampleRateHz)
    {
        (this.model, this.sampleRateHz) = (model, sampleRateHz);
        shape = sampleRateHz == SileroShape.Narrow.SampleRateHz ? SileroShape.Narrow : SileroShape.Wide;
        if (shape.SampleRateHz != sampleRateHz) converter = new RateConverter(sampleRateHz, shape.SampleRateHz);
        int longest = converter is null ? 0 : Math.Max(BlockSamples, converter.LatencySamples);
        (shorts, converted) = (new short[converter is null ? 0 : BlockSamples], new short[converter?.MostOutput(longest) ?? 0]);
        input = new float[shape.InputLength];
        filled = shape.ContextLength;
        gate = new SpeechGate(Samples(MinSpeechSeconds), Samples(MinPauseSeconds), Samples(PadSeconds));
    }

    public bool IsSpeech => gate.IsSpeech;

    public long SettledTo => Place(gate.SettledTo);

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

    void ISpeechListener.Complete() => End();

    public IReadOnlyList<SampleRange> Complete()
    {
        End();
        var ranges = new List<SampleRange>();
        while (TryTake(out SpeechEdge began) && TryTake(out SpeechEdge ended)) ranges.Add(new SampleRange(began.Sample, ended.Sample - began.Sample));
        return ranges;
    }

    public bool TryTake(out SpeechEdge edge)
    {
        if (!gate.TryTake(out edge)) return false;
        edge = edge with { Sample = Place(edge.Sample) };
        return true;
    }

    private void End()
    {
        if (converter is not null) Hear(converted.AsSpan(0, converter.Flush(converted)));
        if (filled > shape.ContextLength)
        {
            // The last window is filled up with silence, of which nothing counts.
            int rest = filled - shape.ContextLength;
            input.AsSpan(filled).Clear();
            Judge(rest);
        }
        gate.Complete();
    }

    private long Samples(double seconds) => (long)(seconds * shape.SampleRateHz);

    private long Place(long sample) => shape.SampleRateHz == sampleRateHz ? sample : Math.Min(sample * sampleRateHz / shape.SampleRateHz, taken);

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
            if (filled == input.Length) Judge(shape.WindowLength);
        }
    }

    private void Judge(int samples)
    {
        float likely = model.Run(shape, input, state);
        gate.Add(samples, likely >= Speech, likely < Pause);
        input.AsSpan(input.Length - shape.ContextLength).CopyTo(input);
        filled = shape.ContextLength;
    }
}
