using System.Buffers;
using Earshot.Engine.Calls;

namespace Earshot.Server.Sockets;

/// <summary>The ordinary path: reads a connection as its bytes come, for TLS in this process and for hosts with another transport.</summary>
internal static class StreamPump
{
    private const int ReadSize = 4096;

    /// <summary>Reads until the session or the connection is over.</summary>
    public static async Task RunAsync(Stream stream, MediaSocket media, TimeProvider time, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        try
        {
            while (true)
            {
                if (buffer.Length - media.Frames.RestLength < ReadSize / 2) Grow(ref buffer, media.Frames.RestLength * 2);
                int kept = media.Frames.TakeRest(buffer);
                int received = await stream.ReadAsync(buffer.AsMemory(kept), cancellation);
                if (!media.OnBytes(buffer.AsSpan(0, kept + received), received, time.GetTimestamp())) return;
                if (received == 0)
                {
                    media.Session.End(EndReason.SocketLost);
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            media.Session.End(EndReason.SocketLost);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Grow(ref byte[] buffer, int size)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = ArrayPool<byte>.Shared.Rent(size);
    }
}
