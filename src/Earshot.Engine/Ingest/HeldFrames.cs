namespace Earshot.Engine.Ingest;

/// <summary>A frame that waits for the one before it.</summary>
internal readonly record struct HeldFrame(double AtMs, double DurationMs, long Sequence, long ArrivalUs, int Slot);

/// <summary>The frames of one track that wait, in the order of their place.</summary>
internal sealed class HeldFrames
{
    private readonly List<HeldFrame> frames = [];
    private readonly List<byte[]> slots = [];
    private readonly List<int> lengths = [];
    private readonly Stack<int> free = new();

    public int Count => frames.Count;

    public HeldFrame First => frames[0];

    /// <summary>How much audio waits; lost time between the frames is not counted.</summary>
    public double WaitingMs { get; private set; }

    public ReadOnlySpan<byte> PayloadOf(HeldFrame frame) => slots[frame.Slot].AsSpan(0, lengths[frame.Slot]);

    public void Add(ReadOnlySpan<byte> payload, double atMs, double durationMs, long sequence, long arrivalUs)
    {
        if (!free.TryPop(out int slot))
        {
            slot = slots.Count;
            slots.Add([]);
            lengths.Add(0);
        }
        if (slots[slot].Length < payload.Length) slots[slot] = new byte[payload.Length];
        payload.CopyTo(slots[slot]);
        lengths[slot] = payload.Length;
        WaitingMs += durationMs;
        int at = frames.Count;
        while (at > 0 && frames[at - 1].AtMs > atMs) at--;
        frames.Insert(at, new HeldFrame(atMs, durationMs, sequence, arrivalUs, slot));
    }

    public void RemoveFirst()
    {
        free.Push(frames[0].Slot);
        WaitingMs = frames.Count == 1 ? 0 : WaitingMs - frames[0].DurationMs;
        frames.RemoveAt(0);
    }
}
