using Earshot.Audio.Detection;
using Earshot.Audio.Levels;

namespace Earshot.Engine.Analysis.Analyzers;

/// <summary>Whether the audio was read by the right rule, and on how coarse a scale it was made.</summary>
internal sealed class CodecAnalyzer(int sampleRateHz) : ITrackAnalyzer
{
    private const double PureTonePercent = 80; // A tone of few samples a period has few values on any scale.

    /// <summary>The kind of finding that a header played as sound is.</summary>
    public const string HeaderKind = "wav-header-in-payload";

    private readonly CodecProbe probe = new(sampleRateHz);
    private readonly PayloadHeaderDetector header = new();

    public void Add(in SampleBlock block)
    {
        probe.Add(block.Samples);
        header.Add(block.Samples, block.Start);
    }

    public void Complete(TrackContext track)
    {
        ReportDepth(track);
        if (header.Found is { } found)
            track.Report(FindingCodes.WrongCodec, Severity.Error, (found.Count, 0, "headers"),
                "A crackle is heard where each piece begins: the header of a WAV file was played as sound.",
                "Send the audio alone: cut the first 44 bytes (all up to the end of the word 'data' and its length) off each WAV before it is sent.",
                [.. found.Places.Select(p => track.Range(new SampleRange(p, found.Samples)))], HeaderKind, found.Count);
        IReadOnlyList<CodecTrial> trials = probe.Trials();
        double own = trials[0].Smoothness;
        track.Measure("smoothness", own);
        CodecTrial best = trials.Skip(1).OrderByDescending(t => t.Smoothness).FirstOrDefault();
        track.Measure("smoothnessGain", best.Mistake == CodecMistake.None ? double.NaN : best.Smoothness - own);
        if (best.Mistake == CodecMistake.None || best.Smoothness < own + track.Options.CodecGain || best.Smoothness < track.Options.CodecLeast) return;
        CodecMistakeWords words = CodecMistakeWords.Of(best.Mistake);
        track.Mistake = best;
        track.Report(best.Mistake is CodecMistake.SwappedBytes ? FindingCodes.WrongByteOrder : FindingCodes.WrongCodec, Severity.Error, (best.Smoothness - own, track.Options.CodecGain, "log10"),
            words.Message, words.Advice, kind: words.Kind);
    }

    private static void ReportDepth(TrackContext track)
    {
        double step = SmallestStep(track.Histogram);
        double bits = step > 0 ? 16 - Math.Log2(step) : double.NaN;
        track.Measure("bitDepth", bits);
        if (double.IsNaN(bits) || bits > track.Options.LowBitDepth || track.Has(FindingCodes.AllSilent) || track.Value("toneSharePercent") > PureTonePercent) return;
        track.Report(FindingCodes.LowBitDepth, bits <= 7.2 ? Severity.Error : Severity.Warning, (bits, track.Options.LowBitDepth, "bits"),
            "A grainy hiss comes and goes with the voice: the scale of the samples is too coarse.",
            "Find the step that stores 8-bit linear samples (or a volume set far too low and raised again later), and use 16 bits or mu-law there.");
    }

    /// <summary>The distance of neighbouring values that occur, where nearly all of them keep it: 1 for 16 bits, 256 for 8. G.711 keeps none: its steps grow.</summary>
    private static double SmallestStep(SampleHistogram histogram)
    {
        long all = 0, seen = 0;
        var gaps = new List<(int Gap, long Count)>();
        int last = int.MinValue;
        for (int value = short.MinValue; value <= short.MaxValue; value++)
        {
            uint count = histogram[value];
            if (count == 0) continue;
            all += count;
            if (last != int.MinValue) gaps.Add((value - last, count));
            last = value;
        }
        if (all == 0 || gaps.Count < 2) return 0;
        gaps.Sort((a, b) => a.Gap.CompareTo(b.Gap));
        // A few samples may lie between the steps: what was resampled, or the end of a file.
        foreach ((int gap, long count) in gaps)
        {
            seen += count;
            if (seen > 0.01 * all) return gap;
        }
        return gaps[^1].Gap;
    }
}
