using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Earshot.Engine.Calls;

namespace Earshot.Engine.Recording;

/// <summary>What a stream gathered since its last write: journal lines, and for each track its samples.</summary>
internal sealed class RecordingBatch
{
    /// <summary>A batch that grew beyond this while a disk was slow gives its memory back.</summary>
    private const int LargestKept = 64 << 10;

    private static readonly ConcurrentBag<RecordingBatch> Spare = [];

    private readonly PooledBytes journal = new();
    private readonly TrackPart?[] tracks = new TrackPart?[TrackNames.Count];

    /// <summary>A batch that is always empty and never filled.</summary>
    public static RecordingBatch Nothing { get; } = new();

    public PooledBytes Journal => journal;

    /// <summary>Messages whose lines did not fit.</summary>
    public long JournalDropped { get; set; }

    /// <summary>Messages whose lines wait here or did not fit.</summary>
    public long JournalMessages => journal.Span.Count((byte)'\n') + JournalDropped;

    public bool IsEmpty => journal.Length == 0 && JournalDropped == 0 && Array.TrueForAll(tracks, t => t is null or { IsEmpty: true });

    /// <summary>An empty batch. A stream holds one while it gathers; only a stream that is being written has a second.</summary>
    public static RecordingBatch Rent() => Spare.TryTake(out RecordingBatch? spare) ? spare : new RecordingBatch();

    /// <summary>Gives a batch back, empty or not.</summary>
    public static void Return(RecordingBatch batch)
    {
        if (batch == Nothing) return;
        batch.Clear();
        Spare.Add(batch);
    }

    public TrackPart Part(Track track) => tracks[(int)track] ??= new TrackPart();

    public TrackPart? PartOrNull(Track track) => tracks[(int)track];

    private void Clear()
    {
        journal.Clear(LargestKept);
        JournalDropped = 0;
        foreach (TrackPart? part in tracks) part?.Clear(LargestKept);
    }
}

/// <summary>A track's share of a batch.</summary>
internal sealed class TrackPart
{
    /// <summary>Place of the first sample in the recording (samples at 16 kHz).</summary>
    public long StartSample { get; set; }

    /// <summary>16-bit little-endian samples at 16 kHz.</summary>
    public PooledBytes Pcm { get; } = new();

    /// <summary>Samples that did not fit.</summary>
    public long DroppedSamples { get; set; }

    public bool IsEmpty => Pcm.Length == 0 && DroppedSamples == 0;

    public void Clear(int largestKept = int.MaxValue)
    {
        Pcm.Clear(largestKept);
        DroppedSamples = 0;
    }
}

/// <summary>A growing run of bytes in a pooled array.</summary>
internal sealed class PooledBytes
{
    /// <summary>A flush interval of one track's samples, or of its messages, fits.</summary>
    private const int FirstSize = 8192;

    private byte[] bytes = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => bytes.AsSpan(0, Length);

    /// <summary>Room for <paramref name="count"/> bytes at the end; they belong to the run after <see cref="Advance"/>.</summary>
    public Span<byte> Reserve(int count)
    {
        if (bytes.Length - Length < count) Grow(count);
        return bytes.AsSpan(Length, count);
    }

    /// <summary>As <see cref="Reserve"/>, in samples.</summary>
    public Span<short> ReserveSamples(int count) => MemoryMarshal.Cast<byte, short>(Reserve(count * sizeof(short)));

    public void Advance(int count) => Length += count;

    public void Append(ReadOnlySpan<byte> source)
    {
        source.CopyTo(Reserve(source.Length));
        Length += source.Length;
    }

    /// <summary>Empties the run; memory beyond <paramref name="largestKept"/> bytes goes back to the pool.</summary>
    public void Clear(int largestKept = int.MaxValue)
    {
        Length = 0;
        if (bytes.Length > largestKept) Release();
    }

    public void Release()
    {
        if (bytes.Length > 0) ArrayPool<byte>.Shared.Return(bytes);
        bytes = [];
        Length = 0;
    }

    private void Grow(int count)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstSize, Length + count));
        Span.CopyTo(larger);
        if (bytes.Length > 0) ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
    }
}
