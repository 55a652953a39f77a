using Earshot.Audio.Wave;

namespace Earshot.Testing;

/// <summary>A sound that a speech detector takes for a voice, at 16 kHz.</summary>
internal static class SpeechWave
{
    private const int RateHz = 16_000;

    /// <summary>Stretches of so many seconds, 1 with a voice and 0 with a faint line noise.</summary>
    public static short[] Pattern(params (double Seconds, double Voice)[] parts) => Pattern(RateHz, parts);

    public static short[] Pattern(int rate, params (double Seconds, double Voice)[] parts)
    {
        var random = new Random(5);
        var samples = new List<short>();
        double phase = 0;
        foreach ((double seconds, double voice) in parts)
        {
            int count = (int)Math.Round(seconds * rate);
            for (int i = 0; i < count; i++)
            {
                phase += 2 * Math.PI * 220 / rate;
                double tone = Math.Sin(phase) + 0.6 * Math.Sin(3 * phase) + 0.4 * Math.Sin(7 * phase);
                samples.Add((short)(voice * 5000 * tone + random.Next(-20, 21)));
            }
        }
        return [.. samples];
    }

    public static void Write(string path, short[] samples)
    {
        using var writer = new WaveWriter(File.Create(path), WaveFormat.Pcm16(RateHz));
        writer.Write(samples);
    }
}
