using System.Runtime.InteropServices;
using Earshot.Audio.Resampling;

namespace Earshot.Engine.Agents;

/// <summary>A browser's microphone to 16 kHz on the call's clock. The browser counts samples by its own clock; its drift is measured against arrivals and taken out by steering the converter,
/// so a stall with a burst behind it adds nothing, and an hour of a clock that is 200 ppm off stays in place.</summary>
/// <remarks>A connection's first samples, and the first after a time without any, wait <see cref="SettlingMs"/> before they are placed: by then some packet came without much delay. Not thread-safe.</remarks>
internal sealed class MicrophoneTrack
{
    public const int SampleRateHz = 16_000;

    /// <summary>How long samples wait until their place is known.</summary>
    public const double SettlingMs = 400;

    /// <summary>After so long without a packet the device's clock may have stood still (a sleeping machine, another device): its place is looked for anew.</summary>
    public const double PauseMs = 2000;

    /// <summary>A count of samples may be ahead of the time that has passed by so much; more is a wrong count.</summary>
    private const double MostAheadMs = 10_000;

    /// <summary>A place that is further off than this is set right, not steered.</summary>
    private const double MostSteeredMs = 60;

    /// <summary>Over which time an error is steered away.</summary>
    private const double SteeringMs = 5000;

    /// <summary>Samples up to this are quiet (-42 dBFS): where the recording is late, they are left out.</summary>
    private const int QuietPeak = 260;

    private static readonly short[] Silence = new short[1600];

    private readonly IMicrophoneOutput output;
    private readonly NearTrack near;
    private readonly List<short> settling = [];
    private readonly ClockFollower clock = new();
    private readonly RateConverter converter;
    private readonly int rateHz;
    private readonly short[] converted;
    private double settlesAtMs = double.NaN;
    private double lostFromMs = double.NaN;
    private double lateMs;
    private double leftOutMs;
    private double lastMs;
    private double beganMs;
    private long beganAt;
    private double placedUntilMs;
    private long nextSample = long.MinValue;

    /// <param name="rateHz">Rate of the device, 8000 to 192000 Hz.</param>
    /// <param name="output">Takes what is made.</param>
    /// <param name="near">The recording, which goes on from microphone to microphone.</param>
    /// <param name="resumes">True when this connection takes over from one that was lost: what was said between them is missed.</param>
    public MicrophoneTrack(int rateHz, IMicrophoneOutput output, NearTrack near, bool resumes = false)
    {
        (this.rateHz, this.output, this.near) = (rateHz, output, near);
        converter = new RateConverter(rateHz, SampleRateHz);
        converted = new short[converter.MostOutput(LongestPacket)];
        if (resumes) lostFromMs = near.EndMs;
    }

    /// <summary>The most samples a packet may have.</summary>
    public int LongestPacket => rateHz / 5;

    /// <summary>How much faster than the call's clock the device runs, in parts per million; 0 until it is known.</summary>
    public double DriftPpm => clock.Deviation * 1e6;

    /// <summary>Takes a packet. <paramref name="firstSample"/> is the place of its first sample by the device's own count, <paramref name="callMs"/> the call's clock at its arrival.</summary>
    public void Add(long firstSample, ReadOnlySpan<short> samples, double callMs)
    {
        if (nextSample == long.MinValue) (beganAt, beganMs, nextSample, lastMs) = (firstSample, callMs, firstSample, callMs);
        double passedMs = callMs - lastMs;
        if ((firstSample - beganAt) * 1000.0 / rateHz > callMs - beganMs + MostAheadMs) return;
        lastMs = callMs;
        if (passedMs > PauseMs && IsSettled) Pause(firstSample);
        if (firstSample > nextSample) Skip(firstSample - nextSample, callMs);
        else if (firstSample < nextSample) samples = samples[(int)Math.Min(samples.Length, nextSample - firstSample)..];
        if (samples.IsEmpty) return;
        nextSample += samples.Length;
        clock.Observe(nextSample * 1000.0 / rateHz, callMs);
        Convert(samples, isHeard: true);
        if (double.IsNaN(settlesAtMs)) settlesAtMs = callMs + SettlingMs;
        if (IsSettled) Steer();
        else if (callMs >= settlesAtMs) Settle();
        placedUntilMs = near.EndMs;
    }

    /// <summary>No more will come of this connection.</summary>
    public void Complete()
    {
        if (settling.Count > 0) Settle();
        ReportLeftOut();
        Span<short> tail = new short[converter.MostOutput(converter.LatencySamples)];
        near.Add(tail[..converter.Flush(tail)]);
    }

    private bool IsSettled => double.IsPositiveInfinity(settlesAtMs);

    /// <summary>Where the end of what was taken belongs on the call's clock, in ms.</summary>
    private double EndMs => clock.LocalAt(nextSample * 1000.0 / rateHz);

    /// <summary>What the converter still holds, in ms.</summary>
    private double PendingMs => converter.Pending * 1000.0 / rateHz;

    /// <summary>Packets come again: the place of what follows is found as at the beginning.</summary>
    private void Pause(long firstSample)
    {
        lostFromMs = placedUntilMs; // The recording may have gone on in silence.
        settlesAtMs = double.NaN;
        nextSample = Math.Max(nextSample, firstSample);
        clock.Pause();
    }

    private void Convert(ReadOnlySpan<short> samples, bool isHeard)
    {
        while (!samples.IsEmpty)
        {
            int count = Math.Min(samples.Length, LongestPacket);
            ReadOnlySpan<short> made = converted.AsSpan(0, converter.Process(samples[..count], converted));
            samples = samples[count..];
            if (isHeard) output.OnHeard(made);
            if (!IsSettled) foreach (short sample in made) settling.Add(sample);
            else if (!IsLeftOut(made)) near.Add(made);
        }
    }

    /// <summary>The place of the samples that wait is known now.</summary>
    private void Settle()
    {
        settlesAtMs = double.PositiveInfinity;
        clock.Resume(MostSteeredMs);
        double startMs = EndMs - PendingMs - settling.Count / NearTrack.SamplesPerMs;
        double missedMs = startMs - lostFromMs; // NaN where nothing is missed: the first words of someone who answers.
        if (missedMs > MostSteeredMs) output.OnLost(lostFromMs, missedMs);
        lostFromMs = double.NaN;
        if (!near.HasBegun) near.Begin(Math.Max(0, startMs), 0);
        else if (!(missedMs <= MostSteeredMs)) near.SilentUntil(startMs);
        near.Add(CollectionsMarshal.AsSpan(settling));
        settling.Clear();
        settling.Capacity = 0;
    }

    private void Steer()
    {
        double behindMs = EndMs - PendingMs - near.EndMs;
        if (behindMs > MostSteeredMs)
        {
            output.OnLost(near.EndMs, behindMs);
            near.SilentUntil(near.EndMs + behindMs);
            behindMs = 0;
        }
        lateMs = behindMs < -MostSteeredMs || lateMs > 0 ? Math.Max(0, -behindMs) : 0;
        if (lateMs == 0) ReportLeftOut();
        converter.Adjustment = clock.Deviation - behindMs / SteeringMs;
    }

    /// <summary>The first packets of a connection were all slow, so that its samples lie too late: quiet ones are left out until they do not.</summary>
    private bool IsLeftOut(ReadOnlySpan<short> samples)
    {
        double ms = samples.Length / NearTrack.SamplesPerMs;
        if (lateMs < ms || samples.IsEmpty || !IsQuiet(samples)) return false;
        lateMs -= ms;
        leftOutMs += ms;
        return true;
    }

    private void ReportLeftOut()
    {
        if (leftOutMs > 0) output.OnLeftOut(near.EndMs, leftOutMs);
        leftOutMs = 0;
    }

    private static bool IsQuiet(ReadOnlySpan<short> samples) => !samples.ContainsAnyExceptInRange((short)-QuietPeak, (short)QuietPeak);

    /// <summary>Samples that the browser counted and did not send: their time passes in silence.</summary>
    private void Skip(long samples, double callMs)
    {
        nextSample += samples;
        output.OnLost(callMs, samples * 1000.0 / rateHz);
        for (long left = samples; left > 0; left -= Silence.Length) Convert(Silence.AsSpan(0, (int)Math.Min(left, Silence.Length)), isHeard: false);
    }
}
