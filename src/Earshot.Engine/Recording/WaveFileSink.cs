using Earshot.Audio.Wave;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Recording;

/// <summary>One track's WAV on disk: written by position, header true after every write, a next segment when it grows long.</summary>
/// <remarks>A write that fails throws and changes nothing here: the same batch can be given again, and goes to its own place.</remarks>
internal sealed class WaveFileSink(IRecordingStorage storage, string wantedStem, long segmentSamples) : IDisposable
{
    private const int BytesPerSample = 2;
    private const int LargestHoleInFirstWrite = 1 << 20;

    private static readonly WaveFormat Format = WaveFormat.Pcm16(16_000);

    private readonly List<SegmentManifest> closed = [];
    private IStoredFile? file;
    private long segmentStart;
    private long endSample;
    private int segment;
    private bool begun;
    private bool roll;

    /// <summary>The file's stem; the recording's id.</summary>
    public string Stem { get; private set; } = wantedStem;

    /// <summary>The running file's place for people; null before the first write.</summary>
    public string? CurrentPath => file is null ? null : storage.PathOf(file.Name);

    /// <summary>Samples between the start and the last one written.</summary>
    public long EndSample => endSample;

    /// <summary>Samples that were received but are not in the file.</summary>
    public long MissingSamples { get; private set; }

    /// <summary>Writes samples at their place. True when a new file was created for them.</summary>
    public bool Write(long startSample, ReadOnlySpan<byte> pcm)
    {
        if (pcm.IsEmpty) return false;
        if (begun && (roll || startSample - segmentStart >= segmentSamples)) CloseSegment(sync: true);
        if (file is null)
        {
            segmentStart = segment == 0 ? 0 : endSample;
            file = Create();
        }
        long dataBytes = (startSample - segmentStart) * BytesPerSample + pcm.Length;
        bool created = !begun;
        if (created) WriteFirst(startSample, pcm, dataBytes);
        else
        {
            file.Write(pcm, WaveHeader.Size + dataBytes - pcm.Length);
            WriteHeader(dataBytes);
        }
        begun = true;
        MissingSamples += startSample - endSample;
        endSample = startSample + pcm.Length / BytesPerSample;
        return created;
    }

    /// <summary>Goes on in a new file with the next write.</summary>
    public void Roll() => roll = begun;

    /// <summary>Brings the running file to the medium.</summary>
    public void Sync() => file?.Sync();

    /// <summary>Closes the running file as it is (<see cref="Sync"/> comes before) and names all of the recording's files.</summary>
    public IReadOnlyList<SegmentManifest> Close()
    {
        CloseSegment(sync: false);
        return closed;
    }

    public void Dispose() => file?.Dispose();

    private void WriteFirst(long startSample, ReadOnlySpan<byte> pcm, long dataBytes)
    {
        long hole = (startSample - segmentStart) * BytesPerSample;
        if (hole > LargestHoleInFirstWrite)
        {
            file!.Write(pcm, WaveHeader.Size + hole);
            WriteHeader(dataBytes);
            return;
        }
        byte[] first = new byte[WaveHeader.Size + dataBytes];
        WaveHeader.Write(first, Format, dataBytes);
        pcm.CopyTo(first.AsSpan(WaveHeader.Size + (int)hole));
        file!.Write(first, 0);
    }

    private void WriteHeader(long dataBytes)
    {
        Span<byte> header = stackalloc byte[WaveHeader.Size];
        WaveHeader.Write(header, Format, dataBytes);
        file!.Write(header, 0);
    }

    private IStoredFile Create()
    {
        if (segment > 0)
        {
            for (int next = segment + 1; ; next++)
            {
                if (!storage.TryCreate(FileNames.Segment(Stem, next), out IStoredFile? created)) continue;
                segment = next;
                return created!;
            }
        }
        for (int attempt = 1; ; attempt++)
        {
            string name = FileNames.Attempt(Stem, attempt);
            if (storage.Exists(name + FileNames.Manifest) || !storage.TryCreate(name + FileNames.Wav, out IStoredFile? created)) continue;
            Stem = name;
            segment = 1;
            return created!;
        }
    }

    /// <summary>Closes the running file. A sync that fails throws when that is done: the next write goes to a new file.</summary>
    private void CloseSegment(bool sync)
    {
        roll = false;
        if (file is null) return;
        if (begun) closed.Add(new SegmentManifest(file.Name, segmentStart, endSample - segmentStart, null));
        TrimTornEnd(file);
        using IStoredFile done = file;
        sync &= begun;
        file = null;
        begun = false;
        if (sync) done.Sync();
    }

    /// <summary>Takes away what a write that failed left behind the last whole one; a file of which nothing was written whole goes.</summary>
    private void TrimTornEnd(IStoredFile torn)
    {
        try
        {
            long length = WaveHeader.Size + (endSample - segmentStart) * BytesPerSample;
            if (!begun) storage.Delete(torn.Name);
            else if (torn.Length > length)
            {
                torn.SetLength(length);
                WriteHeader(length - WaveHeader.Size);
            }
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            // The header tells the length all the same.
        }
    }
}
