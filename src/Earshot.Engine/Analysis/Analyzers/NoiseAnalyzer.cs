using Earshot.Audio.Detection;
using Earshot.Audio.Levels;

namespace Earshot.Engine.Analysis.Analyzers;

/// <summary>Noise floor, speech over noise, and WADA-SNR beside it.</summary>
internal sealed class NoiseAnalyzer(int sampleRateHz) : ITrackAnalyzer
{
    private const double FrameSeconds = 0.05;
    private const double EdgeSeconds = 0.04;
    private const double FloorDb = -96;
    private const double LeastSeconds = 1;

    private readonly List<short> levels = []; // Hundredths of dBFS, 2 bytes each 50 ms.
    private readonly int frame = Math.Max((int)(FrameSeconds * sampleRateHz), 1);
    private readonly LevelMeter meter = new();

    public void Add(in SampleBlock block)
    {
        ReadOnlySpan<short> samples = block.Samples;
        while (!samples.IsEmpty)
        {
            int take = (int)Math.Min(samples.Length, frame - meter.SampleCount);
            meter.Add(samples[..take]);
            samples = samples[take..];
            if (meter.SampleCount < frame) continue;
            double power = meter.Rms * meter.Rms - meter.Mean * meter.Mean; // Without DC.
            levels.Add((short)(100 * Math.Max(10 * Math.Log10(Math.Max(power, 1e-9) / (32768.0 * 32768.0)), FloorDb)));
            meter.Reset();
        }
    }

    /// <summary>How far the faintest moments lie apart: noise goes on under everything, while a voice without pauses is never still for long.</summary>
    private static double FloorSpread(TrackContext track)
    {
        if (track.LevelsDbfs.Count < 20) return double.NaN;
        float[] mixed = [.. track.LevelsDbfs];
        return OrderStatistic.Select(mixed, (int)(0.10 * (mixed.Length - 1))) - OrderStatistic.Select(mixed, (int)(0.01 * (mixed.Length - 1)));
    }

    /// <summary>What stands in the pauses is hum, or speech that clipping has made as loud as itself.</summary>
    private static bool IsSomethingElse(TrackContext track, double floor) =>
        track.Value("clippingPercent") > 3 || (track.Has(FindingCodes.Hum) && floor < track.Value("humDbfs") + 4);

    public void Complete(TrackContext track)
    {
        track.Measure("wadaSnrDb", WadaSnr.Read(track.Histogram));
        if (levels.Count == 0) return;
        var outside = new List<double>();
        double speech = 0;
        int spoken = 0;
        foreach ((int i, short level) in levels.Index())
        {
            long start = (long)i * frame;
            bool begin = track.IsSounding(start, EdgeSeconds), end = track.IsSounding(start + frame - 1, EdgeSeconds);
            if (!begin && !end && i > 0) outside.Add(level / 100.0);
            if (!track.IsSounding(start) || !track.IsSounding(start + frame - 1)) continue;
            speech += Math.Pow(10, level / 1000.0);
            spoken++;
        }
        // Where there is hardly a pause, the faintest of all frames stand for it.
        bool pauses = outside.Count >= 3;
        List<double> quiet = pauses ? outside : [.. levels.Skip(1).Select(l => l / 100.0)];
        if (quiet.Count == 0) return;
        quiet.Sort();
        double floor = quiet[(int)((pauses ? 0.10 : 0.03) * (quiet.Count - 1))];
        track.Measure("noiseFloorDbfs", floor);
        if (spoken == 0) return;
        double spread = FloorSpread(track);
        track.Measure("floorSpreadDb", spread);
        bool steady = spread <= track.Options.NoiseSpreadDb;
        // Of a steady noise the middle of the pauses is its level; the tenth part would be too low by what it moves.
        double noise = pauses && steady ? quiet[quiet.Count / 2] : floor, floorPower = Math.Pow(10, noise / 10), snr = 10 * Math.Log10(Math.Max(speech / spoken - floorPower, floorPower / 100) / floorPower);
        track.Measure("snrDb", snr);
        AnalysisOptions options = track.Options;
        if (snr >= options.NoiseInfoSnrDb || !steady || track.DurationSeconds < LeastSeconds || IsSomethingElse(track, floor)) return;
        Severity severity = snr < options.NoiseErrorSnrDb ? Severity.Error : snr < options.NoiseSnrDb ? Severity.Warning : Severity.Info;
        track.Report(FindingCodes.Noise, severity, (snr, options.NoiseInfoSnrDb, "dB"),
            severity switch { Severity.Info => "A steady noise is heard behind the voice.", Severity.Warning => "Noise disturbs: a listener has to concentrate.", _ => "The voice drowns in noise: words are lost." },
            "Find the source (fan, street, a cheap line, gain turned up too far); a recogniser trained on telephone audio stands noise better than a filter does.");
    }
}
