using System.Buffers;

namespace Earshot.Server.Sockets;

/// <summary>Reads a browser's socket until it is closed from its side. Without a handler what comes is dropped.</summary>
/// <param name="handler">Hears the messages.</param>
/// <param name="longestMessage">In bytes; a longer one ends the connection (1009).</param>
/// <param name="time">The clock.</param>
internal sealed class ClientInput(IWebSocketHandler? handler, int longestMessage, TimeProvider time) : IWebSocketHandler
{
    private const int ReadSize = 16 << 10;

    private long lastTicks = time.GetTimestamp();
    private bool closed;

    /// <summary>When the client last sent anything.</summary>
    public long LastTicks => Volatile.Read(ref lastTicks);

    public async Task ReadAsync(Stream stream, WebSocketSender sender, CancellationToken cancellation)
    {
        using var frames = new WebSocketFrameReader(longestMessage);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(frames.LongestRest + ReadSize);
        try
        {
            while (!closed)
            {
                int kept = frames.TakeRest(buffer);
                int received = await stream.ReadAsync(buffer.AsMemory(kept), cancellation);
                if (received == 0) return;
                Volatile.Write(ref lastTicks, time.GetTimestamp());
                int error = frames.Read(buffer.AsSpan(0, kept + received), this);
                if (error == 0) continue;
                sender.Close(error, "not the WebSocket protocol");
                return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client is gone.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void OnMessage(ReadOnlySpan<byte> message, bool isText, long consumedBytes) => handler?.OnMessage(message, isText, consumedBytes);

    public void OnControl(WebSocketOpcode opcode, ReadOnlySpan<byte> body)
    {
        closed |= opcode == WebSocketOpcode.Close;
        handler?.OnControl(opcode, body);
    }
}
