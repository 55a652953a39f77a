using System.Globalization;
using System.Text.RegularExpressions;
using Earshot.Audio.Levels;
using Earshot.Audio.Tests.Oracles;

namespace Earshot.Audio.Tests.Levels;

/// <summary>Levels of recorded speech as sox and ffmpeg print them, within 0.02 dB.</summary>
public sealed class LevelOracleTests
{
    [Fact]
    public void Speech_reads_as_in_sox_stats() => Compare(file =>
    {
        string text = Tool.Run("sox", file, "-n", "stats");
        return (Figure(text, @"RMS lev dB\s+(\S+)"), Figure(text, @"Pk lev dB\s+(\S+)"));
    });

    [Fact]
    public void Speech_reads_as_in_ffmpeg_astats() => Compare(file =>
    {
        string text = Tool.Run("ffmpeg", "-nostdin", "-hide_banner", "-i", file, "-af", "astats", "-f", "null", "-");
        return (Figure(text, @"RMS level dB: (\S+)"), Figure(text, @"Peak level dB: (\S+)"));
    });

    private static void Compare(Func<string, (double RmsDbfs, double PeakDbfs)> oracle)
    {
        string[] files = Speech.Files();
        files.Length.ShouldBeGreaterThanOrEqualTo(20);
        foreach (string file in files)
        {
            var meter = new LevelMeter();
            meter.Add(Speech.Read(file));
            var (rmsDbfs, peakDbfs) = oracle(file);
            meter.RmsDbfs.ShouldBe(rmsDbfs, 0.02, file);
            meter.PeakDbfs.ShouldBe(peakDbfs, 0.02, file);
        }
    }

    private static double Figure(string text, string pattern) => double.Parse(Regex.Match(text, pattern).Groups[1].Value, CultureInfo.InvariantCulture);
}
