using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using Earshot.Engine.MediaStreams;
using Earshot.Server.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Earshot.Server.Taps;

/// <summary>The tap's socket to the bot. Messages go out in the order in which they were given, at once where the bot reads; what it does not read waits here, up to a limit.</summary>
internal sealed class BotSocket : IDisposable
{
    /// <summary>A bot that has not taken a message for so long is given up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const int LongestBacklog = 8 << 20;
    private const int LongestMessage = 4 << 20;
    private const int FirstBuffer = 16 << 10;
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(2);

    private static readonly HashSet<string> NotPassedOn = new(StringComparer.OrdinalIgnoreCase)
    {
        HeaderNames.Host, HeaderNames.Connection, HeaderNames.Upgrade, HeaderNames.ContentLength, HeaderNames.TransferEncoding, HeaderNames.KeepAlive, HeaderNames.TE, HeaderNames.Trailer,
        HeaderNames.ProxyConnection, HeaderNames.SecWebSocketKey, HeaderNames.SecWebSocketVersion, HeaderNames.SecWebSocketExtensions, HeaderNames.SecWebSocketProtocol, HeaderNames.SecWebSocketAccept,
    };

    private readonly Lock gate = new();
    private readonly ClientWebSocket socket = new();
    private readonly TimeProvider time;
    private readonly Action<TimeSpan, int> onHandedOn;
    private readonly Queue<(byte[] Bytes, int Length, bool IsText, long Ticks)> waiting = new();
    private readonly TaskCompletionSource<BotEnd> over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Uri url;
    private Task sending;
    private bool busy = true;
    private long waitingBytes;
    private long busySinceTicks;

    public BotSocket(BotOptions options, HttpRequest request, TimeProvider time, Action<TimeSpan, int> onHandedOn)
    {
        (this.time, this.onHandedOn) = (time, onHandedOn);
        url = UrlOf(options, request);
        SetHeaders(options, request);
        busySinceTicks = time.GetTimestamp();
        sending = Task.CompletedTask;
    }

    /// <summary>Completes when the bot's socket is over, whoever ended it.</summary>
    public Task<BotEnd> Over => over.Task;

    /// <summary>Opens the socket, sends what waits, and reads until the end. <paramref name="onMessage"/> hears each whole message; false when it could not be handed on.</summary>
    public async Task RunAsync(Func<ReadOnlyMemory<byte>, bool, long, bool> onMessage, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            await ConnectAsync(cancellation);
            lock (gate) sending = SendWaiting();
            int filled = 0;
            while (true)
            {
                if (filled == buffer.Length) Grow(ref buffer);
                ValueWebSocketReceiveResult part = await socket.ReceiveAsync(buffer.AsMemory(filled), cancellation);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    End((int?)socket.CloseStatus ?? WebSocketClose.NoStatus, socket.CloseStatusDescription ?? "", failed: false);
                    return;
                }
                filled += part.Count;
                if (filled > LongestMessage)
                {
                    End(WebSocketClose.TooBig, $"the bot sent a message of more than {LongestMessage} bytes", failed: true);
                    return;
                }
                if (!part.EndOfMessage) continue;
                if (!onMessage(buffer.AsMemory(0, filled), part.MessageType == WebSocketMessageType.Text, time.GetTimestamp()))
                {
                    End(WebSocketClose.InternalError, $"the carrier did not read for {Patience.TotalSeconds:0} s", failed: true);
                    return;
                }
                filled = 0;
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            End(WebSocketClose.InternalError, Words(e), failed: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Gives a message that came at this time. Never blocks.</summary>
    public void Send(ReadOnlySpan<byte> message, bool isText, long ticks)
    {
        bool tooSlow;
        lock (gate)
        {
            if (over.Task.IsCompleted) return;
            tooSlow = busy && (waitingBytes + message.Length > LongestBacklog || time.GetElapsedTime(busySinceTicks) > Patience);
            if (!tooSlow)
            {
                byte[] copy = ArrayPool<byte>.Shared.Rent(Math.Max(1, message.Length));
                message.CopyTo(copy);
                waiting.Enqueue((copy, message.Length, isText, ticks));
                waitingBytes += message.Length;
                if (!busy)
                {
                    busy = true;
                    sending = SendWaiting(); // Up to the first wait on this thread: the socket's own buffer takes the bytes.
                }
            }
        }
        if (tooSlow) End(WebSocketClose.InternalError, $"the bot did not read for {Patience.TotalSeconds:0} s, or left more than {LongestBacklog >> 20} MiB unread", failed: true);
    }

    /// <summary>Closes as the carrier did, behind what waits, and waits a moment for the bot to agree.</summary>
    public async Task CloseAsync(int code, string reason)
    {
        using var limit = new CancellationTokenSource(CloseTime, time);
        try
        {
            await sending.WaitAsync(limit.Token);
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync((WebSocketCloseStatus)code, code == WebSocketClose.NoStatus ? null : reason, limit.Token);
            await over.Task.WaitAsync(limit.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException or ArgumentException)
        {
            socket.Abort();
        }
    }

    /// <summary>Breaks the connection, as the carrier's broke.</summary>
    public void Abort() => socket.Abort();

    public void Dispose() => socket.Dispose();

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            await socket.ConnectAsync(url, either.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            int status = (int)socket.HttpStatusCode;
            throw new IOException(status is not (0 or 101) ? $"the bot answered the handshake with {status}"
                : limit.IsCancellationRequested ? $"the bot did not answer within {Patience.TotalSeconds:0} s"
                : $"the bot cannot be reached: {e.GetBaseException().Message}");
        }
    }

    private async Task SendWaiting()
    {
        try
        {
            while (true)
            {
                (byte[] Bytes, int Length, bool IsText, long Ticks) next;
                lock (gate)
                {
                    if (!waiting.TryDequeue(out next))
                    {
                        busy = false;
                        return;
                    }
                    waitingBytes -= next.Length;
                    busySinceTicks = time.GetTimestamp();
                }
                await socket.SendAsync(next.Bytes.AsMemory(0, next.Length), next.IsText ? WebSocketMessageType.Text : WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
                ArrayPool<byte>.Shared.Return(next.Bytes);
                onHandedOn(time.GetElapsedTime(next.Ticks), 1);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The reading side ends it, and knows why.
        }
    }

    private void End(int code, string reason, bool failed)
    {
        if (over.TrySetResult(new BotEnd(code, reason, failed, time.GetUtcNow())) && failed) socket.Abort();
    }

    private static string Words(Exception e) => e is IOException ? e.Message
        : e is WebSocketException { WebSocketErrorCode: WebSocketError.ConnectionClosedPrematurely } ? "the bot broke the connection without a close"
        : $"the bot's connection broke: {e.GetBaseException().Message}";

    private static void Grow(ref byte[] buffer)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    private static Uri UrlOf(BotOptions options, HttpRequest request)
    {
        var address = new UriBuilder(options.Url) { UserName = "", Password = "" };
        if (request.QueryString.HasValue) address.Query = address.Query.Length > 1 ? $"{address.Query}&{request.QueryString.Value![1..]}" : request.QueryString.Value;
        return address.Uri;
    }

    private void SetHeaders(BotOptions options, HttpRequest request)
    {
        socket.Options.DangerousDeflateOptions = null;
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        socket.Options.CollectHttpResponseDetails = true;
        bool signs = options.AuthToken.Length > 0;
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues value) in request.Headers)
            if (!NotPassedOn.Contains(name) && !(signs && name.Equals(CarrierSignature.HeaderName, StringComparison.OrdinalIgnoreCase))) socket.Options.SetRequestHeader(name, value.ToString());
        if (signs) socket.Options.SetRequestHeader(CarrierSignature.HeaderName, CarrierSignature.Compute(options.AuthToken, CarrierUrl.Signed(url.ToString()), CarrierSignature.NoForm));
        string user = new UriBuilder(options.Url) is { UserName.Length: > 0 } own ? $"{Uri.UnescapeDataString(own.UserName)}:{Uri.UnescapeDataString(own.Password)}" : "";
        if (user.Length > 0) socket.Options.SetRequestHeader(HeaderNames.Authorization, "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));
    }
}
