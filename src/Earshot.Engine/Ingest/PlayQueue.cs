namespace Earshot.Engine.Ingest;

/// <summary>A mark that playing has passed, or that a <c>clear</c> dropped.</summary>
/// <param name="AtMs">The place on the line where what stood before it ended, by the model.</param>
/// <param name="Heard">False when it was dropped.</param>
/// <param name="RoundTripMs">The round trip that the model counted for that place.</param>
internal readonly record struct PassedMark(double AtMs, bool Heard, double RoundTripMs);

/// <summary>What was sent to the line and has not been played: audio, marks and clears in their order, each with its place on the line's clock.</summary>
internal sealed class PlayQueue
{
    /// <summary>Half an hour at 8 kHz.</summary>
    private const int MostBytes = 16 << 20;

    private const int MostMarks = 1000;
    private const double FrameMs = 20;

    private readonly LinkedList<Item> items = new();
    private readonly Dictionary<string, Queue<PassedMark>> passed = new(StringComparer.Ordinal);
    private byte[] bytes = [];
    private int start;
    private int length;
    private int passedCount;
    private int clears;
    private double lastEndMs = double.NegativeInfinity;
    private double countedTripMs;

    /// <summary>Audio that waits.</summary>
    public long QueuedBytes => length;

    /// <summary>The last mark that was passed and heard.</summary>
    public string LastPassed { get; private set; } = "";

    /// <summary>Adds audio that reached the line at this place. False when too much waits.</summary>
    public bool TryAdd(ReadOnlySpan<byte> audio, double atMs, long sentUs)
    {
        if (audio.Length > MostBytes - length) return false;
        if (start + length + audio.Length > bytes.Length) MakeRoom(audio.Length);
        audio.CopyTo(bytes.AsSpan(start + length));
        length += audio.Length;
        items.AddLast(new Item(ItemKind.Audio, audio.Length, atMs, sentUs, ""));
        return true;
    }

    public void AddMark(string name, double atMs)
    {
        if (items.Count < MostBytes / 160 && passedCount < MostMarks) items.AddLast(new Item(ItemKind.Mark, 0, atMs, 0, name));
    }

    public void AddClear(double atMs)
    {
        items.AddLast(new Item(ItemKind.Clear, 0, atMs, 0, ""));
        clears++;
    }

    /// <summary>Drops what stands before a <c>clear</c> that has reached the line by this place; gives the bytes of audio that were dropped.</summary>
    public long ApplyClear(double lineMs, double tripMs)
    {
        if (clears == 0) return 0;
        LinkedListNode<Item>? last = null;
        for (LinkedListNode<Item>? node = items.First; node is not null; node = node.Next)
            if (node.Value.Kind == ItemKind.Clear && node.Value.AtMs + tripMs <= lineMs) last = node;
        long dropped = 0;
        while (last is not null)
        {
            Item item = items.First!.Value;
            bool isLast = items.First == last;
            items.RemoveFirst();
            if (item.Kind == ItemKind.Mark) Pass(item.Name, new PassedMark(lineMs, Heard: false, 0));
            if (item.Kind == ItemKind.Clear) clears--;
            dropped += item.Bytes;
            start += item.Bytes;
            length -= item.Bytes;
            if (isLast) break;
        }
        return dropped;
    }

    /// <summary>Takes what plays in the line's frame that begins here: all that has reached the line by then. Gives its bytes; fewer than the frame holds when no more is there.</summary>
    public int Take(Span<byte> frame, double lineMs, double tripMs, out long sentUs)
    {
        int filled = 0;
        sentUs = 0;
        while (items.First is { } node && node.Value.Kind != ItemKind.Clear && node.Value.AtMs + tripMs <= lineMs)
        {
            Item item = node.Value;
            if (item.Kind == ItemKind.Mark)
            {
                items.RemoveFirst();
                if (filled == 0 && item.AtMs > lastEndMs) Pass(item.Name, new PassedMark(item.AtMs + FrameMs, Heard: true, 0)); // The line was silent: it came back with the next frame at the latest.
                else Pass(item.Name, new PassedMark(filled > 0 ? lineMs + FrameMs * filled / frame.Length : lastEndMs, Heard: true, countedTripMs));
                continue;
            }
            if (filled == frame.Length) break;
            int count = Math.Min(item.Bytes, frame.Length - filled);
            if (filled == 0)
            {
                sentUs = item.SentUs;
                if (lineMs > lastEndMs + 0.5) countedTripMs = tripMs; // The line was silent: this audio's place rests on the round trip of now.
            }
            bytes.AsSpan(start, count).CopyTo(frame[filled..]);
            (start, length, filled) = (start + count, length - count, filled + count);
            if (count == item.Bytes) items.RemoveFirst();
            else node.Value = item with { Bytes = item.Bytes - count };
        }
        if (filled > 0) lastEndMs = lineMs + FrameMs * filled / frame.Length;
        return filled;
    }

    /// <summary>Takes the oldest mark of this name that was passed; false when none was yet.</summary>
    public bool TryTakePassed(string name, out PassedMark mark)
    {
        mark = default;
        if (!passed.TryGetValue(name, out Queue<PassedMark>? marks)) return false;
        mark = marks.Dequeue();
        passedCount--;
        if (marks.Count == 0) passed.Remove(name);
        return true;
    }

    /// <summary>True when the next mark of this name still waits and a <c>clear</c> stands behind it.</summary>
    public bool IsCleared(string name)
    {
        if (clears == 0) return false;
        LinkedListNode<Item>? node = items.First;
        while (node is not null && !(node.Value.Kind == ItemKind.Mark && node.Value.Name == name)) node = node.Next;
        while (node is not null && node.Value.Kind != ItemKind.Clear) node = node.Next;
        return node is not null;
    }

    public void DropAll()
    {
        items.Clear();
        clears = 0;
        bytes = [];
        start = length = 0;
    }

    private void Pass(string name, PassedMark mark)
    {
        if (mark.Heard) LastPassed = name;
        if (!passed.TryGetValue(name, out Queue<PassedMark>? marks)) passed[name] = marks = new Queue<PassedMark>();
        marks.Enqueue(mark);
        passedCount++;
    }

    private void MakeRoom(int more)
    {
        byte[] target = length + more <= bytes.Length ? bytes : new byte[Math.Max(4096, (length + more) * 2)];
        bytes.AsSpan(start, length).CopyTo(target);
        (bytes, start) = (target, 0);
    }

    private enum ItemKind { Audio, Mark, Clear }

    private readonly record struct Item(ItemKind Kind, int Bytes, double AtMs, long SentUs, string Name);
}
