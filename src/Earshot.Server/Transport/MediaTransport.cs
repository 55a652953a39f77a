using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Earshot.Server.Transport;

/// <summary>Accepts Kestrel's connections. Those whose first bytes ask for the media stream are read by the clock, all others take Kestrel's own transport unchanged.</summary>
internal sealed class MediaTransport(MediaSocketReader reader, IOptions<SocketTransportOptions> socketOptions, ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket socket;
        try
        {
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(e.Message, e); // What the web server knows how to say.
        }
        socket.Listen(socketOptions.Value.Backlog);
        return ValueTask.FromResult<IConnectionListener>(new Listener(socket, reader, socketOptions.Value, loggers));
    }

    private sealed class Listener : IConnectionListener
    {
        private readonly Socket listening;
        private readonly MediaSocketReader reader;
        private readonly SocketConnectionContextFactory ordinary;
        private readonly Channel<ConnectionContext> ready = Channel.CreateUnbounded<ConnectionContext>(new UnboundedChannelOptions { SingleReader = true });
        private readonly CancellationTokenSource unbound = new();
        private readonly bool noDelay;
        private readonly Task accepting;

        public Listener(Socket listening, MediaSocketReader reader, SocketTransportOptions options, ILoggerFactory loggers)
        {
            (this.listening, this.reader, noDelay) = (listening, reader, options.NoDelay);
            EndPoint = listening.LocalEndPoint!;
            ordinary = new SocketConnectionContextFactory(OptionsOf(options), loggers.CreateLogger("Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets"));
            accepting = AcceptLoop();
        }

        public EndPoint EndPoint { get; }

        private static SocketConnectionFactoryOptions OptionsOf(SocketTransportOptions options) => new()
        {
            IOQueueCount = options.IOQueueCount,
            WaitForDataBeforeAllocatingBuffer = options.WaitForDataBeforeAllocatingBuffer,
            MaxReadBufferSize = options.MaxReadBufferSize,
            MaxWriteBufferSize = options.MaxWriteBufferSize,
            UnsafePreferInlineScheduling = options.UnsafePreferInlineScheduling,
        };

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await ready.Reader.WaitToReadAsync(cancellationToken))
                if (ready.Reader.TryRead(out ConnectionContext? connection)) return connection;
            return null;
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            await unbound.CancelAsync();
            listening.Dispose();
            await accepting;
            ready.Writer.TryComplete();
        }

        public async ValueTask DisposeAsync()
        {
            await UnbindAsync();
            ordinary.Dispose();
            unbound.Dispose();
        }

        private async Task AcceptLoop()
        {
            while (!unbound.IsCancellationRequested)
            {
                try
                {
                    Socket socket = await listening.AcceptAsync(unbound.Token);
                    socket.Blocking = false;
                    if (noDelay && socket.LocalEndPoint is IPEndPoint) socket.NoDelay = true;
                    reader.Add(new UndecidedSocket(socket, reader.Now, reader.Time, Decided));
                }
                catch (SocketException)
                {
                    // A client that was gone before it was accepted; or no descriptors are left, and the pause lets some come back.
                    await Task.Delay(MediaSocketReader.SendRetry, reader.Time);
                }
                catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
                {
                    return;
                }
            }
        }

        private void Decided(Socket socket, bool isMedia)
        {
            try
            {
                ConnectionContext connection;
                if (isMedia)
                {
                    var polled = new PolledConnection(socket, reader);
                    connection = polled;
                    reader.Add(polled);
                }
                else
                {
                    connection = ordinary.Create(socket);
                }
                if (!ready.Writer.TryWrite(connection)) _ = connection.DisposeAsync().AsTask();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                socket.Dispose(); // Gone before its first byte.
            }
        }
    }
}
