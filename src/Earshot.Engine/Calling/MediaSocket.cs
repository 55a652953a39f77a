using System.Net.WebSockets;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Calling;

/// <summary>The carrier's end of a media socket. A reader runs beside it: only reading shows that the server closed.</summary>
internal sealed class MediaSocket : IAsyncDisposable
{
    /// <summary>The carrier gives a server this long to accept.</summary>
    public static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(10);

    private const int LongestMessage = 16 * 1024 * 1024;
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(5);

    private readonly ClientWebSocket _socket;
    private readonly TimeProvider _time;
    private readonly Task _reading;

    private readonly PlaybackQueue? _playback;

    private MediaSocket(ClientWebSocket socket, TimeProvider time, string url, PlaybackQueue? playback)
    {
        (_socket, _time, Url, _playback) = (socket, time, url, playback);
        _reading = ReadAsync();
    }

    public string Url { get; }

    /// <summary>The server has said goodbye, or its end of the socket broke.</summary>
    public bool ClosedByServer => _reading.IsCompleted;

    public int? CloseCode => (int?)_socket.CloseStatus;

    public string? CloseReason => string.IsNullOrEmpty(_socket.CloseStatusDescription) ? null : _socket.CloseStatusDescription;

    public long MessagesFromServer { get; private set; }

    /// <summary>
    /// Opens a socket: no compression, signed where there is a signature. What the server sends goes to the playback, where there is
    /// one. null and the reason if it cannot be opened.
    /// </summary>
    public static async Task<(MediaSocket? Socket, string Problem)> ConnectAsync(
        string url, string? signature, PlaybackQueue? playback, TimeProvider time, CancellationToken stop)
    {
        var socket = new ClientWebSocket();
        socket.Options.DangerousDeflateOptions = null;
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("User-Agent", "Twilio.TmeWs/1.0 (simulated by Earshot)");
        if (signature is not null)
        {
            socket.Options.SetRequestHeader(CarrierSignature.HeaderName, signature);
        }

        using var limit = new CancellationTokenSource(ConnectTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            await socket.ConnectAsync(new Uri(url), either.Token);
            socket.HttpResponseHeaders = null;
            return (new MediaSocket(socket, time, url, playback), "");
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or UriFormatException or IOException)
        {
            int status = (int)socket.HttpStatusCode;
            socket.Dispose();
            stop.ThrowIfCancellationRequested();
            string why = status is not (0 or 101) ? $"the server answered {status} (error 31920)"
                : limit.IsCancellationRequested ? $"no answer within {ConnectTime.TotalSeconds} s (error 31901)"
                : (error.InnerException ?? error).Message;
            return (null, $"The media socket {url} could not be opened: {why}");
        }
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> message)
        => _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>The closing handshake.</summary>
    /// <returns>false if the server did not answer it.</returns>
    public async Task<bool> CloseAsync()
    {
        using var limit = new CancellationTokenSource(CloseTime, _time);
        try
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", limit.Token);
            await _reading.WaitAsync(limit.Token);
            return CloseCode is not null;
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            return CloseCode is not null;
        }
    }

    /// <summary>Keeps the socket open and says nothing, until the server closes it or the time is up.</summary>
    public async Task StayAsync(TimeSpan time, CancellationToken stop)
    {
        try
        {
            await _reading.WaitAsync(time, _time, stop);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            // The time is up: nobody closed it, so it breaks.
        }
    }

    public void Abort() => _socket.Abort();

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[4096];
        int filled = 0;
        try
        {
            while (true)
            {
                if (filled == buffer.Length)
                {
                    Array.Resize(ref buffer, buffer.Length * 2);
                }

                ValueWebSocketReceiveResult received = await _socket.ReceiveAsync(buffer.AsMemory(filled), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                filled += received.Count;
                if (_playback is null || filled > LongestMessage)
                {
                    filled = 0; // Nobody listens, or it is no message of this protocol.
                }

                if (received.EndOfMessage)
                {
                    MessagesFromServer++;
                    _playback?.Take(buffer.AsSpan(0, filled));
                    filled = 0;
                }
            }
        }
        catch (Exception error) when (error is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Broken or aborted: the end of reading says so.
        }
    }
}
