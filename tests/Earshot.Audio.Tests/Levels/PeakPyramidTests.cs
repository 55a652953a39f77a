using Earshot.Audio.Levels;
using Earshot.Audio.Signals;

namespace Earshot.Audio.Tests.Levels;

public sealed class PeakPyramidTests
{
    [Theory]
    [InlineData(256, 0)]
    [InlineData(256, 1)]
    [InlineData(256, 255)]
    [InlineData(256, 256)]
    [InlineData(16, 100_003)]
    [InlineData(100, 77_777)]
    [InlineData(256, 262_144)]
    public void Columns_are_those_of_brute_force(int blockSamples, int count)
    {
        short[] samples = Wavy(count);
        var pyramid = new PeakPyramid(blockSamples);
        var random = new Random(count);
        for (int at = 0, size; at < count; at += size)
        {
            size = Math.Min(random.Next(1, 3000), count - at);
            pyramid.Add(samples.AsSpan(at, size));
            if (at % 7 == 0) Check(pyramid, samples[..(at + size)], 0, at + size, 5);
        }
        pyramid.SampleCount.ShouldBe(count);
        for (int i = 0; i < 50; i++)
        {
            if (i == 25) pyramid.Complete();
            long start = random.Next(count + 10);
            Check(pyramid, samples, start, start + 1 + random.Next(count + 1000), random.Next(1, 300));
        }
    }

    [Fact]
    public void Columns_that_end_on_blocks_are_exact()
    {
        short[] samples = Wavy(64 * 1024);
        var pyramid = new PeakPyramid(256);
        pyramid.Add(samples);
        PeakColumn[] columns = pyramid.Query(0, samples.Length, 64);
        for (int i = 0; i < 64; i++) columns[i].ShouldBe(Expected(samples.AsSpan(i * 1024, 1024)));
    }

    [Fact]
    public void Beyond_the_end_columns_are_zero()
    {
        var pyramid = new PeakPyramid(256);
        var samples = new short[256];
        Array.Fill<short>(samples, 5);
        pyramid.Add(samples);
        pyramid.Query(0, 1024, 4).ShouldBe([new(5, 5, 5), default, default, default]);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new PeakPyramid(15));
        Should.Throw<ArgumentOutOfRangeException>(() => new PeakPyramid(65537));
        var pyramid = new PeakPyramid();
        Should.Throw<ArgumentOutOfRangeException>(() => pyramid.Query(-1, 5, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => pyramid.Query(5, 5, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => pyramid.Query(0, 5, 0));
        Should.Throw<ArgumentOutOfRangeException>(() => pyramid.Query(0, 5, 65537));
        pyramid.Complete();
        pyramid.Complete();
        Should.Throw<InvalidOperationException>(() => pyramid.Add([1]));
    }

    [Fact]
    public void Memory_is_16_bytes_a_block_when_complete()
    {
        short[] second = TestSignal.WhiteNoise(16_000, seed: 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var pyramid = new PeakPyramid(256);
        for (int i = 0; i < 3600; i++) pyramid.Add(second);
        long growing = GC.GetAllocatedBytesForCurrentThread() - before;
        growing.ShouldBeLessThan(4 * 3_600_000, "all lists that doubling went through, together");
        before = GC.GetAllocatedBytesForCurrentThread();
        pyramid.Complete();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeInRange(3_500_000, 3_700_000, "the trimmed lists");
    }

    [Fact]
    public void Between_doublings_nothing_is_allocated()
    {
        short[] frame = TestSignal.WhiteNoise(320, seed: 2);
        var pyramid = new PeakPyramid(256);
        var columns = new PeakColumn[100];
        // 2500 blocks, so that 1125 more fit the 4096 that the list has by then; upper levels likewise.
        for (int i = 0; i < 2000; i++) pyramid.Add(frame);
        Allocated.Bytes(() =>
        {
            for (int i = 0; i < 150; i++)
            {
                pyramid.Add(frame);
                pyramid.Query(0, pyramid.SampleCount, columns);
            }
        }).ShouldBe(0);
    }

    private static void Check(PeakPyramid pyramid, short[] samples, long start, long end, int count)
    {
        PeakColumn[] columns = pyramid.Query(start, end, count);
        columns.Length.ShouldBe(count);
        for (int i = 0; i < count; i++)
        {
            long from = start + (end - start) * i / count;
            long to = Math.Max(start + (end - start) * (i + 1) / count, from + 1);
            if (from >= samples.Length)
            {
                columns[i].ShouldBe(default);
                continue;
            }
            long first = from / pyramid.BlockSamples * pyramid.BlockSamples;
            long last = Math.Min((Math.Min(to, samples.Length) + pyramid.BlockSamples - 1) / pyramid.BlockSamples * pyramid.BlockSamples, samples.Length);
            columns[i].ShouldBe(Expected(samples.AsSpan((int)first, (int)(last - first))));
            foreach (short sample in samples.AsSpan((int)from, (int)(Math.Min(to, samples.Length) - from)))
                (sample >= columns[i].Min && sample <= columns[i].Max).ShouldBeTrue();
        }
    }

    private static PeakColumn Expected(ReadOnlySpan<short> samples)
    {
        short min = short.MaxValue, max = short.MinValue;
        long squares = 0;
        foreach (short sample in samples)
        {
            min = Math.Min(min, sample);
            max = Math.Max(max, sample);
            squares += sample * sample;
        }
        return new PeakColumn(min, max, Math.Sqrt((double)squares / samples.Length));
    }

    /// <summary>Noise whose loudness wanders, so that neighbouring blocks differ.</summary>
    private static short[] Wavy(int count)
    {
        short[] samples = TestSignal.WhiteNoise(count, seed: 6, peak: 32767);
        for (int i = 0; i < count; i++) samples[i] = (short)(samples[i] * Math.Abs(Math.Sin(i / 900.0)));
        return samples;
    }
}
