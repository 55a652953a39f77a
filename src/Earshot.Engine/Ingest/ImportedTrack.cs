using Earshot.Audio.Levels;
using Earshot.Audio.Resampling;
using Earshot.Audio.Wave;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Ingest;

/// <summary>One channel of an imported file on its way into a WAV of the store's rate.</summary>
internal sealed class ImportedTrack : IDisposable
{
    private readonly IStoredFile file;
    private readonly RateConverter? converter;
    private readonly WaveFormat format;
    private short[] converted = [];
    private long position = WaveHeader.Size;

    public ImportedTrack(IRecordingStorage storage, string stem, int fromHz, int toHz)
    {
        Stem = stem;
        format = WaveFormat.Pcm16(toHz);
        converter = fromHz == toHz ? null : new RateConverter(fromHz, toHz);
        if (!storage.TryCreate(FileNames.Segment(stem, 1), out IStoredFile? created)) throw new IOException($"'{FileNames.Segment(stem, 1)}' is there already; nothing is overwritten");
        file = created!;
    }

    public string Stem { get; }

    public long Samples { get; private set; }

    public LevelMeter Level { get; } = new();

    public void Add(ReadOnlySpan<short> samples)
    {
        if (converter is null)
        {
            Write(samples);
            return;
        }
        if (converted.Length < converter.MostOutput(samples.Length)) converted = new short[converter.MostOutput(samples.Length)];
        Write(converted.AsSpan(0, converter.Process(samples, converted)));
    }

    /// <summary>Writes what the converter holds back, and the header.</summary>
    public void Complete()
    {
        if (converter is not null)
        {
            short[] tail = new short[converter.MostOutput(converter.LatencySamples)];
            Write(tail.AsSpan(0, converter.Flush(tail)));
        }
        Span<byte> header = stackalloc byte[WaveHeader.Size];
        WaveHeader.Write(header, format, 2 * Samples);
        file.Write(header, 0);
        file.Sync();
    }

    public void Dispose() => file.Dispose();

    private void Write(ReadOnlySpan<short> samples)
    {
        if (samples.IsEmpty) return;
        file.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(samples), position);
        position += 2 * samples.Length;
        Samples += samples.Length;
        Level.Add(samples);
    }
}
