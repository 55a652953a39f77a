using System.Runtime.CompilerServices;

namespace Earshot.Server.Sockets;

/// <summary>When which bytes of a connection had arrived, so that a message read later still has its time. Lies in its owner: a look at a socket touches no further object.</summary>
internal struct ArrivalMarks
{
    private const int Capacity = 16;

    private Ring marks;
    private int first;
    private int count;

    /// <summary>By this moment so many bytes of the connection had come in all. Only growth is a mark.</summary>
    public void Add(long totalBytes, long ticks)
    {
        ref (long Bytes, long Ticks) last = ref marks[(first + count + Capacity - 1) % Capacity];
        if (count > 0 && last.Bytes >= totalBytes) return;
        if (count == Capacity) last.Bytes = totalBytes; // Full: the newest mark stretches; its bytes are stamped early by less than the read interval.
        else marks[(first + count++) % Capacity] = (totalBytes, ticks);
    }

    /// <summary>When the byte before this total had come; marks before it are forgotten.</summary>
    public long ArrivalOf(long totalBytes, long fallbackTicks)
    {
        while (count > 0 && marks[first].Bytes < totalBytes)
        {
            first = (first + 1) % Capacity;
            count--;
        }
        return count > 0 ? marks[first].Ticks : fallbackTicks;
    }

    [InlineArray(Capacity)]
    private struct Ring
    {
        private (long Bytes, long Ticks) mark;
    }
}
