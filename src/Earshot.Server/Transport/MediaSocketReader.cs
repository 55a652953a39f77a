using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Earshot.Server.Transport;

/// <summary>The one thread that reads all media sockets by the clock: every socket is looked at each <see cref="TransportOptions.ArrivalResolution"/> and read each
/// <see cref="TransportOptions.ReadInterval"/>. Waking up once for all of them is what makes a frame cheap. It sleeps while there is no socket.</summary>
internal sealed partial class MediaSocketReader : IDisposable
{
    /// <summary>How soon a send is tried again when the client does not read.</summary>
    public static readonly TimeSpan SendRetry = TimeSpan.FromMilliseconds(20);

    private const int BufferSize = 256 << 10;
    private static readonly TimeSpan FirstBytesTick = TimeSpan.FromMilliseconds(2);

    private readonly ILogger<MediaSocketReader> log;
    private readonly Thread thread;
    private readonly AutoResetEvent wake = new(false);
    private readonly Lock gate = new();
    private readonly List<PolledConnection> connections = [];
    private readonly List<UndecidedSocket> undecided = [];
    private PolledConnection[] arrivals = [];
    private UndecidedSocket[] newcomers = [];
    private volatile bool stopped;

    public MediaSocketReader(TransportOptions options, TimeProvider time, ILogger<MediaSocketReader> log)
    {
        (Time, this.log) = (time, log);
        (ResolutionTicks, ReadIntervalTicks) = (Ticks(options.ArrivalResolution), Ticks(options.ReadInterval));
        thread = new Thread(Run) { Name = "earshot-reader", IsBackground = true };
        thread.Start();
    }

    public TimeProvider Time { get; }

    public long Now => Time.GetTimestamp();

    /// <summary>From one look at a socket to the next, in ticks of <see cref="Time"/>.</summary>
    public long ResolutionTicks { get; }

    /// <summary>From one reading of a socket to the next, in ticks of <see cref="Time"/>.</summary>
    public long ReadIntervalTicks { get; }

    /// <summary>Waits for a socket's first bytes to tell whose it is.</summary>
    public void Add(UndecidedSocket socket)
    {
        lock (gate) newcomers = [.. newcomers, socket];
        wake.Set();
    }

    /// <summary>Reads the connection from now on.</summary>
    public void Add(PolledConnection connection)
    {
        lock (gate) arrivals = [.. arrivals, connection];
        wake.Set();
    }

    /// <summary>Looks at all sockets now.</summary>
    public void Wake() => wake.Set();

    public void Dispose()
    {
        stopped = true;
        wake.Set();
        thread.Join();
        wake.Dispose();
    }

    private void Run()
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
        long due = Now;
        while (!stopped)
        {
            if (connections.Count == 0 && undecided.Count == 0) wake.WaitOne();
            else wake.WaitOne(Until(due));
            TakeNewcomers();
            long now = Now;
            for (int i = undecided.Count - 1; i >= 0; i--)
                if (undecided[i].Decide(now)) undecided.RemoveAt(i);
            bool tick = now >= due;
            if (tick) due = Math.Max(due + ResolutionTicks, now);
            for (int i = connections.Count - 1; i >= 0; i--)
                if ((tick || !connections[i].CanWait) && !VisitSafely(connections[i], buffer, now)) RemoveAt(i);
        }
    }

    private TimeSpan Until(long due)
    {
        TimeSpan wait = Time.GetElapsedTime(Now, due);
        if (wait < TimeSpan.Zero) wait = TimeSpan.Zero;
        return undecided.Count > 0 && wait > FirstBytesTick ? FirstBytesTick : wait;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * Time.TimestampFrequency);

    private bool VisitSafely(PolledConnection connection, byte[] buffer, long now)
    {
        try
        {
            return connection.Visit(buffer, now);
        }
        catch (Exception e)
        {
            Log.VisitFailed(log, e);
            connection.Abort(new Microsoft.AspNetCore.Connections.ConnectionAbortedException("reading failed", e));
            connection.Visit(buffer, now);
            return false;
        }
    }

    private void RemoveAt(int index)
    {
        connections[index] = connections[^1];
        connections.RemoveAt(connections.Count - 1);
    }

    private void TakeNewcomers()
    {
        lock (gate)
        {
            undecided.AddRange(newcomers);
            connections.AddRange(arrivals);
            newcomers = [];
            arrivals = [];
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 6001, Level = LogLevel.Error, Message = "A media socket failed and was closed; the others go on")]
        public static partial void VisitFailed(ILogger logger, Exception error);
    }
}

/// <summary>An accepted socket that has not said yet what it wants.</summary>
/// <param name="socket">The socket; made non-blocking here.</param>
/// <param name="since">When it was accepted.</param>
/// <param name="time">The clock.</param>
/// <param name="decided">Told once: true when the first bytes ask for the media stream.</param>
internal sealed class UndecidedSocket(Socket socket, long since, TimeProvider time, Action<Socket, bool> decided)
{
    /// <summary>One that stays silent for longer goes the ordinary way.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private static ReadOnlySpan<byte> MediaRequest => "GET /twilio/media"u8;

    /// <summary>Looks at the first bytes without taking them. True when it is decided.</summary>
    public bool Decide(long now)
    {
        Span<byte> head = stackalloc byte[MediaRequest.Length];
        int count;
        try
        {
            count = socket.Receive(head, SocketFlags.Peek, out SocketError error);
            if (error == SocketError.WouldBlock) count = 0;
            else if (error != SocketError.Success || count == 0) count = -1;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            count = -1;
        }
        if (count == MediaRequest.Length && head.SequenceEqual(MediaRequest)) decided(socket, true);
        else if (count < 0 || time.GetElapsedTime(since, now) > Patience || !head[..count].SequenceEqual(MediaRequest[..count])) decided(socket, false);
        else return false;
        return true;
    }
}
