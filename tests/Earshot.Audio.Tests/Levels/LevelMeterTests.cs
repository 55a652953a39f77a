using Earshot.Audio.Levels;
using Earshot.Audio.Signals;

namespace Earshot.Audio.Tests.Levels;

public sealed class LevelMeterTests
{
    [Fact]
    public void Samples_at_the_rail_of_mu_law_are_counted()
    {
        var meter = new LevelMeter();
        meter.Add([32123, -32123, 0]);
        meter.SamplesAtRail.ShouldBe(0);
        meter.Add([32124, -32124, 32123, short.MinValue, short.MaxValue, 7]);
        meter.SamplesAtRail.ShouldBe(4);
        meter.Reset();
        meter.SamplesAtRail.ShouldBe(0);
    }

    [Fact]
    public void A_full_scale_sine_reads_minus_3_01()
    {
        var meter = new LevelMeter();
        meter.Add(TestSignal.Sine(80_000, 8000, 1000.5, peak: 32767));
        meter.RmsDbfs.ShouldBe(-3.01, 0.005);
        meter.Rms.ShouldBe(32767 / Math.Sqrt(2), 1);
        meter.PeakDbfs.ShouldBe(0, 0.001);
    }

    [Fact]
    public void Silence_is_minus_infinity_and_no_samples_are_too()
    {
        var meter = new LevelMeter();
        for (int i = 0; i < 2; i++)
        {
            meter.Rms.ShouldBe(0);
            meter.Peak.ShouldBe(0);
            meter.Mean.ShouldBe(0);
            meter.RmsDbfs.ShouldBe(double.NegativeInfinity);
            meter.PeakDbfs.ShouldBe(double.NegativeInfinity);
            meter.Add(TestSignal.Silence(100));
        }
    }

    [Fact]
    public void The_lowest_sample_is_full_scale()
    {
        var meter = new LevelMeter();
        meter.Add([short.MinValue]);
        meter.Peak.ShouldBe(32768);
        meter.PeakDbfs.ShouldBe(0);
        meter.RmsDbfs.ShouldBe(0);
        meter.Mean.ShouldBe(-32768);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(160)]
    [InlineData(100_003)]
    public void Sums_are_exact_however_they_are_fed(int count)
    {
        short[] samples = TestSignal.WhiteNoise(count, seed: count, peak: 32767);
        var whole = new LevelMeter();
        whole.Add(samples);
        var pieces = new LevelMeter();
        for (int at = 0, size = 1; at < count; at += size, size = size % 613 + 1) pieces.Add(samples.AsSpan(at, size = Math.Min(size, count - at)));
        long squares = samples.Sum(sample => (long)sample * sample);
        foreach (var meter in new[] { whole, pieces })
        {
            meter.SampleCount.ShouldBe(count);
            meter.Rms.ShouldBe(Math.Sqrt((double)squares / count));
            meter.Mean.ShouldBe((double)samples.Sum(sample => (long)sample) / count);
            meter.Peak.ShouldBe(samples.Max(sample => Math.Abs((int)sample)));
        }
    }

    [Fact]
    public void A_day_of_full_scale_does_not_overflow()
    {
        var loudest = new short[1 << 20];
        Array.Fill(loudest, short.MinValue);
        var meter = new LevelMeter();
        for (long samples = 0; samples < 24L * 3600 * 16000; samples += loudest.Length) meter.Add(loudest);
        meter.Rms.ShouldBe(32768);
        meter.Mean.ShouldBe(-32768);
    }

    [Fact]
    public void Reset_forgets()
    {
        var meter = new LevelMeter();
        meter.Add([1000, -2000]);
        meter.Reset();
        meter.SampleCount.ShouldBe(0);
        meter.Add([3, -4]);
        meter.Peak.ShouldBe(4);
        meter.Mean.ShouldBe(-0.5);
        meter.Rms.ShouldBe(Math.Sqrt(12.5));
    }

    [Fact]
    public void Decibels_go_there_and_back()
    {
        Decibels.ToLinear(double.NegativeInfinity).ShouldBe(0);
        Decibels.FromLinear(3276.8).ShouldBe(-20, 1e-9);
        Decibels.ToLinear(Decibels.FromLinear(1234)).ShouldBe(1234, 1e-9);
    }

    [Fact]
    public void A_frame_allocates_nothing()
    {
        short[] frame = TestSignal.WhiteNoise(160, seed: 2);
        var meter = new LevelMeter();
        double level = 0;
        Allocated.Bytes(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                meter.Add(frame);
                level = meter.RmsDbfs;
            }
        }).ShouldBe(0);
        level.ShouldBe(meter.RmsDbfs);
    }
}
