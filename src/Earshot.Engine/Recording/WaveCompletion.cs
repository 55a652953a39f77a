using System.Runtime.InteropServices;
using Earshot.Audio.Wave;
using Earshot.Engine.Calls;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Recording;

/// <summary>Completes a recording that was cut off: keeps the whole samples that are in its files, fills the holes between them and appends what they lack. Run again, it goes on where it was.</summary>
internal sealed class WaveCompletion : IDisposable
{
    private const int BytesPerSample = 2;
    private const int WriteSize = 64 << 10;
    private static readonly WaveFormat Format = WaveFormat.Pcm16(16_000);

    private readonly IRecordingStorage storage;
    private readonly PooledBytes pending = new();
    private readonly List<SegmentManifest> segments = [];
    private readonly WaveHoles holes;
    private readonly long foundEnd;
    private IStoredFile? last;
    private long end;
    private long unknown;
    private long missingAtEnd;

    /// <param name="manifests">Where the files are.</param>
    /// <param name="header">The journal's header, which has the name that the recording had asked for; a taken one got <c>_2</c>.</param>
    /// <param name="track">The track.</param>
    public WaveCompletion(ManifestStore manifests, JournalHeader header, Track track)
    {
        storage = manifests.Storage;
        Stem = StemOf(manifests, header, track);
        for (int segment = 1; ; segment++)
        {
            string file = FileNames.Segment(Stem, segment);
            long bytes = storage.LengthOf(file);
            if (bytes < 0) break;
            long samples = Math.Max(0, bytes - WaveHeader.Size) / BytesPerSample;
            segments.Add(new SegmentManifest(file, end, samples, null));
            end += samples;
        }
        foundEnd = end;
        holes = new WaveHoles(storage, [.. segments]);
    }

    /// <summary>The stem that a running or cut off recording has: the one it had asked for, or the next that no other recording's manifest holds.</summary>
    public static string StemOf(ManifestStore manifests, JournalHeader header, Track track)
    {
        for (int attempt = 1; ; attempt++)
        {
            string stem = FileNames.Attempt(header.TrackStems[(int)track], attempt);
            if (!manifests.Storage.Exists(stem + FileNames.Manifest) || IsOwn(manifests.ReadRecording(stem), header, track)) return stem;
        }
    }

    /// <summary>The recording's stem.</summary>
    public string Stem { get; }

    /// <summary>Samples that the files lacked.</summary>
    public long Appended { get; private set; }

    /// <summary>Samples that the files have with those.</summary>
    public long EndSample => end;

    /// <summary>Samples that stood in no file and were put into holes.</summary>
    public long Filled => holes.Filled;

    /// <summary>Samples that came and were not kept: neither the files nor the journal has them.</summary>
    public long Missing => holes.Missing + missingAtEnd;

    /// <summary>Place of the first of them; -1 when there are none.</summary>
    public long FirstMissing { get; private set; } = -1;

    /// <summary>What the files hold is not what is decoded from here on: it stays as it is, and what they lack is appended.</summary>
    public bool IsAnothers { get; set; }

    /// <summary>The journal lacks messages; of the next samples so many stand for them.</summary>
    public void AddMissing(long samples)
    {
        unknown += samples;
        holes.LoseStep();
    }

    /// <summary>Takes samples at their place; those that are in the files already are passed over.</summary>
    public void Add(long startSample, ReadOnlySpan<short> samples)
    {
        int lacking = (int)Math.Min(unknown, samples.Length);
        unknown -= lacking;
        long before = Missing;
        if (startSample < foundEnd && !IsAnothers) holes.Compare(startSample, samples[..(int)Math.Min(samples.Length, foundEnd - startSample)], lacking);
        missingAtEnd += Math.Max(0, startSample + lacking - Math.Max(startSample, foundEnd));
        if (FirstMissing < 0 && Missing > before) FirstMissing = startSample;
        long skip = Math.Max(0, end - startSample);
        if (skip >= samples.Length) return;
        ReadOnlySpan<short> missing = samples[(int)skip..];
        pending.Append(MemoryMarshal.AsBytes(missing));
        end += missing.Length;
        Appended += missing.Length;
        if (pending.Length >= WriteSize) Flush();
    }

    /// <summary>Writes the rest, makes the headers true, brings all to the medium and names the files.</summary>
    public IReadOnlyList<SegmentManifest> Close()
    {
        Flush();
        holes.Dispose();
        if (segments.Count == 0) return [];
        segments[^1] = segments[^1] with { Samples = end - segments[^1].StartSample };
        foreach (SegmentManifest segment in segments)
        {
            using IStoredFile file = Open(segment.File);
            file.SetLength(WaveHeader.Size + segment.Samples * BytesPerSample);
            WriteHeader(file, segment.Samples);
            file.Sync();
        }
        last = null;
        return segments;
    }

    public void Dispose()
    {
        last?.Dispose();
        holes.Dispose();
        pending.Release();
    }

    private void Flush()
    {
        if (pending.Length == 0) return;
        if (segments.Count == 0)
        {
            string file = FileNames.Segment(Stem, 1);
            if (!storage.TryCreate(file, out last)) throw new IOException($"'{file}' appeared while it was being recovered");
            segments.Add(new SegmentManifest(file, 0, 0, null));
        }
        SegmentManifest current = segments[^1];
        last ??= Open(current.File);
        long from = end - pending.Length / BytesPerSample - current.StartSample;
        last.Write(pending.Span, WaveHeader.Size + from * BytesPerSample);
        WriteHeader(last, end - current.StartSample);
        pending.Clear();
    }

    /// <summary>True for the manifest that an earlier recovery of the same recording wrote before it was cut off itself.</summary>
    private static bool IsOwn(RecordingManifest? manifest, JournalHeader header, Track track) =>
        manifest is not null && manifest.StreamSid == header.StreamSid && manifest.StartedAt == header.StartedAt && manifest.Track == track.Name();

    private IStoredFile Open(string name) => last is not null && last.Name == name ? last : storage.Open(name);

    private static void WriteHeader(IStoredFile file, long samples)
    {
        Span<byte> header = stackalloc byte[WaveHeader.Size];
        WaveHeader.Write(header, Format, samples * BytesPerSample);
        file.Write(header, 0);
    }
}
