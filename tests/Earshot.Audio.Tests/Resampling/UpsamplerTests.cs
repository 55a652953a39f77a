using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Earshot.Audio.Resampling;
using Earshot.Audio.Signals;

namespace Earshot.Audio.Tests.Resampling;

public sealed class UpsamplerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(160)]
    [InlineData(161)]
    [InlineData(4001)]
    public void Output_is_twice_the_input_and_every_second_sample_is_the_input(int count)
    {
        short[] input = TestSignal.WhiteNoise(count, seed: count, peak: 32767);
        short[] output = InOnePiece(input);
        output.Length.ShouldBe(2 * count);
        for (int i = 0; i < count; i++) output[2 * i].ShouldBe(input[i]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void How_the_stream_is_cut_changes_no_sample(int seed)
    {
        short[] input = TestSignal.WhiteNoise(20_011, seed, peak: 32767);
        var random = new Random(seed);
        var upsampler = new Upsampler();
        var output = new List<short>();
        var buffer = new short[2000];
        for (int at = 0; at < input.Length;)
        {
            int count = Math.Min(random.Next(3) == 0 ? random.Next(5) : random.Next(1000), input.Length - at);
            int expected = upsampler.OutputCount(count);
            int written = upsampler.Process(input.AsSpan(at, count), buffer);
            written.ShouldBe(expected);
            output.AddRange(buffer.AsSpan(0, written));
            at += count;
        }
        output.AddRange(buffer.AsSpan(0, upsampler.Flush(buffer)));
        output.ToArray().ShouldBe(InOnePiece(input));
    }

    [Fact]
    public void After_flush_the_instance_begins_anew()
    {
        short[] input = TestSignal.WhiteNoise(500, seed: 3);
        var upsampler = new Upsampler();
        Run(upsampler, TestSignal.WhiteNoise(777, seed: 4));
        Run(upsampler, input).ShouldBe(InOnePiece(input));
    }

    [Fact]
    public void Nothing_comes_out_before_the_stated_latency_is_in()
    {
        Upsampler.LatencyMs.ShouldBe(4.0);
        var upsampler = new Upsampler();
        upsampler.Process(new short[Upsampler.LatencySamples], []).ShouldBe(0);
        upsampler.Process(new short[1], new short[2]).ShouldBe(2);
    }

    [Fact]
    public void An_output_too_short_is_refused_and_nothing_is_taken()
    {
        short[] input = TestSignal.WhiteNoise(100, seed: 5);
        var upsampler = new Upsampler();
        Should.Throw<ArgumentException>(() => upsampler.Process(input, new short[2 * 68 - 1]));
        var output = new short[200];
        int written = upsampler.Process(input, output);
        written.ShouldBe(2 * 68);
        Should.Throw<ArgumentException>(() => upsampler.Flush(new short[63]));
        (written + upsampler.Flush(output.AsSpan(written))).ShouldBe(200);
        output.ShouldBe(InOnePiece(input));
    }

    [Fact]
    public void An_impulse_gives_the_mirrored_taps_of_a_half_band_filter()
    {
        var input = new short[201];
        input[100] = 30000;
        short[] output = InOnePiece(input);
        output[200].ShouldBe((short)30000);
        for (int i = 1; i <= 200; i++) output[200 - i].ShouldBe(output[200 + i], $"{i} samples from the impulse");
        for (int i = 64; i <= 200; i++) output[200 + i].ShouldBe((short)0, "the filter ends 32 input samples off");
        output[263].ShouldBe((short)0, "the outermost tap is below one half of 1/30000");
        ((double)output[201]).ShouldBe(30000 * 2 / Math.PI, 40);
    }

    [Fact]
    public void Loud_input_saturates_and_does_not_wrap()
    {
        // Samples that alternate where the taps change sign, so that everything adds up to 2.7 times full scale.
        var input = new short[200];
        for (int i = 0; i < input.Length; i++) input[i] = (i < 100 ? 99 - i : i - 100) % 2 == 0 ? short.MaxValue : short.MinValue;
        InOnePiece(input)[199].ShouldBe(short.MaxValue);
        for (int i = 0; i < input.Length; i++) input[i] = (short)~input[i];
        InOnePiece(input)[199].ShouldBe(short.MinValue);
    }

    [Fact]
    public void Constant_input_stays_constant()
    {
        foreach (short level in new short[] { 1, -1, 12345, short.MaxValue, short.MinValue })
        {
            var input = new short[400];
            Array.Fill(input, level);
            InOnePiece(input).AsSpan(80, 640).IndexOfAnyExcept(level).ShouldBe(-1, $"level {level}");
        }
    }

    [Fact]
    public void Every_machine_makes_these_very_bits()
    {
        short[] output = InOnePiece(TestSignal.WhiteNoise(80_000, seed: 1, peak: 32767));
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<short>(output)))
            .ShouldBe("ec1b499bc88a07723aa7991e1531e5c7d7b9aff942b163c8061136e6b0949c48");
    }

    [Fact]
    public void The_sum_is_taken_lane_by_lane_in_the_order_that_is_promised()
    {
        short[] input = TestSignal.WhiteNoise(3000, seed: 9, peak: 32767);
        short[] output = InOnePiece(input);
        double[] taps = ReferenceTaps();
        for (int n = 0; n < input.Length; n++)
        {
            float sum = 0;
            double exact = 0;
            for (int k = 0; k < 32; k++)
            {
                int near = n - 31 + k, far = n + 32 - k;
                float both = (near < 0 ? 0f : input[near]) + (far < input.Length ? input[far] : 0f);
                sum += (float)taps[k] * both;
                exact += taps[k] * both;
            }
            output[2 * n + 1].ShouldBe((short)Math.Clamp(MathF.Round(sum), short.MinValue, short.MaxValue), $"sample {n}");
            Math.Abs(sum - exact).ShouldBeLessThan(0.05, "32-bit floats are enough");
        }
    }

    [Fact]
    public void A_frame_allocates_nothing()
    {
        short[] frame = TestSignal.WhiteNoise(160, seed: 2);
        var output = new short[384];
        var upsampler = new Upsampler();
        Allocated.Bytes(() =>
        {
            for (int i = 0; i < 1000; i++) upsampler.Process(frame, output);
            upsampler.Flush(output);
        }).ShouldBe(0);
    }

    private static short[] InOnePiece(short[] input) => Run(new Upsampler(), input);

    private static short[] Run(Upsampler upsampler, short[] input)
    {
        var output = new short[2 * input.Length + Upsampler.MaxFlushSamples];
        int written = upsampler.Process(input, output);
        written += upsampler.Flush(output.AsSpan(written));
        return output[..written];
    }

    /// <summary>The design once more, by the textbook: windowed sinc with library functions.</summary>
    private static double[] ReferenceTaps()
    {
        double BesselI0(double x)
        {
            double sum = 1, term = 1;
            for (int k = 1; k < 80; k++) sum += term *= x / 2 / k * (x / 2 / k);
            return sum;
        }
        double[] taps = Enumerable.Range(0, 32)
            .Select(k => 31.5 - k)
            .Select(t => Math.Sin(Math.PI * t) / (Math.PI * t) * BesselI0(12 * Math.Sqrt(1 - t / 32 * (t / 32))))
            .ToArray();
        double all = 2 * taps.Sum();
        return taps.Select(tap => tap / all).ToArray();
    }
}
