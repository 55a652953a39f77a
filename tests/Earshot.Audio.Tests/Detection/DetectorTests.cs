using System.Globalization;
using System.Text.RegularExpressions;
using Earshot.Audio.Codecs;
using Earshot.Audio.Detection;
using Earshot.Audio.Levels;
using Earshot.Audio.Signals;
using Earshot.Audio.Tests.Oracles;

namespace Earshot.Audio.Tests.Detection;

public sealed partial class DetectorTests
{
    private const int Rate = 8000;

    [Fact]
    public void Silence_ends_where_ffmpeg_says()
    {
        Tool.Need("ffmpeg");
        Tool.Need("sox");
        using var file = new TemporaryFile([]);
        string prompt = Speech.Files()[3];
        Tool.Run("sox", "-D", prompt, prompt, file.Path, "pad", "2.5@1.2", "3.1");
        string said = Tool.Run("ffmpeg", "-nostdin", "-hide_banner", "-i", file.Path, "-af", "silencedetect=noise=-60dB:d=2", "-f", "null", "-");
        double[] theirs = [.. Edges().Matches(said).Select(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];
        short[] samples = Speech.Read(file.Path);
        var detector = new SilenceDetector((int)Decibels.ToLinear(-60), 2 * Rate);
        for (int at = 0; at < samples.Length; at += 1000) detector.Add(samples.AsSpan(at, Math.Min(1000, samples.Length - at)));
        detector.Complete();
        double[] ours = [.. detector.Found.SelectMany(s => new[] { s.Range.Start / 8000.0, s.Range.End / 8000.0 })];
        theirs.Length.ShouldBeGreaterThanOrEqualTo(3);
        for (int i = 0; i < theirs.Length; i++) ours[i].ShouldBe(theirs[i], 0.02);
    }

    [Theory]
    [InlineData(0, SilenceKind.DigitalZero)]
    [InlineData(8, SilenceKind.IdleCode)]
    [InlineData(25, SilenceKind.LineNoise)]
    public void A_silence_says_what_it_is_made_of(int peak, SilenceKind kind)
    {
        var detector = new SilenceDetector(33, Rate);
        detector.Add(TestSignal.WhiteNoise(3 * Rate, 1, peak));
        detector.Complete();
        detector.Found.ShouldHaveSingleItem().ShouldBe(new SilentStretch(new SampleRange(0, 3 * Rate), kind));
    }

    [Theory]
    [InlineData(32767)]
    [InlineData(32124)] // The rail of mu-law.
    [InlineData(9000)] // Lowered after it clipped.
    public void Flat_tops_are_counted_at_the_files_own_extreme(int rail)
    {
        short[] samples = [.. TestSignal.Sine(Rate, Rate, 217, 32767).Select(s => (short)Math.Clamp(1.3 * s / 32767 * rail, -rail, rail))];
        int expected = samples.Count(s => Math.Abs((int)s) == rail);
        var detector = new ClippingDetector();
        for (int at = 0; at < samples.Length; at += 333) detector.Add(samples.AsSpan(at, Math.Min(333, samples.Length - at)));
        detector.Complete();
        ((double)(detector.High.Samples + detector.Low.Samples)).ShouldBe(expected, expected * 0.02);
        detector.High.Count.ShouldBeInRange(215, 218);
    }

    [Fact]
    public void A_hole_in_a_sound_is_found_to_the_sample()
    {
        short[] samples = [.. TestSignal.WhiteNoise(Rate, 9, 4000)];
        samples.AsSpan(3000, 320).Clear();
        var detector = new FlatRunDetector(Rate, 0.009);
        for (int at = 0; at < samples.Length; at += 171) detector.Add(samples.AsSpan(at, Math.Min(171, samples.Length - at)));
        FlatRun run = detector.Found.ShouldHaveSingleItem();
        run.Range.Start.ShouldBeInRange(2999, 3000);
        run.Range.End.ShouldBeInRange(3320, 3321);
        run.NearBefore.ShouldBe(4000 / Math.Sqrt(3), 700);
    }

    [Fact]
    public void A_frame_that_came_twice_is_found_and_a_tone_is_not()
    {
        short[] samples = TestSignal.WhiteNoise(Rate, 2, 5000);
        samples.AsSpan(4000, 160).CopyTo(samples.AsSpan(4160));
        var detector = new RepeatDetector(Rate);
        detector.Add(samples);
        detector.Complete();
        RepeatedFrame frame = detector.Found.ShouldHaveSingleItem();
        frame.LagMs.ShouldBe(20);
        frame.Place.Start.ShouldBeInRange(4140, 4180);

        var tone = new RepeatDetector(Rate);
        tone.Add(TestSignal.Sine(Rate, Rate, 450, 8000));
        tone.Complete();
        tone.Found.ShouldBeEmpty();
    }

    [Fact]
    public void A_spike_is_a_click_and_noise_is_none()
    {
        short[] samples = [.. TestSignal.Sine(Rate, Rate, 200, 6000).Zip(TestSignal.WhiteNoise(Rate, 4, 200), (a, b) => (short)(a + b))];
        samples[5001] += 9000;
        var detector = new ClickDetector(Rate);
        detector.Add(samples);
        detector.Found.ShouldHaveSingleItem().Sample.ShouldBe(5001);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(60)]
    public void Hum_is_found_with_its_mains_and_level(int mains)
    {
        short[] samples = [.. TestSignal.Sine(4 * Rate, Rate, mains, 400).Zip(TestSignal.WhiteNoise(4 * Rate, 4, 30), (a, b) => (short)(a + b))];
        var detector = new HumDetector(Rate);
        detector.Add(Array.ConvertAll(samples, s => (float)s));
        HumFigure hum = detector.Read(10).ShouldNotBeNull();
        hum.MainsHz.ShouldBe(mains);
        hum.LevelDbfs.ShouldBe(20 * Math.Log10(400 / Math.Sqrt(2) / 32768), 2);
    }

    [Fact]
    public void Keys_are_read()
    {
        Tool.Need("sox");
        const string Keys = "1590*#D";
        double[] rows = [697, 770, 852, 941], columns = [1209, 1336, 1477, 1633];
        var samples = new List<short>();
        foreach (char key in Keys)
        {
            int index = "123A456B789C*0#D".IndexOf(key, StringComparison.Ordinal);
            short[] low = TestSignal.Sine(800, Rate, rows[index / 4], 7000), high = TestSignal.Sine(800, Rate, columns[index % 4], 7000);
            samples.AddRange(low.Zip(high, (a, b) => (short)(a + b)));
            samples.AddRange(new short[800]);
        }
        var spectrum = new Audio.Spectral.ShortTimeSpectrum(Rate);
        var detector = new DtmfDetector(spectrum.BinHz, spectrum.Hop);
        spectrum.Add(samples.Select(s => (float)s).ToArray(), (power, start) => detector.Add(power, power.ToArray().Sum(), start));
        detector.Complete(samples.Count);
        string.Concat(detector.Found.Select(f => f.Key)).ShouldBe(Keys);
        for (int i = 0; i < Keys.Length; i++) (detector.Found[i].Range.Start / 8000.0).ShouldBe(0.2 * i, 0.02);
    }

    [Fact]
    public void Each_wrong_reading_is_the_best_to_undo_and_none_of_right_audio_is()
    {
        foreach (string file in Speech.Files().Take(8))
        {
            short[] speech = Speech.Read(file);
            Best(speech).Mistake.ShouldBe(CodecMistake.None, file);
            Best(speech.Select(s => MuLaw.Decode(MuLaw.Encode(s)))).Mistake.ShouldBe(CodecMistake.None, file);
            Best(speech.Select(s => MuLaw.Decode(ALaw.Encode(s)))).Mistake.ShouldBe(CodecMistake.ALawAsMuLaw, file);
            Best(speech.Select(s => ALaw.Decode(MuLaw.Encode(s)))).Mistake.ShouldBe(CodecMistake.MuLawAsALaw, file);
            Best(speech.SelectMany(s => new[] { MuLaw.Decode((byte)s), MuLaw.Decode((byte)(s >> 8)) })).Mistake.ShouldBe(CodecMistake.PcmAsMuLaw, file);
            Best(speech.Chunk(2).Where(p => p.Length == 2).Select(p => (short)(MuLaw.Encode(p[0]) | (MuLaw.Encode(p[1]) << 8)))).Mistake.ShouldBe(CodecMistake.MuLawAsPcm, file);
            Best(speech.Select(s => (short)((s << 8) | ((s >> 8) & 0xFF)))).Mistake.ShouldBe(CodecMistake.SwappedBytes, file);
        }

        static CodecTrial Best(IEnumerable<short> samples)
        {
            var probe = new CodecProbe(Rate);
            probe.Add(samples.ToArray());
            IReadOnlyList<CodecTrial> trials = probe.Trials();
            return trials.Skip(1).Where(t => t.Smoothness > trials[0].Smoothness + 0.3).OrderByDescending(t => t.Smoothness).FirstOrDefault();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(26)]
    [InlineData(100_000)]
    public void A_header_among_the_samples_is_found_however_they_come(int piece)
    {
        byte[] header = [.. "RIFF"u8, 1, 2, 3, 4, .. "WAVEfmt "u8, .. new byte[28]];
        short[] samples = [.. TestSignal.WhiteNoise(500, 1, 3000), .. header.Select(MuLaw.Decode), .. TestSignal.WhiteNoise(500, 2, 3000)];
        var detector = new PayloadHeaderDetector();
        for (int at = 0; at < samples.Length; at += piece) detector.Add(samples.AsSpan(at, Math.Min(piece, samples.Length - at)), at);
        detector.Found.ShouldNotBeNull().Places.ShouldBe([500]);
    }

    [GeneratedRegex(@"silence_(?:start|end): ([\d.]+)")]
    private static partial Regex Edges();
}
