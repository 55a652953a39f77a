using System.Globalization;
using System.Text.RegularExpressions;
using Earshot.Audio.Levels;
using Earshot.Audio.Signals;
using Earshot.Audio.Tests.Oracles;

namespace Earshot.Audio.Tests.Levels;

/// <summary>Loudness and true peak against ffmpeg's ebur128, active level against what P.56 defines.</summary>
public sealed partial class LoudnessOracleTests
{
    [Theory]
    [InlineData(8000)]
    [InlineData(16000)]
    [InlineData(48000)]
    public void Loudness_is_that_of_ffmpeg(int rate)
    {
        Tool.Need("ffmpeg");
        Tool.Need("sox");
        foreach (string source in Speech.Files().Where(f => new FileInfo(f).Length > 40_000).Take(3))
        {
            using var file = new TemporaryFile([]);
            Tool.Run("sox", "-D", source, "-b", "16", file.Path, "rate", rate.ToString(CultureInfo.InvariantCulture));
            string said = Tool.Run("ffmpeg", "-nostdin", "-hide_banner", "-i", file.Path, "-af", "ebur128=peak=true", "-f", "null", "-");
            float[] samples = Array.ConvertAll(Speech.Read(file.Path), s => (float)s);
            var loudness = new LoudnessMeter(rate);
            var peak = new TruePeakMeter(rate);
            for (int at = 0; at < samples.Length; at += 777)
            {
                loudness.Add(samples.AsSpan(at, Math.Min(777, samples.Length - at)));
                peak.Add(samples.AsSpan(at, Math.Min(777, samples.Length - at)));
            }
            peak.Flush();
            loudness.IntegratedLufs.ShouldBe(Last(said, Integrated()), 0.1, source);
            peak.PeakDbtp.ShouldBe(Last(said, Peak()), 0.1, source);
        }
    }

    [Fact]
    public void A_tone_of_997_Hz_at_full_scale_is_as_loud_as_the_recommendation_says()
    {
        var meter = new LoudnessMeter(48_000);
        meter.Add(Array.ConvertAll(TestSignal.Sine(5 * 48_000, 48_000, 997, 32767), s => (float)s));
        meter.IntegratedLufs.ShouldBe(-3.01, 0.02);
        meter.MaxShortTermLufs.ShouldBe(-3.01, 0.02);
        meter.RangeLu.ShouldBe(0, 0.02);
    }

    [Fact]
    public void Silence_has_no_loudness()
    {
        var meter = new LoudnessMeter(8000);
        meter.Add(new float[40_000]);
        meter.IntegratedLufs.ShouldBe(double.NegativeInfinity);
        meter.RangeLu.ShouldBe(0);
    }

    [Theory]
    [InlineData(8000)]
    [InlineData(16000)]
    public void Speech_for_half_the_time_keeps_its_level_and_has_half_the_activity(int rate)
    {
        // Ten times a second of tone and four seconds of silence: the hangover of 200 ms belongs to the activity.
        var meter = new ActiveSpeechMeter(rate);
        for (int i = 0; i < 10; i++)
        {
            meter.Add(Array.ConvertAll(TestSignal.Sine(rate, rate, 1000, 8192), s => (float)s));
            meter.Add(new float[4 * rate]);
        }
        (double level, double activity) = meter.Read();
        activity.ShouldBeInRange(0.2, 0.28);
        level.ShouldBe(-15.05 + 10 * Math.Log10(0.2 / activity), 0.1); // P.56: all the energy over the active time.
    }

    [Fact]
    public void Offset_and_rumble_do_not_count_as_activity()
    {
        (double plain, double with) = (Read(0), Read(1500));
        with.ShouldBe(plain, 0.02);

        static double Read(float offset)
        {
            var meter = new ActiveSpeechMeter(8000);
            for (int i = 0; i < 5; i++)
            {
                meter.Add(Array.ConvertAll(TestSignal.Sine(8000, 8000, 500, 6000), s => s + offset));
                meter.Add(Array.ConvertAll(new short[24_000], s => s + offset));
            }
            return meter.Read().Activity;
        }
    }

    private static double Last(string text, Regex pattern) => double.Parse(pattern.Matches(text)[^1].Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"I:\s+(-?[\d.]+) LUFS")]
    private static partial Regex Integrated();

    [GeneratedRegex(@"Peak:\s+(-?[\d.]+) dBFS")]
    private static partial Regex Peak();
}
