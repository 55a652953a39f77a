namespace Earshot.Audio.Signals;

/// <summary>Signals of known content, 16-bit, one channel. What is made depends on the arguments alone.</summary>
/// <remarks>
/// Silence and noise are whole-number arithmetic and the same bits everywhere; a sine uses the platform's sine function, so a sample in
/// many millions may differ by 1 between platforms.
/// </remarks>
public static class TestSignal
{
    /// <summary>Digital silence: zeros.</summary>
    /// <param name="samples">How many, 0 or more.</param>
    public static short[] Silence(int samples) => new short[samples];

    /// <summary>A sine that begins at 0, rising. Its RMS is <paramref name="peak"/> / √2.</summary>
    /// <param name="samples">How many, 0 or more.</param>
    /// <param name="sampleRateHz">Samples a second, above 0.</param>
    /// <param name="frequencyHz">Of the tone, in Hz, 0 to half the rate.</param>
    /// <param name="peak">The amplitude, in 16-bit units, 0 to 32767.</param>
    public static short[] Sine(int samples, int sampleRateHz, double frequencyHz, double peak = 16384)
    {
        var result = new short[samples];
        Sine(result, 0, sampleRateHz, frequencyHz, peak);
        return result;
    }

    /// <summary>A stretch of a sine: piece by piece it is the same tone as in one piece.</summary>
    /// <param name="destination">Takes the samples.</param>
    /// <param name="startSample">Which sample of the tone comes first, 0 or more.</param>
    /// <param name="sampleRateHz">Samples a second, above 0.</param>
    /// <param name="frequencyHz">Of the tone, in Hz, 0 to half the rate.</param>
    /// <param name="peak">The amplitude, in 16-bit units, 0 to 32767.</param>
    public static void Sine(Span<short> destination, long startSample, int sampleRateHz, double frequencyHz, double peak = 16384)
    {
        Check(sampleRateHz, frequencyHz, peak);
        for (int i = 0; i < destination.Length; i++)
        {
            // The phase is taken from the place itself, so that it does not drift.
            double turns = (startSample + i) * frequencyHz / sampleRateHz;
            destination[i] = (short)Math.Round(peak * Math.Sin(2 * Math.PI * (turns - Math.Floor(turns))));
        }
    }

    /// <summary>Beeps and pauses in turn, a beep first; each beep begins at phase 0.</summary>
    /// <param name="samples">How many, 0 or more.</param>
    /// <param name="sampleRateHz">Samples a second, above 0.</param>
    /// <param name="frequencyHz">Of the tone, in Hz, 0 to half the rate.</param>
    /// <param name="onMs">How long a beep is, in milliseconds, above 0.</param>
    /// <param name="offMs">How long a pause is, in milliseconds, 0 or more.</param>
    /// <param name="peak">The amplitude, in 16-bit units, 0 to 32767.</param>
    public static short[] Beeps(int samples, int sampleRateHz, double frequencyHz, int onMs, int offMs, double peak = 16384)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(onMs, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(offMs);
        long period = (long)onMs + offMs;
        var result = new short[samples];
        for (long beep = 0; ; beep++)
        {
            long start = beep * period * sampleRateHz / 1000;
            if (start >= samples) return result;
            long end = Math.Min((beep * period + onMs) * sampleRateHz / 1000, samples);
            Sine(result.AsSpan((int)start, (int)(end - start)), 0, sampleRateHz, frequencyHz, peak);
        }
    }

    /// <summary>White noise, evenly distributed between -<paramref name="peak"/> and <paramref name="peak"/>. Its RMS is about peak / √3.</summary>
    /// <param name="samples">How many, 0 or more.</param>
    /// <param name="seed">The same seed gives the same noise.</param>
    /// <param name="peak">The greatest magnitude, in 16-bit units, 0 to 32767.</param>
    public static short[] WhiteNoise(int samples, int seed, int peak = 16384)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(peak);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(peak, short.MaxValue);
        var result = new short[samples];
        ulong state = (ulong)seed;
        uint range = 2 * (uint)peak + 1;
        for (int i = 0; i < samples; i++)
        {
            // SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014); its upper half scaled to the range.
            state += 0x9E3779B97F4A7C15;
            ulong z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            uint random = (uint)((z ^ (z >> 31)) >> 32);
            result[i] = (short)((int)(((ulong)random * range) >> 32) - peak);
        }
        return result;
    }

    private static void Check(int sampleRateHz, double frequencyHz, double peak)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(frequencyHz);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frequencyHz, sampleRateHz / 2.0);
        ArgumentOutOfRangeException.ThrowIfNegative(peak);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(peak, short.MaxValue);
    }
}
