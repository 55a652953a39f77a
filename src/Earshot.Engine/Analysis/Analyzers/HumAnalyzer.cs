using Earshot.Audio.Detection;

namespace Earshot.Engine.Analysis.Analyzers;

/// <summary>Mains hum.</summary>
internal sealed class HumAnalyzer(int sampleRateHz) : ITrackAnalyzer
{
    private readonly HumDetector detector = new(sampleRateHz);

    public void Add(in SampleBlock block) => detector.Add(block.Floats);

    public void Complete(TrackContext track)
    {
        HumFigure? hum = detector.Read(track.Options.HumRatioDb);
        track.Measure("humDbfs", hum?.LevelDbfs ?? double.NaN);
        track.Measure("humHz", hum?.MainsHz ?? double.NaN);
        if (hum is null || hum.LevelDbfs < track.Options.HumDbfs || (!hum.Fundamental && hum.Lines < 2)) return;
        track.Report(FindingCodes.Hum, hum.LevelDbfs > -30 ? Severity.Error : Severity.Warning, (hum.LevelDbfs, track.Options.HumDbfs, "dBFS"),
            $"A low hum of {hum.MainsHz} Hz lies under everything.",
            "Look for a ground loop, an unshielded cable or a bad power supply on the side that hums; a high-pass at 200 Hz hides the deepest lines.", kind: $"{hum.MainsHz}-hz");
    }
}
