using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Earshot.Engine.Ingest;

namespace Earshot.Server.Sockets;

/// <summary>Sends a server's frames in order, from any thread. Never blocks the one who sends: what the connection does not take waits here, up to a limit.</summary>
/// <param name="stream">The connection.</param>
/// <param name="time">The clock.</param>
/// <param name="onHandedOn">Told how many messages went into the connection at once, and how old the oldest of them was.</param>
internal sealed class WebSocketSender(Stream stream, TimeProvider time, Action<TimeSpan, int>? onHandedOn = null) : ICarrierLine
{
    /// <summary>A client that takes nothing for so long is given no more.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The most bytes that wait.</summary>
    public const int LongestBacklog = 8 << 20;

    /// <summary>With so much waiting, pings are no longer answered.</summary>
    private const int LongestBeforePong = 16 << 10;

    /// <summary>A buffer that grew beyond this in a burst is given up after it.</summary>
    private const int LargestKept = 64 << 10;

    private const int LongestHeader = 10;

    private readonly Lock gate = new();
    private ArrayBufferWriter<byte> waiting = new();
    private ArrayBufferWriter<byte> sending = new();
    private Task running = Task.CompletedTask;
    private long busySinceTicks;
    private long oldestTicks;
    private int messages;
    private bool busy;
    private bool closed;

    /// <summary>Completes when all that was given has been handed to the connection.</summary>
    public Task Drained
    {
        get { lock (gate) return running; }
    }

    /// <inheritdoc/>
    public bool TrySend(ReadOnlySpan<byte> message) => TrySend(message, isText: true, time.GetTimestamp());

    /// <summary>As the other, for a message of either kind that came to us at <paramref name="ticks"/>.</summary>
    public bool TrySend(ReadOnlySpan<byte> message, bool isText, long ticks) => Enqueue(isText ? WebSocketOpcode.Text : WebSocketOpcode.Binary, message, LongestBacklog, ticks);

    /// <summary>Asks the client's socket to answer; the body comes back.</summary>
    public void Ping(ReadOnlySpan<byte> body) => Enqueue(WebSocketOpcode.Ping, body, LongestBeforePong);

    public void Pong(ReadOnlySpan<byte> body) => Enqueue(WebSocketOpcode.Pong, body, LongestBeforePong);

    /// <summary>Sends the closing frame once; nothing follows it.</summary>
    public void Close(int code, string reason)
    {
        if (code == WebSocketClose.NoStatus)
        {
            AnswerClose([]);
            return;
        }
        byte[] text = Encoding.UTF8.GetBytes(reason);
        int length = Math.Min(text.Length, 123);
        Span<byte> body = stackalloc byte[2 + length];
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)code);
        text.AsSpan(0, length).CopyTo(body[2..]);
        Enqueue(WebSocketOpcode.Close, body, int.MaxValue);
    }

    /// <summary>Answers the client's closing frame with its own code.</summary>
    public void AnswerClose(ReadOnlySpan<byte> body) => Enqueue(WebSocketOpcode.Close, body[..Math.Min(2, body.Length)], int.MaxValue);

    private bool Enqueue(WebSocketOpcode opcode, ReadOnlySpan<byte> body, int limit, long ticks = 0)
    {
        lock (gate)
        {
            if (closed || waiting.WrittenCount + (long)body.Length > limit) return false;
            bool isClose = opcode == WebSocketOpcode.Close;
            if (!isClose && busy && time.GetElapsedTime(busySinceTicks) > Patience) return false;
            closed = isClose;
            Write(opcode, body);
            if (ticks != 0 && messages++ == 0) oldestTicks = ticks;
            if (!busy)
            {
                busy = true;
                running = Run(); // Up to the first wait on this thread: the connection's own buffer takes the bytes.
            }
            return true;
        }
    }

    private async Task Run()
    {
        while (true)
        {
            long oldest;
            int count;
            lock (gate)
            {
                if (waiting.WrittenCount == 0)
                {
                    busy = false;
                    return;
                }
                (waiting, sending) = (sending, waiting);
                busySinceTicks = time.GetTimestamp();
                (oldest, count, messages) = (oldestTicks, messages, 0);
            }
            try
            {
                await stream.WriteAsync(sending.WrittenMemory);
                await stream.FlushAsync();
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException or ObjectDisposedException)
            {
                lock (gate)
                {
                    closed = true; // The connection is gone; its reader sees it too.
                    busy = false;
                }
                return;
            }
            if (count > 0) onHandedOn?.Invoke(time.GetElapsedTime(oldest), count);
            if (sending.Capacity > LargestKept) sending = new ArrayBufferWriter<byte>();
            else sending.ResetWrittenCount();
        }
    }

    private void Write(WebSocketOpcode opcode, ReadOnlySpan<byte> body)
    {
        Span<byte> frame = waiting.GetSpan(LongestHeader + body.Length);
        frame[0] = (byte)(0x80 | (int)opcode);
        int header = 2;
        if (body.Length < 126)
        {
            frame[1] = (byte)body.Length;
        }
        else if (body.Length <= ushort.MaxValue)
        {
            frame[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)body.Length);
            header = 4;
        }
        else
        {
            frame[1] = 127;
            BinaryPrimitives.WriteUInt64BigEndian(frame[2..], (ulong)body.Length);
            header = 10;
        }
        body.CopyTo(frame[header..]);
        waiting.Advance(header + body.Length);
    }
}
