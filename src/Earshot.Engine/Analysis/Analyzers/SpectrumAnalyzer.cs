using System.Numerics;
using Earshot.Audio.Detection;
using Earshot.Audio.Spectral;

namespace Earshot.Engine.Analysis.Analyzers;

/// <summary>The spectrum of the loud parts: bandwidth, muffled voices, tones that are no voice, keys, pitch, speed.</summary>
internal sealed class SpectrumAnalyzer : ITrackAnalyzer
{
    private const double RollOff = 0.99;
    private const double LeastVoicedMeanSquare = 5000; // -53 dBFS.

    private readonly ShortTimeSpectrum spectrum;
    private readonly SpectrumByLevel byLevel;
    private readonly DtmfDetector dtmf;
    private readonly PitchHistogram pitch;
    private readonly ToneShare tones;
    private readonly ShortTimeSpectrum.Listener listener;

    public SpectrumAnalyzer(int sampleRateHz)
    {
        spectrum = new ShortTimeSpectrum(sampleRateHz);
        byLevel = new SpectrumByLevel(spectrum.Bins);
        dtmf = new DtmfDetector(spectrum.BinHz, spectrum.Hop);
        pitch = new PitchHistogram(sampleRateHz, spectrum.Length);
        tones = new ToneShare();
        listener = Hear;
    }

    public void Add(in SampleBlock block) => spectrum.Add(block.Floats, listener);

    public void Complete(TrackContext track)
    {
        dtmf.Complete(track.Samples);
        track.DtmfKeys = [.. dtmf.Found.Select(k => new DtmfKey(k.Key.ToString(), track.Seconds(k.Range.Start), track.Seconds(Math.Min(k.Range.End, track.Samples))))];
        double[] all = byLevel.Mean(-100, 0, out long windows);
        if (windows == 0) return;
        track.Measure("bandwidthHz", Bandwidth(all));
        double top = byLevel.Percentile(0.95);
        double[] loud = byLevel.Mean(top - 20, 0, out _), faint = byLevel.Mean(-100, byLevel.Percentile(0.10), out _);
        track.Measure("medianPitchHz", pitch.Quantile(0.5));
        track.Measure("voicedPercent", 100.0 * 4 * pitch.Voiced / windows);
        track.Measure("toneSharePercent", 100 * tones.Share(top - 20));
        track.Measure("highBandDb", Band(loud, faint, 2400, 3400) - Band(loud, faint, 300, 1000));
        track.Measure("midBandDb", Band(loud, faint, 1400, 2400) - Band(loud, faint, 300, 1000));
        track.Measure("upperBandDb", Band(loud, faint, 4200, 7500) - Band(loud, faint, 300, 3400));
    }

    private void Hear(ReadOnlySpan<float> power, long start)
    {
        double total = Sum(power[2..]); // Without DC.
        byLevel.Add(power, total);
        dtmf.Add(power, total, start);
        if (spectrum.Windows % 2 == 0) tones.Add(power, total);
        if (spectrum.Windows % 4 == 0 && total > LeastVoicedMeanSquare) pitch.Add(power);
    }

    private static float Sum(ReadOnlySpan<float> values)
    {
        int i = 0, width = Vector<float>.Count;
        Vector<float> sums = default;
        for (; i <= values.Length - width; i += width) sums += new Vector<float>(values[i..]);
        float sum = Vector.Sum(sums);
        for (; i < values.Length; i++) sum += values[i];
        return sum;
    }

    private double Bandwidth(double[] power)
    {
        double total = 0, sum = 0;
        for (int i = 2; i < power.Length; i++) total += power[i];
        for (int i = 2; i < power.Length; i++)
        {
            sum += power[i];
            if (sum >= RollOff * total) return i * spectrum.BinHz;
        }
        return 0;
    }

    /// <summary>Level of a band in the loud parts, what is there in the faint parts taken off.</summary>
    private double Band(double[] loud, double[] faint, double fromHz, double toHz)
    {
        int from = (int)(fromHz / spectrum.BinHz), to = Math.Min((int)(toHz / spectrum.BinHz), loud.Length - 1);
        double sum = 0;
        for (int i = from; i <= to; i++) sum += Math.Max(loud[i] - faint[i], 0);
        return 10 * Math.Log10(Math.Max(sum / Math.Max(to - from + 1, 1), 1e-4));
    }
}
