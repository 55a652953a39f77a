using Earshot.Audio.Resampling;
using Earshot.Audio.Signals;

namespace Earshot.Audio.Tests.Resampling;

public sealed class RateConverterTests
{
    public static TheoryData<int, int> Rates { get; } = new() { { 48_000, 16_000 }, { 44_100, 16_000 }, { 24_000, 16_000 }, { 16_000, 8000 }, { 48_000, 8000 }, { 8000, 16_000 }, { 8000, 48_000 }, { 16_000, 44_100 }, { 16_000, 16_000 } };

    [Theory]
    [MemberData(nameof(Rates))]
    public void Tones_keep_their_level_and_what_is_not_theirs_is_100_dB_down(int from, int to)
    {
        int lower = Math.Min(from, to);
        foreach (double part in (double[])[0.01, 0.1, 0.2, 0.31, 0.4, 0.43])
        {
            double hz = Math.Round(part * lower) + 1.3;
            short[] output = Convert(TestSignal.Sine(from, from, hz, 23_000), from, to);
            ReadOnlySpan<short> steady = output.AsSpan(to / 4, to / 2);
            double level = Tone.Amplitude(steady, hz, to);
            Tone.Db(level / 23_000).ShouldBe(0, 0.01, $"{hz} Hz, {from} to {to}");
            if (to <= from) continue;
            for (int k = 1; k * from - hz < to / 2.0; k++) Tone.Db(level / Tone.Amplitude(steady, k * from - hz, to)).ShouldBeGreaterThan(100, $"image of {hz} Hz, {from} to {to}");
        }
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void What_the_output_cannot_hold_is_100_dB_down(int from, int to)
    {
        if (to >= from) return;
        for (double hz = 0.57 * to; hz < from / 2.0 - 100; hz += 0.11 * to)
            Peak(Convert(TestSignal.Sine(from, from, hz, 32_000), from, to).AsSpan(to / 4, to / 2)).ShouldBeLessThanOrEqualTo(1, $"{hz} Hz, {from} to {to}");
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void Output_sample_k_lies_at_its_own_time_and_only_rounding_is_noise(int from, int to)
    {
        double hz = 0.31 * Math.Min(from, to) + 0.7;
        short[] output = Convert(TestSignal.Sine(from, from, hz, 29_204), from, to);
        output.Length.ShouldBe(to);
        double noise = 0, signal = 0;
        for (int i = to / 10; i < to * 9 / 10; i++)
        {
            double expected = 29_204 * Math.Sin(2 * Math.PI * hz / to * i);
            signal += expected * expected;
            noise += (output[i] - expected) * (output[i] - expected);
        }
        (10 * Math.Log10(signal / noise)).ShouldBeGreaterThan(88, "16-bit input and output rounded once each allow 92 to 95");
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void How_the_stream_is_cut_changes_no_sample(int from, int to)
    {
        short[] input = TestSignal.WhiteNoise(30_011, seed: from, peak: 32_767);
        var random = new Random(to);
        var converter = new RateConverter(from, to);
        var output = new List<short>();
        short[] buffer = new short[converter.MostOutput(4000)];
        for (int at = 0; at < input.Length;)
        {
            int count = Math.Min(random.Next(3) == 0 ? random.Next(5) : random.Next(4000), input.Length - at);
            output.AddRange(buffer.AsSpan(0, converter.Process(input.AsSpan(at, count), buffer)));
            at += count;
        }
        output.AddRange(buffer.AsSpan(0, converter.Flush(buffer)));
        output.ToArray().ShouldBe(Convert(input, from, to));
        short[] again = new short[converter.MostOutput(input.Length)];
        int written = converter.Process(input, again);
        again[..written].ShouldBe(output.Take(written), "after Flush it begins anew");
    }

    [Fact]
    public void A_clock_that_runs_fast_is_steered_back_to_its_nominal_length()
    {
        // An hour of a clock that is 200 ppm fast has 11,520 samples too many at 16 kHz.
        var converter = new RateConverter(48_000, 16_000) { Adjustment = 200e-6 };
        short[] second = new short[48_000];
        short[] output = new short[converter.MostOutput(second.Length + 10)];
        long total = 0, fed = 0;
        for (int s = 0; s < 3600; s++)
        {
            int count = (int)((long)((s + 1) * 48_009.6) - fed);
            fed += count;
            total += converter.Process(count <= second.Length ? second.AsSpan(0, count) : new short[count], output);
        }
        total.ShouldBeInRange(3600 * 16_000 - 100, 3600 * 16_000 + 1);
    }

    [Fact]
    public void Nothing_is_allocated_and_a_short_output_is_refused()
    {
        var converter = new RateConverter(44_100, 16_000);
        short[] input = new short[882], output = new short[converter.MostOutput(882)];
        converter.Process(input, output);
        Allocated.Bytes(() => { for (int i = 0; i < 1000; i++) converter.Process(input, output); }).ShouldBe(0);
        Should.Throw<ArgumentException>(() => converter.Process(input, new short[10]));
        Should.Throw<ArgumentOutOfRangeException>(() => new RateConverter(0, 8000));
    }

    private static int Peak(ReadOnlySpan<short> samples)
    {
        int peak = 0;
        foreach (short sample in samples) peak = Math.Max(peak, Math.Abs((int)sample));
        return peak;
    }

    private static short[] Convert(short[] input, int from, int to)
    {
        var converter = new RateConverter(from, to);
        short[] output = new short[converter.MostOutput(input.Length) + converter.MostOutput(converter.LatencySamples)];
        int written = converter.Process(input, output);
        written += converter.Flush(output.AsSpan(written));
        return output[..written];
    }
}
