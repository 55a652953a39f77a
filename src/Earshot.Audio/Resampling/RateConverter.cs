using System.Numerics;
using System.Runtime.InteropServices;

namespace Earshot.Audio.Resampling;

/// <summary>Converts a stream of 16-bit samples from any rate to any other, one channel an instance; the ratio may be steered while it runs, to follow a clock that drifts.</summary>
/// <remarks>
/// <para>A polyphase windowed-sinc FIR: flat within 0.01 dB to 0.4375 of the lower rate, images and aliases of tones below that at least 100 dB down. Output sample k lies at input
/// time k × input rate / output rate: the delay of the filter is taken off, only the making of a sample waits <see cref="LatencySamples"/> input samples. Before the first and after the last
/// sample the signal counts as 0. How the stream is cut into calls changes no sample.</para>
/// <para>Nothing is allocated after the constructor. Not thread-safe. For 8 to 16 kHz with a fixed ratio <see cref="Upsampler"/> is cheaper and keeps the input's own samples.</para>
/// </remarks>
public sealed class RateConverter
{
    /// <summary>The greatest <see cref="Adjustment"/>, either way: 0.2 %.</summary>
    public const double MostAdjustment = 0.002;

    private const int BlockSamples = 1024;

    private readonly RateFilter filter;
    private readonly float[] window;
    private readonly double nominalStep;
    private int filled;
    private int place; // Of the next output sample: whole samples of the window ...
    private double fraction; // ... and the part beyond, kept apart so that its rounding does not depend on how the stream is cut.
    private double step;

    /// <param name="inputRateHz">Samples a second that come, 100 to 768000.</param>
    /// <param name="outputRateHz">Samples a second that go, 100 to 768000.</param>
    /// <exception cref="ArgumentOutOfRangeException">A rate is outside its range.</exception>
    public RateConverter(int inputRateHz, int outputRateHz)
    {
        Check(inputRateHz, nameof(inputRateHz));
        Check(outputRateHz, nameof(outputRateHz));
        (InputRateHz, OutputRateHz) = (inputRateHz, outputRateHz);
        filter = RateFilter.For(inputRateHz, outputRateHz);
        step = nominalStep = (double)inputRateHz / outputRateHz;
        window = new float[2 * filter.Length + BlockSamples + filter.PerSide];
        Reset();
    }

    /// <summary>Nominal rate of the input in Hz.</summary>
    public int InputRateHz { get; }

    /// <summary>Rate of the output in Hz.</summary>
    public int OutputRateHz { get; }

    /// <summary>How many input samples an output sample waits for.</summary>
    public int LatencySamples => filter.PerSide;

    /// <summary>How much faster than its nominal rate the input runs, as a part of 1: 0.0001 for a clock that is 100 ppm fast. Within ±<see cref="MostAdjustment"/>; holds from the next output sample on.</summary>
    public double Adjustment
    {
        get => step / nominalStep - 1;
        set => step = nominalStep * (1 + Math.Clamp(value, -MostAdjustment, MostAdjustment));
    }

    /// <summary>Input samples that have been taken but not yet passed by the output: where the output is behind the input's end, in input samples.</summary>
    public double Pending => filled - place - fraction;

    /// <summary>The most samples that <see cref="Process"/> writes for that many input samples.</summary>
    /// <param name="inputSamples">0 or more.</param>
    public int MostOutput(int inputSamples) => (int)((inputSamples + 2) / (nominalStep * (1 - MostAdjustment))) + 2;

    /// <summary>Takes input samples and writes every output sample that they complete.</summary>
    /// <param name="input">Input samples, any number.</param>
    /// <param name="output">Takes the output; <see cref="MostOutput"/> samples are always enough. Must not overlap <paramref name="input"/>.</param>
    /// <returns>Samples written.</returns>
    /// <exception cref="ArgumentException"><paramref name="output"/> is too short. Nothing was taken.</exception>
    public int Process(ReadOnlySpan<short> input, Span<short> output)
    {
        if (output.Length < MostOutput(input.Length)) throw new ArgumentException($"The output holds {output.Length} samples, {MostOutput(input.Length)} may be needed.", nameof(output));
        int written = 0;
        while (!input.IsEmpty)
        {
            int count = Math.Min(input.Length, BlockSamples);
            for (int i = 0; i < count; i++) window[filled + i] = input[i];
            filled += count;
            input = input[count..];
            written += Drain(output[written..]);
        }
        return written;
    }

    /// <summary>Ends the stream: writes what is still owed and makes the instance ready for another stream.</summary>
    /// <param name="output">Takes the output; <see cref="MostOutput"/> of <see cref="LatencySamples"/> is always enough.</param>
    /// <returns>Samples written: afterwards all of the input's duration is out.</returns>
    public int Flush(Span<short> output)
    {
        int end = filled;
        window.AsSpan(filled, filter.PerSide).Clear();
        filled += filter.PerSide;
        int written = 0;
        for (; place + fraction < end - 1e-9; Advance()) output[written++] = Sample();
        Reset();
        return written;
    }

    private void Reset()
    {
        Array.Clear(window);
        filled = filter.PerSide - 1; // Silence before the first sample.
        place = filled;
        fraction = 0;
    }

    private void Advance()
    {
        fraction += step;
        int whole = (int)fraction;
        place += whole;
        fraction -= whole;
    }

    private int Drain(Span<short> output)
    {
        int written = 0;
        for (; place + filter.PerSide < filled; Advance()) output[written++] = Sample();
        int used = Math.Max(0, place - (filter.PerSide - 1));
        if (used == 0) return written;
        int kept = filled - used;
        window.AsSpan(used, kept).CopyTo(window);
        filled = kept;
        place -= used;
        return written;
    }

    private short Sample()
    {
        double phase = fraction * RateFilter.Phases;
        int whole = (int)phase;
        float part = (float)(phase - whole);
        ReadOnlySpan<float> near = filter.Phase(whole), far = filter.Phase(whole + 1);
        ref float samples = ref window[place - (filter.PerSide - 1)];
        var sumNear = Vector<float>.Zero;
        var sumFar = Vector<float>.Zero;
        for (int j = 0; j < near.Length; j += Vector<float>.Count)
        {
            var x = Vector.LoadUnsafe(ref samples, (nuint)j);
            sumNear += x * Vector.LoadUnsafe(ref MemoryMarshal.GetReference(near), (nuint)j);
            sumFar += x * Vector.LoadUnsafe(ref MemoryMarshal.GetReference(far), (nuint)j);
        }
        float value = Vector.Sum(sumNear) * (1 - part) + Vector.Sum(sumFar) * part;
        return (short)Math.Clamp(MathF.Round(value), short.MinValue, short.MaxValue);
    }

    private static void Check(int rateHz, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rateHz, 100, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rateHz, 768_000, name);
    }
}
