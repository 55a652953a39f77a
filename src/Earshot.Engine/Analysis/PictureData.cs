using Earshot.Audio.Levels;
using Earshot.Audio.Spectral;
using Earshot.Audio.Wave;

namespace Earshot.Engine.Analysis;

/// <summary>What a picture needs of the samples, gathered while they are analysed: bounded whatever the length.</summary>
internal sealed class PictureData
{
    private const int MostColumns = 4096;

    private readonly int channels;
    private readonly short[] one = new short[RecordingAnalyzer.BlockSamples];
    private readonly float[] floats = new float[RecordingAnalyzer.BlockSamples];

    public PictureData(WaveFormat format)
    {
        channels = format.Channels;
        Peaks = [.. Enumerable.Range(0, channels).Select(_ => new PeakPyramid(64))];
        Spectra = [.. Enumerable.Range(0, channels).Select(_ => new SpectrogramGrid(format.SampleRateHz, MostColumns))];
    }

    public IReadOnlyList<PeakPyramid> Peaks { get; }

    public IReadOnlyList<SpectrogramGrid> Spectra { get; }

    /// <summary>Takes interleaved samples.</summary>
    public void Add(ReadOnlySpan<short> interleaved)
    {
        int count = interleaved.Length / channels;
        for (int c = 0; c < channels; c++)
        {
            for (int i = 0; i < count; i++) floats[i] = one[i] = interleaved[i * channels + c];
            Peaks[c].Add(one.AsSpan(0, count));
            Spectra[c].Add(floats.AsSpan(0, count));
        }
    }
}
