using Earshot.Audio.Codecs;
using Earshot.Audio.Wave;

namespace Earshot.Cli.Output;

/// <summary>What the caller of a simulated call heard, as an 8 kHz WAV.</summary>
internal sealed class HeardFile : IDisposable
{
    private const int SampleRateHz = 8000;

    private readonly WaveWriter writer;
    private readonly short[] samples = new short[SampleRateHz / 50];

    private HeardFile(WaveWriter writer) => this.writer = writer;

    /// <summary>Creates the file; null for no path, and with a problem in words when it cannot be made.</summary>
    public static HeardFile? Create(string? path, out string? problem)
    {
        problem = null;
        if (path is null) return null;
        try
        {
            return new HeardFile(new WaveWriter(File.Create(path), WaveFormat.Pcm16(SampleRateHz)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem = $"--save {path} cannot be written: {e.Message}";
            return null;
        }
    }

    /// <summary>True while nothing was played to the caller.</summary>
    public bool IsSilent { get; private set; } = true;

    /// <summary>Takes the next frame of the line: 160 bytes of mu-law.</summary>
    public void Write(ReadOnlySpan<byte> frame)
    {
        IsSilent &= !frame.ContainsAnyExcept(MuLaw.Silence);
        MuLaw.Decode(frame, samples);
        writer.Write(samples.AsSpan(0, frame.Length));
    }

    public void Dispose() => writer.Dispose();
}
