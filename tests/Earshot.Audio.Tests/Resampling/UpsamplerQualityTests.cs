using Earshot.Audio.Resampling;
using Earshot.Audio.Signals;

namespace Earshot.Audio.Tests.Resampling;

public sealed class UpsamplerQualityTests
{
    private const double Peak = 23000;

    public static TheoryData<double> Tones { get; } = [.. Enumerable.Range(1, 34).Select(i => i * 100 + (i == 34 ? -1.3 : 1.3))];

    [Theory]
    [MemberData(nameof(Tones))]
    public void A_tone_keeps_its_level_and_its_image_is_100_dB_down(double frequencyHz)
    {
        var (gainDb, imageDb) = Measure(frequencyHz);
        gainDb.ShouldBe(0, 0.001);
        imageDb.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void The_passband_is_flat_to_3500_Hz()
    {
        for (double frequencyHz = 3410; frequencyHz <= 3500; frequencyHz += 15) Measure(frequencyHz).GainDb.ShouldBe(0, 0.001, $"{frequencyHz} Hz");
    }

    [Theory]
    [InlineData(1001.3)]
    [InlineData(3300.9)]
    public void Rounding_to_16_bits_is_the_only_noise(double frequencyHz)
    {
        const double FullPeak = 29204; // -1 dBFS
        short[] output = Upsample(TestSignal.Sine(24_000, 8000, frequencyHz, FullPeak));
        double noise = 0, signal = 0;
        for (int i = 4000; i < 44_000; i++)
        {
            double expected = FullPeak * Math.Sin(2 * Math.PI * frequencyHz / 16000 * i);
            signal += expected * expected;
            noise += (output[i] - expected) * (output[i] - expected);
        }
        (10 * Math.Log10(signal / noise)).ShouldBeGreaterThan(94);
    }

    private static (double GainDb, double ImageDb) Measure(double frequencyHz)
    {
        short[] input = TestSignal.Sine(6000, 8000, frequencyHz, Peak);
        short[] output = Upsample(input);
        var steadyIn = input.AsSpan(1000, 4000);
        var steadyOut = output.AsSpan(2000, 8000);
        double before = Tone.Amplitude(steadyIn, frequencyHz, 8000);
        double after = Tone.Amplitude(steadyOut, frequencyHz, 16000);
        double image = Tone.Amplitude(steadyOut, 8000 - frequencyHz, 16000);
        return (Tone.Db(after / before), Tone.Db(after / image));
    }

    private static short[] Upsample(short[] input)
    {
        var upsampler = new Upsampler();
        var output = new short[2 * input.Length];
        int written = upsampler.Process(input, output);
        upsampler.Flush(output.AsSpan(written));
        return output;
    }
}
