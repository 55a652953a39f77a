using Earshot.Audio.Levels;

namespace Earshot.Audio.Detection;

/// <summary>Puts the edges of speech where its sound begins and ends: a network says what is speech, but hears it end a little late and begin a little late after a soft consonant.</summary>
public static class SpeechEdges
{
    private const double FrameSeconds = EnergySpeechDetector.FrameSeconds, PadSeconds = 0.03;

    /// <summary>How far below the loudest of a stretch its sound counts, and how far it stands above the floor where a stretch is made longer, in dB.</summary>
    private const double RangeDb = 30, ClearDb = 10;

    /// <summary>How far an edge is moved at the most, in frames.</summary>
    private const int MostLater = 10, MostEarlier = 20, MostTail = 35;

    /// <summary>Moves the edges of stretches of speech.</summary>
    /// <param name="speech">Stretches in order, with 30 ms of room on both sides.</param>
    /// <param name="levelsDbfs">The level of every 10 ms of the recording, in dBFS.</param>
    /// <param name="sampleRateHz">Samples a second.</param>
    /// <returns>The stretches, with the same room, none touching another.</returns>
    public static IReadOnlyList<SampleRange> Place(IReadOnlyList<SampleRange> speech, ReadOnlySpan<float> levelsDbfs, int sampleRateHz)
    {
        var result = new List<SampleRange>(speech.Count);
        if (levelsDbfs.IsEmpty) return speech;
        double floor = OrderStatistic.Select(levelsDbfs.ToArray(), levelsDbfs.Length / 10);
        long least = 0;
        for (int i = 0; i < speech.Count; i++)
        {
            int from = Frame(speech[i].Start, sampleRateHz, PadSeconds, levelsDbfs.Length), to = Math.Max(Frame(speech[i].End, sampleRateHz, -PadSeconds, levelsDbfs.Length), from + 1);
            float top = Top(levelsDbfs[from..to]);
            double sounds = top - RangeDb, clear = Math.Max(sounds, floor + ClearDb);
            int earliest = Math.Max(from - MostEarlier, 0), latest = Math.Min(from + MostLater, to - 1), end = Math.Max(to - MostTail, from + 1);
            while (from > earliest && levelsDbfs[from - 1] >= clear) from--;
            while (from < latest && levelsDbfs[from] < sounds) from++;
            while (to > end && levelsDbfs[to - 1] < sounds) to--;
            long start = Math.Max((long)((from * FrameSeconds - PadSeconds) * sampleRateHz), least), stop = Math.Min((long)((to * FrameSeconds + PadSeconds) * sampleRateHz), speech[i].End);
            if (stop <= start) continue;
            result.Add(new SampleRange(start, stop - start));
            least = stop + 1;
        }
        return result;
    }

    private static int Frame(long sample, int sampleRateHz, double shiftSeconds, int frames) => Math.Clamp((int)((double)sample / sampleRateHz / FrameSeconds + shiftSeconds / FrameSeconds), 0, frames - 1);

    private static float Top(ReadOnlySpan<float> levels)
    {
        float top = levels[0];
        foreach (float level in levels) top = Math.Max(top, level);
        return top;
    }
}
