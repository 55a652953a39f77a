namespace Earshot.Engine.Transcription;

/// <summary>Hands samples from the reading thread to another: one writes, one reads, neither waits, nothing is allocated once it has gone round. Digital silence of some length, as it stands for lost time, takes no room. What finds no room is dropped and counted.</summary>
internal sealed class ChunkRing(int slots, int chunkSamples)
{
    private readonly short[]?[] chunks = new short[slots][];
    private readonly long[] starts = new long[slots];
    private readonly int[] lengths = new int[slots];
    private long written;
    private long taken;
    private long dropped;
    private long silentTo;
    private long zeros; // In a row, last.
    private int filled;
    private volatile bool ended;

    /// <summary>Samples that found no room.</summary>
    public long Dropped => Volatile.Read(ref dropped);

    /// <summary>What is not among the chunks handed over before it is silence up to here.</summary>
    public long SilentTo => Volatile.Read(ref silentTo);

    /// <summary>True when the writer has ended and all was taken.</summary>
    public bool IsDone => ended && Volatile.Read(ref taken) == Volatile.Read(ref written);

    /// <summary>Takes samples; of the writer alone.</summary>
    public void Write(long start, ReadOnlySpan<short> samples)
    {
        zeros = samples.ContainsAnyExcept((short)0) ? 0 : zeros + samples.Length;
        if (zeros > chunkSamples)
        {
            if (filled > 0) Hand((int)(written % slots));
            Volatile.Write(ref silentTo, start + samples.Length);
            return;
        }
        while (!samples.IsEmpty)
        {
            if (written - Volatile.Read(ref taken) == slots)
            {
                Volatile.Write(ref dropped, dropped + samples.Length);
                return;
            }
            int slot = (int)(written % slots);
            short[] chunk = chunks[slot] ??= new short[chunkSamples];
            if (filled > 0 && starts[slot] + filled != start)
            {
                Hand(slot); // Samples were dropped between: the chunk ends here.
                continue;
            }
            if (filled == 0) starts[slot] = start;
            int count = Math.Min(samples.Length, chunkSamples - filled);
            samples[..count].CopyTo(chunk.AsSpan(filled));
            filled += count;
            start += count;
            samples = samples[count..];
            if (filled == chunkSamples) Hand(slot);
        }
    }

    /// <summary>Hands over what is there; of the writer alone.</summary>
    public void End()
    {
        if (filled > 0) Hand((int)(written % slots));
        ended = true;
    }

    /// <summary>The next chunk, valid until <see cref="Release"/>; of the reader alone.</summary>
    public bool TryPeek(out long start, out ReadOnlySpan<short> samples)
    {
        long at = taken;
        if (at == Volatile.Read(ref written))
        {
            start = 0;
            samples = default;
            return false;
        }
        int slot = (int)(at % slots);
        start = starts[slot];
        samples = chunks[slot].AsSpan(0, lengths[slot]);
        return true;
    }

    public void Release() => Volatile.Write(ref taken, taken + 1);

    private void Hand(int slot)
    {
        lengths[slot] = filled;
        filled = 0;
        Volatile.Write(ref written, written + 1);
    }
}
