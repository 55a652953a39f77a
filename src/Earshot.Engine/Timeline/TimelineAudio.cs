using System.Runtime.InteropServices;
using Earshot.Audio.Wave;
using Earshot.Engine.Calls;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Timeline;

/// <summary>How the sides of a call are put together.</summary>
internal enum TimelineLayout
{
    /// <summary>Left: inbound (the technician). Right: outbound (the agent or bot).</summary>
    Stereo,

    /// <summary>Both on one channel, added and limited to 16 bits.</summary>
    Mix,
}

/// <summary>A call's sides as one WAV that is made while it is read: 16 kHz, 16 bits, of known length, and can be read from any place. Nothing is written anywhere.</summary>
internal sealed class TimelineAudio : Stream
{
    private const int SampleRateHz = 16_000;
    private const double SamplesPerMs = 16;
    private const int BlockFrames = 4096;

    private readonly IRecordingStorage storage;
    private readonly byte[] header;
    private readonly List<Piece>[] sides;
    private readonly TimelineLayout layout;
    private readonly int blockAlign;
    private readonly long frames;
    private readonly byte[] block = new byte[BlockFrames * 4];
    private readonly short[][] channel = [new short[BlockFrames], new short[BlockFrames]];
    private Stream? open;
    private string openName = "";
    private long blockAt = -1;
    private int blockLength;
    private long position;

    /// <exception cref="ArgumentException">The call is too long for a WAV of this layout.</exception>
    public TimelineAudio(CallTimeline timeline, TimelineLayout layout, IRecordingStorage storage, Func<string, IReadOnlyList<SegmentPlace>> segments)
    {
        (this.storage, this.layout) = (storage, layout);
        WaveFormat format = WaveFormat.Pcm16(SampleRateHz, layout == TimelineLayout.Stereo ? 2 : 1);
        blockAlign = format.BlockAlign;
        frames = Sample(timeline.EndMs - timeline.StartMs);
        header = new byte[WaveHeader.Size];
        WaveHeader.Write(header, format, frames * blockAlign);
        var offsets = timeline.Tracks.ToDictionary(t => t.RecordingId, t => t.StartOffsetMs, StringComparer.Ordinal);
        sides = [.. new[] { Track.Inbound, Track.Outbound }.Select(side => timeline.Pieces.Where(p => p.Track == side.Name())
            .Select(p => new Piece(Sample(p.StartMs - timeline.StartMs), Sample(p.EndMs - timeline.StartMs), Sample(p.StartMs - offsets[p.RecordingId]), segments(p.RecordingId))).ToList())];
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => header.Length + frames * blockAlign;

    public override long Position
    {
        get => position;
        set => position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (position >= Length || buffer.IsEmpty) return 0;
        ReadOnlySpan<byte> source;
        if (position < header.Length)
        {
            source = header.AsSpan((int)position);
        }
        else
        {
            long at = position - header.Length, frame = at / blockAlign;
            if (blockAt < 0 || frame < blockAt || frame >= blockAt + blockLength) Render(frame - frame % BlockFrames);
            source = block.AsSpan((int)(at - blockAt * blockAlign), (int)((blockAt + blockLength) * blockAlign - at));
        }
        int count = Math.Min(buffer.Length, source.Length);
        source[..count].CopyTo(buffer);
        position += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => position + offset, _ => Length + offset };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) open?.Dispose();
        base.Dispose(disposing);
    }

    private static long Sample(double ms) => (long)Math.Round(ms * SamplesPerMs);

    private void Render(long from)
    {
        blockAt = from;
        blockLength = (int)Math.Min(BlockFrames, frames - from);
        for (int side = 0; side < sides.Length; side++) Fill(channel[side].AsSpan(0, blockLength), sides[side], from);
        Span<short> target = MemoryMarshal.Cast<byte, short>(block.AsSpan());
        for (int i = 0; i < blockLength; i++)
        {
            if (layout == TimelineLayout.Stereo) (target[2 * i], target[2 * i + 1]) = (channel[0][i], channel[1][i]);
            else target[i] = (short)Math.Clamp(channel[0][i] + channel[1][i], short.MinValue, short.MaxValue);
        }
    }

    private void Fill(Span<short> samples, List<Piece> pieces, long from)
    {
        samples.Clear();
        foreach (Piece piece in pieces)
        {
            long start = Math.Max(from, piece.Start), end = Math.Min(from + samples.Length, piece.End);
            if (start < end) ReadSource(samples[(int)(start - from)..(int)(end - from)], piece.Segments, start - piece.Start + piece.Source);
        }
    }

    private void ReadSource(Span<short> samples, IReadOnlyList<SegmentPlace> segments, long source)
    {
        foreach (SegmentPlace segment in segments)
        {
            long start = Math.Max(source, segment.StartSample), end = Math.Min(source + samples.Length, segment.StartSample + segment.Samples);
            if (start >= end) continue;
            Stream file = Open(segment.File);
            file.Position = WaveHeader.Size + (start - segment.StartSample) * sizeof(short);
            file.ReadAtLeast(MemoryMarshal.AsBytes(samples[(int)(start - source)..(int)(end - source)]), (int)(end - start) * sizeof(short), throwOnEndOfStream: false);
        }
    }

    private Stream Open(string name)
    {
        if (openName == name) return open!;
        Stream next = storage.OpenRead(name);
        open?.Dispose();
        (open, openName) = (next, name);
        return next;
    }

    private sealed record Piece(long Start, long End, long Source, IReadOnlyList<SegmentPlace> Segments);
}

/// <summary>A file of a recording.</summary>
/// <param name="File">Its name.</param>
/// <param name="StartSample">Place of its first sample in the recording.</param>
/// <param name="Samples">Its length.</param>
internal readonly record struct SegmentPlace(string File, long StartSample, long Samples);
