using Earshot.Audio.Detection;

namespace Earshot.Engine.Transcription;

/// <summary>Speech and the little of what is around it that goes to an engine in one piece.</summary>
/// <param name="Audio">What is sent.</param>
/// <param name="Speech">Where speech is, inside it.</param>
internal sealed record SpeechStretch(SampleRange Audio, IReadOnlyList<SampleRange> Speech);

/// <summary>Cuts a track at its pauses, so that silence is never sent, and long speech at its quietest place.</summary>
internal static class SpeechCutter
{
    private const double PadSeconds = 0.15;
    private const double SearchSeconds = 5;
    private const double QuietSeconds = 0.03;

    /// <summary>Stretches of speech that belong together. One is longer than <paramref name="longest"/> only where nobody pauses for that long.</summary>
    public static IReadOnlyList<SpeechStretch> Cut(IReadOnlyList<SampleRange> speech, long samples, int rateHz, TimeSpan joinPause, TimeSpan longest)
    {
        long join = (long)(joinPause.TotalSeconds * rateHz), most = MostSamples(longest, rateHz), pad = (long)(PadSeconds * rateHz);
        var groups = new List<List<SampleRange>>();
        foreach (SampleRange range in speech)
        {
            if (groups.Count > 0 && range.Start - groups[^1][^1].End < join && range.End - groups[^1][0].Start + 2 * pad <= most) groups[^1].Add(range);
            else groups.Add([range]);
        }
        var result = new List<SpeechStretch>();
        for (int i = 0; i < groups.Count; i++)
        {
            long before = i == 0 ? 0 : groups[i - 1][^1].End, after = i == groups.Count - 1 ? samples : groups[i + 1][0].Start;
            long start = groups[i][0].Start, end = groups[i][^1].End;
            start -= Math.Min(pad, i == 0 ? start - before : (start - before) / 2);
            end += Math.Min(pad, i == groups.Count - 1 ? Math.Max(after - end, 0) : (after - end) / 2);
            result.Add(new SpeechStretch(new SampleRange(start, end - start), groups[i]));
        }
        return result;
    }

    public static int MostSamples(TimeSpan longest, int rateHz) => (int)(longest.TotalSeconds * rateHz);

    /// <summary>Where to cut samples that are too many for one piece: the quietest place of the last five seconds.</summary>
    public static int QuietestPlace(ReadOnlySpan<short> samples, int rateHz)
    {
        int window = (int)(QuietSeconds * rateHz), from = Math.Max(samples.Length / 2, samples.Length - (int)(SearchSeconds * rateHz));
        long power = 0, least = long.MaxValue;
        int place = samples.Length;
        for (int i = from; i < samples.Length; i++)
        {
            power += samples[i] * samples[i];
            if (i - from < window) continue;
            power -= samples[i - window] * samples[i - window];
            if (power > least) continue;
            (least, place) = (power, i - window / 2);
        }
        return place;
    }
}
