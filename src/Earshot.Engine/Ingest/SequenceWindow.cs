namespace Earshot.Engine.Ingest;

/// <summary>Which of a stream's last <see cref="Size"/> sequence numbers came. All tracks and events of a stream share one count.</summary>
internal sealed class SequenceWindow
{
    public const int Size = 1024;

    private readonly long[] seen = new long[Size / 64];

    /// <summary>The number that came first (that of <c>start</c>); -1 before it.</summary>
    public long First { get; private set; } = -1;

    /// <summary>The highest number so far; -1 before the first.</summary>
    public long Highest { get; private set; } = -1;

    /// <summary>Takes a number. False when it came before.</summary>
    public bool Add(long sequence)
    {
        if (sequence < 0) return true;
        if (Highest < 0)
        {
            First = Highest = sequence;
        }
        else if (sequence > Highest)
        {
            long steps = Math.Min(sequence - Highest, Size);
            for (long s = sequence - steps + 1; s <= sequence; s++) Set(s, false);
            Highest = sequence;
        }
        else if (sequence <= Highest - Size)
        {
            return true; // Too long ago to know.
        }
        else if (Get(sequence))
        {
            return false;
        }
        Set(sequence, true);
        return true;
    }

    /// <summary>True when some number between the two, both excluded, has not come.</summary>
    public bool IsAnyMissing(long after, long before)
    {
        if (after < 0 || before < 0) return false;
        for (long s = Math.Max(Math.Max(after + 1, First), Highest - Size + 1); s < before; s++)
            if (s > Highest || !Get(s)) return true;
        return false;
    }

    private bool Get(long sequence) => (seen[(int)(sequence & (Size - 1)) >> 6] >> (int)(sequence & 63) & 1) != 0;

    private void Set(long sequence, bool value)
    {
        ref long word = ref seen[(int)(sequence & (Size - 1)) >> 6];
        long bit = 1L << (int)(sequence & 63);
        word = value ? word | bit : word & ~bit;
    }
}
