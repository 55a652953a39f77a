using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;

namespace Earshot.Server.Sockets;

/// <summary>Is given what the carrier sends before anything else is done with it.</summary>
internal interface ICarrierListener
{
    void OnMessage(ReadOnlySpan<byte> message, bool isText, long arrivalTicks);

    /// <summary>The carrier's socket answered a ping.</summary>
    void OnPong(ReadOnlySpan<byte> body, long arrivalTicks);

    /// <summary>The carrier closed, with this body of its closing frame. It is for the listener to answer.</summary>
    void OnClose(ReadOnlySpan<byte> body);
}

/// <summary>One carrier's socket after the handshake: bytes in, messages to the session, answers out. Fed by one thread at a time.</summary>
/// <remarks>The socket is over when the carrier has closed it, not with the session: what still comes is read and dropped, so that the connection ends in order and our closing frame is not lost in a reset.</remarks>
internal sealed class MediaSocket(StreamSession session, WebSocketSender sender, int maxMessageBytes, ICarrierListener? listener = null) : IWebSocketHandler, IDisposable
{
    private bool closed;

    private readonly WebSocketFrameReader frames = new(maxMessageBytes);
    private ArrivalMarks marks;
    private long readTicks;

    public StreamSession Session => session;

    /// <summary>True when someone answers what is said here: the socket is to be read at every look, not gathered.</summary>
    public bool IsPrompt { get; set; }

    /// <summary>Bytes that wait for the rest of their frame, to be put before the next ones.</summary>
    public WebSocketFrameReader Frames => frames;

    /// <summary>Bytes of the connection that have been given so far.</summary>
    public long BytesReceived { get; private set; }

    /// <summary>By this moment so many bytes had arrived, read or not.</summary>
    public void MarkArrival(long totalBytes, long ticks) => marks.Add(totalBytes, ticks);

    /// <summary>Takes bytes. <paramref name="buffer"/> begins with what the frame reader had kept; <paramref name="received"/> of them are new. False when the socket is over.</summary>
    public bool OnBytes(Span<byte> buffer, int received, long ticks)
    {
        BytesReceived += received;
        readTicks = ticks;
        marks.Add(BytesReceived, ticks);
        int error;
        using (session.EnterReading()) error = frames.Read(buffer, this);
        if (error != 0)
        {
            sender.Close(error, error == WebSocketClose.TooBig ? $"a message may have {maxMessageBytes} bytes" : "not the WebSocket protocol");
            session.End(EndReason.ProtocolError);
            closed = true;
        }
        return !closed;
    }

    public void OnMessage(ReadOnlySpan<byte> message, bool isText, long consumedBytes)
    {
        long ticks = marks.ArrivalOf(consumedBytes, readTicks);
        listener?.OnMessage(message, isText, ticks);
        session.OnText(message, ticks);
    }

    public void OnControl(WebSocketOpcode opcode, ReadOnlySpan<byte> body)
    {
        if (opcode == WebSocketOpcode.Ping) sender.Pong(body);
        if (opcode == WebSocketOpcode.Pong) listener?.OnPong(body, readTicks);
        if (opcode != WebSocketOpcode.Close) return;
        closed = true;
        session.End(EndReason.SocketClosed);
        if (listener is null) sender.AnswerClose(body);
        else listener.OnClose(body);
    }

    public void Dispose() => frames.Dispose();
}
