using Earshot.Audio.Wave;

namespace Earshot.Testing;

/// <summary>A prompt within a call: on which side, from where to where it is heard, in seconds of the side's audio.</summary>
internal sealed record SpokenPrompt(string Text, string Track, double StartSeconds, double EndSeconds);

/// <summary>Prompts as the two sides of a call, in turn, with pauses between; what is heard where is measured on the prompts themselves.</summary>
internal static class SpokenPrompts
{
    public const int RateHz = 8000;
    private const double PauseSeconds = 1.2;
    private const double AudibleDb = -40;
    private const int FrameSamples = 80;

    /// <summary>Writes the two sides as WAVs and tells what they hold.</summary>
    public static IReadOnlyList<SpokenPrompt> Write(PromptSet voice, IEnumerable<(string Name, string Text)> prompts, string inboundPath, string outboundPath)
    {
        List<short>[] sides = [[], []];
        var spoken = new List<SpokenPrompt>();
        int turn = 0;
        foreach ((string name, string text) in prompts)
        {
            int side = turn++ % 2;
            foreach (List<short> both in sides) both.AddRange(new short[(int)(PauseSeconds * RateHz)]);
            short[] audio = Read(voice.PathOf(name));
            (double from, double to) = Audible(audio);
            double at = (double)sides[side].Count / RateHz;
            spoken.Add(new SpokenPrompt(text, side == 0 ? "inbound" : "outbound", at + from, at + to));
            sides[side].AddRange(audio);
            sides[1 - side].AddRange(new short[audio.Length]);
        }
        foreach (List<short> both in sides) both.AddRange(new short[RateHz]);
        Write(inboundPath, sides[0]);
        Write(outboundPath, sides[1]);
        return spoken;
    }

    private static short[] Read(string path)
    {
        using var reader = new WaveReader(File.OpenRead(path));
        var samples = new short[(int)reader.SamplesPerChannel!.Value];
        return samples[..reader.Read(samples)];
    }

    private static void Write(string path, List<short> samples)
    {
        using var writer = new WaveWriter(File.Create(path), WaveFormat.Pcm16(RateHz));
        writer.Write(samples.ToArray());
    }

    private static (double From, double To) Audible(short[] audio)
    {
        double[] power = [.. audio.Chunk(FrameSamples).Select(f => f.Average(s => (double)s * s))];
        double least = power.Max() * Math.Pow(10, AudibleDb / 10);
        return (Array.FindIndex(power, p => p >= least) * (double)FrameSamples / RateHz, (Array.FindLastIndex(power, p => p >= least) + 1) * (double)FrameSamples / RateHz);
    }
}
