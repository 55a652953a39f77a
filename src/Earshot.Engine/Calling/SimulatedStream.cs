using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Calling;

/// <summary>One media stream of a simulated call: its socket, its numbers, its faults.</summary>
internal sealed class SimulatedStream : IAsyncDisposable
{
    private const int NormalClosure = 1000;
    private const int GoingAway = 1001;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly MediaSocket _socket;
    private readonly TimeProvider _time;
    private readonly SimulatedFaults _faults;
    private readonly FaultPlan _plan;
    private readonly StartMessage _start;
    private readonly byte[] _sid;
    private readonly TrackTally[] _tallies;
    private readonly DeliveryLine _line = new();
    private readonly Stack<OutgoingFrame> _free = new();
    private readonly long _firstTimestampMs;
    private readonly List<string> _played = [];
    private long _sequence;
    private long _frames;

    public SimulatedStream(
        MediaSocket socket, TimeProvider time, StartMessage start, string? name, TwiMLStream? asked, PlaybackQueue? playback, SimulatedFaults faults, int seed)
    {
        (_socket, _time, _start, _faults, Playback) = (socket, time, start, faults, playback);
        (Name, Asked) = (name, asked);
        _plan = new FaultPlan(faults, seed);
        _sid = Encoding.UTF8.GetBytes(start.StreamSid);
        _tallies = [.. start.Tracks.Select(track => new TrackTally(track))];

        // Captures of real calls begin with 57 to 171 ms.
        _firstTimestampMs = new Random(~seed).Next(40, 181);
    }

    public string StreamSid => _start.StreamSid;

    /// <summary>The name to stop it by.</summary>
    public string? Name { get; }

    /// <summary>What the TwiML said; null where the URL was the socket itself.</summary>
    public TwiMLStream? Asked { get; }

    /// <summary>What the server wants played; null where the stream is one-way.</summary>
    public PlaybackQueue? Playback { get; }

    /// <summary>The socket takes audio.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Why it is no longer open; Completed where it is or was closed as planned.</summary>
    public SimulatedCallOutcome End { get; private set; } = SimulatedCallOutcome.Completed;

    /// <summary>What went wrong, in words.</summary>
    public string? Problem { get; private set; }

    /// <summary>When the next held-back message is due.</summary>
    public double NextDueMs => IsOpen ? _line.NextDueMs : double.PositiveInfinity;

    /// <summary>Sends the first two messages.</summary>
    public async Task StartAsync()
    {
        IsOpen = true;
        var message = new ArrayBufferWriter<byte>();
        MediaStreamWriter.WriteConnected(message);
        await SendAsync(message.WrittenMemory);
        message.ResetWrittenCount();
        MediaStreamWriter.WriteStart(message, _start with { SequenceNumber = ++_sequence });
        await SendAsync(message.WrittenMemory);
    }

    /// <summary>One tick of the call: a frame of each track, sent now or later as the faults have it.</summary>
    public async ValueTask TickAsync(ReadOnlyMemory<byte> inbound, ReadOnlyMemory<byte> outbound, double dueMs)
    {
        if (!IsOpen)
        {
            return;
        }

        if (_socket.ClosedByServer)
        {
            await AnswerCloseAsync();
            return;
        }

        double mediaMs = _frames * FrameClock.FrameMs;
        if (mediaMs >= _faults.DropSocketAfter?.TotalMilliseconds)
        {
            Fail(SimulatedCallOutcome.SocketDropped, $"The socket was broken on purpose after {mediaMs / 1000} s.");
            return;
        }

        foreach (TrackTally tally in _tallies)
        {
            Prepare(tally, tally.Track == "inbound" ? inbound.Span : outbound.Span, dueMs);
        }

        _frames++;
    }

    /// <summary>The next frame of what the server wants played. Marks before which all has been played go back.</summary>
    /// <returns>false for silence.</returns>
    public bool Play(Span<byte> frame, double dueMs)
    {
        _played.Clear();
        bool any = Playback!.NextFrame(frame, _played);
        foreach (string mark in _played)
        {
            Control(dueMs, message => MediaStreamWriter.WriteMark(message, StreamSid, ++_sequence, mark));
        }

        return any;
    }

    /// <summary>A key was pressed.</summary>
    public void Press(char key, double dueMs) => Control(dueMs, message => MediaStreamWriter.WriteDtmf(message, StreamSid, ++_sequence, key.ToString()));

    /// <summary>Sends what is due.</summary>
    public async ValueTask DeliverAsync(double nowMs)
    {
        while (IsOpen && _line.Take(nowMs) is { } frame)
        {
            await SendAsync(frame.Message.WrittenMemory);
            if (!IsOpen)
            {
                return;
            }

            frame.Tally?.Sent(frame, again: false);
            if (frame.Fate.Duplicated)
            {
                await SendAsync(frame.Message.WrittenMemory);
                frame.Tally?.Sent(frame, again: IsOpen);
            }

            foreach (TrackTally tally in _tallies)
            {
                tally.Settle(_free);
            }
        }
    }

    /// <summary>The stream's planned end.</summary>
    /// <returns>true if this call ended it.</returns>
    public async Task<bool> StopAsync(CancellationToken stop)
    {
        await DeliverAsync(double.PositiveInfinity);
        if (!IsOpen)
        {
            return false;
        }

        if (_socket.ClosedByServer)
        {
            await AnswerCloseAsync();
            return false;
        }

        if (_faults.Ending == StreamEnding.Silence)
        {
            IsOpen = false;
            await _socket.StayAsync(_faults.SilenceFor, stop);
            return true;
        }

        if (_faults.Ending == StreamEnding.Stop)
        {
            var message = new ArrayBufferWriter<byte>();
            MediaStreamWriter.WriteStop(message, StreamSid, ++_sequence, _start.AccountSid, _start.CallSid);
            await SendAsync(message.WrittenMemory);
        }

        IsOpen = false;
        if (End == SimulatedCallOutcome.Completed && !await _socket.CloseAsync())
        {
            Problem = "The server did not agree to close the media socket within 5 s.";
        }

        return true;
    }

    public SimulatedStreamResult Result() => new()
    {
        StreamSid = StreamSid,
        Url = _socket.Url,
        Tracks = [.. _tallies.Select(tally => tally.Close())],
        CloseCode = _socket.CloseCode,
        CloseReason = _socket.CloseReason,
        MessagesFromServer = _socket.MessagesFromServer,
        Playback = Playback?.Result(),
    };

    public async ValueTask DisposeAsync()
    {
        foreach (TrackTally tally in _tallies)
        {
            tally.Dispose();
        }

        await _socket.DisposeAsync();
    }

    /// <summary>A message other than audio: it keeps its place among the frames.</summary>
    private void Control(double dueMs, Action<IBufferWriter<byte>> write)
    {
        if (!IsOpen)
        {
            return;
        }

        var frame = new OutgoingFrame { Fate = _plan.Control(dueMs) };
        write(frame.Message);
        _line.Add(frame);
    }

    private void Prepare(TrackTally tally, ReadOnlySpan<byte> audio, double dueMs)
    {
        OutgoingFrame frame = _free.TryPop(out OutgoingFrame? used) ? used : new OutgoingFrame();
        long timestampMs = _firstTimestampMs + (_frames * FrameClock.FrameMs);
        frame.Tally = tally;
        frame.Fate = _plan.Next(_frames, dueMs);
        frame.Settled = frame.Fate.Lost;
        frame.Overtaken = false;
        tally.Add(frame, timestampMs);
        _sequence++;
        if (frame.Fate.Lost)
        {
            tally.Settle(_free);
            return;
        }

        audio.CopyTo(frame.Audio);
        frame.Message.ResetWrittenCount();
        MediaStreamWriter.WriteMedia(frame.Message, _sid, _sequence, tally.Name, tally.Chunk, timestampMs, frame.Audio);
        _line.Add(frame);
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> message)
    {
        if (!IsOpen)
        {
            return;
        }

        try
        {
            ValueTask sending = _socket.SendAsync(message);
            if (sending.IsCompleted)
            {
                await sending;
            }
            else
            {
                await sending.AsTask().WaitAsync(Patience, _time);
            }
        }
        catch (TimeoutException)
        {
            Fail(SimulatedCallOutcome.SocketFailed, $"The server took no audio for {Patience.TotalSeconds} s (error 31930).");
        }
        catch (Exception error) when (error is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            if (_socket.ClosedByServer)
            {
                Fail(SimulatedCallOutcome.SocketClosed, ClosedWords());
            }
            else
            {
                Fail(SimulatedCallOutcome.SocketFailed, $"The media socket broke: {error.Message}");
            }
        }
    }

    private async Task AnswerCloseAsync()
    {
        IsOpen = false;

        // The server of a two-way stream ends it by closing; the call then goes on with its next verb.
        if (Playback is null || _socket.CloseCode is not (NormalClosure or GoingAway))
        {
            End = SimulatedCallOutcome.SocketClosed;
            Problem = ClosedWords();
        }

        await _socket.CloseAsync();
    }

    private string ClosedWords() => _socket.CloseCode is { } code
        ? $"The server closed the media socket during the call: {code} {_socket.CloseReason}".TrimEnd()
        : "The server broke the media socket during the call.";

    private void Fail(SimulatedCallOutcome end, string problem)
    {
        IsOpen = false;
        (End, Problem) = (end, problem);
        _socket.Abort();
    }
}
