using Earshot.Audio.Codecs;
using Earshot.Audio.Resampling;
using Earshot.Engine.Ingest;

namespace Earshot.Engine.Agents;

/// <summary>An agent's voice to the caller's line: 16 to 8 kHz, mu-law, 20 ms a message. What the carrier has not played yet is kept short: samples that a stall made too late are left out on the line, so the delay does not grow.</summary>
internal sealed class LinePacer(OutboundLine line)
{
    /// <summary>The most audio that may wait at the carrier, in ms: more would be heard that much later from then on.</summary>
    public const double LongestQueueMs = 120;

    private const int FrameSamples = 160;
    private const double FrameMs = 20;

    private readonly RateConverter down = new(MicrophoneTrack.SampleRateHz, 8000);
    private readonly short[] narrow = new short[2048];
    private readonly short[] frame = new short[FrameSamples];
    private readonly byte[] coded = new byte[FrameSamples];
    private int filled;
    private double playsUntilMs = double.NegativeInfinity;

    /// <summary>Time that was left out so that the delay does not grow, in ms.</summary>
    public double SkippedMs { get; private set; }

    /// <summary>What waits at the carrier at <paramref name="nowMs"/>, in ms.</summary>
    public double QueueMs(double nowMs) => Math.Max(0, playsUntilMs - nowMs);

    /// <summary>Takes samples at 16 kHz; <paramref name="nowMs"/> is any clock that runs evenly.</summary>
    public void Add(ReadOnlySpan<short> samples, double nowMs)
    {
        while (!samples.IsEmpty)
        {
            ReadOnlySpan<short> part = samples[..Math.Min(samples.Length, 2048)];
            samples = samples[part.Length..];
            Frames(narrow.AsSpan(0, down.Process(part, narrow)), nowMs);
        }
    }

    /// <summary>Drops what the carrier has not played yet.</summary>
    public void Clear()
    {
        filled = 0;
        playsUntilMs = double.NegativeInfinity;
        line.Clear();
    }

    private void Frames(ReadOnlySpan<short> samples, double nowMs)
    {
        while (!samples.IsEmpty)
        {
            int count = Math.Min(samples.Length, FrameSamples - filled);
            samples[..count].CopyTo(frame.AsSpan(filled));
            samples = samples[count..];
            filled += count;
            if (filled < FrameSamples) return;
            filled = 0;
            if (QueueMs(nowMs) + FrameMs > LongestQueueMs)
            {
                SkippedMs += FrameMs;
                continue;
            }
            MuLaw.Encode(frame, coded);
            if (line.Media(coded)) playsUntilMs = Math.Max(playsUntilMs, nowMs) + FrameMs;
        }
    }
}
