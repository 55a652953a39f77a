using Earshot.Audio.Wave;

namespace Earshot.Engine.Analysis;

/// <summary>What the file's structure says: cut off, or of no stated length.</summary>
internal static class FileFindings
{
    public static IEnumerable<Finding> Of(WaveReader reader, TrackContext track)
    {
        if ((reader.Warnings & WaveWarnings.Truncated) == 0) yield break;
        double missing = reader.StatedBytes is { } stated ? (double)(stated - reader.BytesRead) / reader.Format.BytesPerSecond : double.NaN;
        yield return TrackContext.Make(FindingCodes.Truncated, Severity.Error, null, (missing, 0, "s"), track.DurationSeconds,
            $"The recording breaks off: its header promises {missing:0.0} s more than the file holds.",
            "Copy or download the file again; if it was always so, the recorder was stopped before it had written all.",
            [new TimeRange(Math.Round(track.DurationSeconds, 4), Math.Round(track.DurationSeconds, 4))]);
    }

    public static IReadOnlyList<string> Words(WaveWarnings warnings)
    {
        var words = new List<string>();
        if (warnings.HasFlag(WaveWarnings.LengthUnknown)) words.Add("the header states no length: all that follows was taken as audio");
        if (warnings.HasFlag(WaveWarnings.Truncated)) words.Add("the header states more audio than the file holds");
        if (warnings.HasFlag(WaveWarnings.TornBlock)) words.Add("the last sample is cut in two and was left out");
        if (warnings.HasFlag(WaveWarnings.MissingPadding)) words.Add("a chunk of odd length lacks its padding byte");
        return words;
    }
}
