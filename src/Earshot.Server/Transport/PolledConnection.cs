using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Earshot.Server.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Earshot.Server.Transport;

/// <summary>Lets the stream's endpoint take a connection's socket over from HTTP after the upgrade.</summary>
internal interface IMediaHandover
{
    /// <summary>Ends what HTTP still gets of the connection's input: reading it then gives what had come early, and the end.</summary>
    Task StopHttpInputAsync();

    /// <summary>From now on every byte goes to the media socket, read by the clock. Completes when the connection's input is over, or soon after the cancellation.</summary>
    Task RunAsync(MediaSocket media, CancellationToken cancellation);
}

/// <summary>A plain-TCP connection that Earshot reads itself: first for HTTP, through pipes, then for its media socket, without any hop.</summary>
internal sealed class PolledConnection : DefaultConnectionContext, IMediaHandover, IConnectionSocketFeature
{
    private const int HttpReadSize = 4096;

    /// <summary>An unread backlog of this size is read at once: the carrier discards audio on a congested socket.</summary>
    private const int LargeBacklog = 16 << 10;

    private const int MostReadsInARow = 4;

    /// <summary>More looks than this are not told apart.</summary>
    private const int MostLooksMissed = 12;

    private static long lastId;

    private readonly MediaSocketReader reader;
    private readonly Pipe input = new(new PipeOptions(useSynchronizationContext: false));
    private readonly Pipe output = new(new PipeOptions(useSynchronizationContext: false));
    private readonly SocketBacklog backlog;
    private readonly Task sending;
    private readonly TaskCompletionSource httpStopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource mediaOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource closed = new();
    private Task<FlushResult>? blockedFlush;
    private volatile bool stopHttp;
    private volatile MediaSocket? media;
    private volatile bool stopMedia;
    private volatile bool disposed;
    private long lastReadTicks;
    private long lastLookTicks;
    private int lastAvailable;

    public PolledConnection(Socket socket, MediaSocketReader reader)
        : base($"earshot-{Interlocked.Increment(ref lastId):x}")
    {
        this.reader = reader;
        Socket = socket;
        backlog = new SocketBacklog(socket);
        Transport = new DuplexPipe(input.Reader, output.Writer);
        Application = new DuplexPipe(output.Reader, input.Writer);
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionClosed = closed.Token;
        Features.Set<IMediaHandover>(this);
        Features.Set<IConnectionSocketFeature>(this);
        sending = SendLoop();
    }

    public Socket Socket { get; }

    public async Task StopHttpInputAsync()
    {
        stopHttp = true;
        reader.Wake();
        await httpStopped.Task;
    }

    /// <summary>True when it is enough to look with the clock: a media socket that is alive.</summary>
    public bool CanWait => media is not null && !disposed && !stopMedia;

    public async Task RunAsync(MediaSocket media, CancellationToken cancellation)
    {
        lastReadTicks = lastLookTicks = reader.Now;
        this.media = media;
        using CancellationTokenRegistration stop = cancellation.UnsafeRegister(static c => ((PolledConnection)c!).StopMedia(), this);
        await mediaOver.Task;
    }

    private void StopMedia()
    {
        stopMedia = true;
        reader.Wake();
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        disposed = true;
        output.Reader.CancelPendingRead();
        reader.Wake();
    }

    public override async ValueTask DisposeAsync()
    {
        disposed = true;
        await output.Writer.CompleteAsync();
        await sending;
        reader.Wake();
        Over();
        Shutdown();
        Socket.Dispose();
        closed.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>One look at the socket, on the reader's thread. False when it need not be looked at again.</summary>
    public bool Visit(Span<byte> buffer, long nowTicks)
    {
        if (disposed)
        {
            Over();
            return false;
        }
        if (stopMedia)
        {
            mediaOver.TrySetResult();
            return false;
        }
        try
        {
            return media is { } socket ? VisitMedia(socket, buffer, nowTicks) : VisitHttp();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Over();
            return false;
        }
    }

    private bool VisitMedia(MediaSocket socket, Span<byte> buffer, long nowTicks)
    {
        int available = backlog.Count;
        if (available < 0)
        {
            Over();
            return false;
        }
        if (available > lastAvailable)
        {
            MarkArrivals(socket, available, nowTicks);
            lastAvailable = available;
        }
        lastLookTicks = nowTicks;
        if (available < LargeBacklog && !(socket.IsPrompt && available > 0) && nowTicks - lastReadTicks < reader.ReadIntervalTicks) return true;
        lastReadTicks = nowTicks;
        for (int round = 0; round < MostReadsInARow; round++)
        {
            int kept = socket.Frames.TakeRest(buffer);
            int received = Socket.Receive(buffer[kept..], SocketFlags.None, out SocketError error);
            if (error is not (SocketError.Success or SocketError.WouldBlock) || (error == SocketError.Success && received == 0))
            {
                Over();
                return false;
            }
            if (error == SocketError.WouldBlock) received = 0;
            lastAvailable = Math.Max(0, lastAvailable - received);
            if (!socket.OnBytes(buffer[..(kept + received)], received, nowTicks))
            {
                mediaOver.TrySetResult(); // The carrier has closed; the endpoint closes the connection in order.
                return false;
            }
            if (received < buffer.Length - kept)
            {
                lastAvailable = 0;
                break;
            }
        }
        return true; // A socket that sends faster than this goes on with the next look: the others are not kept waiting.
    }

    /// <summary>Notes when the new bytes came. After a look that was late by our own fault they are spread evenly over the time since the last one, so that it does not read as the carrier's stall.</summary>
    private void MarkArrivals(MediaSocket socket, int available, long nowTicks)
    {
        int looksMissed = (int)Math.Min(MostLooksMissed, (nowTicks - lastLookTicks) / reader.ResolutionTicks);
        for (int i = 1; i < looksMissed; i++)
            socket.MarkArrival(socket.BytesReceived + lastAvailable + (long)(available - lastAvailable) * i / looksMissed, lastLookTicks + (nowTicks - lastLookTicks) * i / looksMissed);
        socket.MarkArrival(socket.BytesReceived + available, nowTicks);
    }

    private bool VisitHttp()
    {
        if (stopHttp)
        {
            if (httpStopped.Task.IsCompleted) return true; // The media socket is about to come.
            input.Writer.Complete();
            httpStopped.TrySetResult();
            return true;
        }
        if (blockedFlush is { IsCompleted: false }) return true;
        blockedFlush = null;
        int received = Socket.Receive(input.Writer.GetSpan(HttpReadSize), SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock) return true;
        if (error != SocketError.Success || received == 0)
        {
            input.Writer.Complete();
            Over();
            return false;
        }
        input.Writer.Advance(received);
        ValueTask<FlushResult> flush = input.Writer.FlushAsync();
        if (!flush.IsCompletedSuccessfully) blockedFlush = flush.AsTask();
        else if (flush.Result.IsCompleted) return stopHttp; // HTTP has finished with this connection.
        return true;
    }

    private void Over()
    {
        httpStopped.TrySetResult();
        if (!mediaOver.TrySetResult()) return;
        ThreadPool.UnsafeQueueUserWorkItem(static c => c.SignalClosed(), this, preferLocal: false);
    }

    private void SignalClosed()
    {
        try { closed.Cancel(); }
        catch (ObjectDisposedException) { }
    }

    private void Shutdown()
    {
        try { Socket.Shutdown(SocketShutdown.Both); }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { }
    }

    /// <summary>Carries what HTTP and the media socket's answers put into the output pipe to the socket, which never blocks.</summary>
    private async Task SendLoop()
    {
        PipeReader from = output.Reader;
        try
        {
            while (true)
            {
                ReadResult read = await from.ReadAsync();
                if (read.IsCanceled) break;
                foreach (ReadOnlyMemory<byte> part in read.Buffer) await SendAll(part);
                from.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            disposed = true; // The reading thread sees it and ends the media socket: only it may.
            reader.Wake();
        }
        finally
        {
            await from.CompleteAsync();
        }
    }

    private async Task SendAll(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int sent = Socket.Send(bytes.Span, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success) bytes = bytes[sent..];
            else if (error == SocketError.WouldBlock && !disposed) await Task.Delay(MediaSocketReader.SendRetry, reader.Time);
            else throw new SocketException((int)error);
        }
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
