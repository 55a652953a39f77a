using System.Runtime.InteropServices;
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

    /// <summary>Writes what the converter holds back, and brings the file to the medium.</summary>
    public void Complete()
    {
        if (converter is not null)
        {
            short[] tail = new short[converter.MostOutput(converter.LatencySamples)];
            Write(tail.AsSpan(0, converter.Flush(tail)));
        }
        file.Sync();
    }

    public void Dispose() => file.Dispose();

    /// <summary>The header is true after every write, and comes with the first samples.</summary>
    private void Write(ReadOnlySpan<short> samples)
    {
        if (samples.IsEmpty) return;
        ReadOnlySpan<byte> audio = MemoryMarshal.AsBytes(samples);
        long before = sizeof(short) * Samples, after = before + audio.Length;
        if (after > WaveHeader.MaxDataBytes(format)) throw new WaveFormatException($"it is longer than {format.DurationOf(WaveHeader.MaxDataBytes(format)).TotalHours:0} hours, which one recording cannot hold. Cut it into parts: sox in.wav part.wav trim 0 12:00:00");
        Span<byte> header = stackalloc byte[WaveHeader.Size];
        WaveHeader.Write(header, format, after);
        if (before == 0)
        {
            file.Write([.. header, .. audio], 0);
        }
        else
        {
            file.Write(audio, WaveHeader.Size + before);
            file.Write(header, 0);
        }
        Samples += samples.Length;
        Level.Add(samples);
    }
}
