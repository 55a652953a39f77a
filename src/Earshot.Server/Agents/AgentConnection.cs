using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Earshot.Engine.Agents;
using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;
using Earshot.Server.Sockets;

namespace Earshot.Server.Agents;

/// <summary>One browser's connection to a call. Text messages are commands and state, binary ones audio; the guide "The agent in the browser" has their form.</summary>
internal sealed class AgentConnection(AgentSeat seat, WebSocketSender sender, string name, TimeProvider time) : IAgentSocket, IWebSocketHandler
{
    /// <summary>A packet's bytes before its samples: number (4), zeros (4), first sample by the device's count (8), little-endian.</summary>
    public const int PacketHeader = 16;

    /// <summary>Close codes of this socket; those above 4000 are the application's (RFC 6455, 7.4.2).</summary>
    public const int CallEnded = 4000, NoSuchCall = 4404, NotTwoWay = 4405, Occupied = 4409, BadHello = 4400;

    private const long LastSample = 1L << 48;
    private const int LowestRate = 8000;
    private const int HighestRate = 192_000;

    private readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private short[] samples = new short[4096];
    private bool isAgent;
    private bool joined;
    private int rateHz;

    public string Name { get; private set; } = name;

    /// <summary>Completes when the browser is no longer of this call: either side has said so.</summary>
    public Task Over => over.Task;

    /// <summary>True once the browser said who it is, and was taken.</summary>
    public bool HasJoined => joined;

    /// <summary>Asks whether the browser is still there: its answer is read like anything else of it.</summary>
    public void Ping() => sender.Ping([]);

    /// <summary>The browser did not do its part in time.</summary>
    public void GiveUp(string reason) => End(WebSocketClose.PolicyViolation, reason);

    public bool TrySendBinary(ReadOnlySpan<byte> message) => sender.TrySend(message, isText: false, 0);

    public void OnChanged() => sender.TrySend(JsonSerializer.SerializeToUtf8Bytes(AgentState.Of(seat), AgentJson.Default.AgentState));

    public void Close(AgentEnd why) => End(CallEnded, why == AgentEnd.CallEnded ? "the call is over" : "you continue on another connection");

    public void OnMessage(ReadOnlySpan<byte> message, bool isText, long consumedBytes)
    {
        if (over.Task.IsCompleted) return;
        if (!isText) Packet(message);
        else Command(message);
    }

    public void OnControl(WebSocketOpcode opcode, ReadOnlySpan<byte> body)
    {
        if (opcode == WebSocketOpcode.Ping) sender.Pong(body);
        if (opcode != WebSocketOpcode.Close) return;
        sender.AnswerClose(body);
        over.TrySetResult();
    }

    /// <summary>Reading has ended, for whatever reason.</summary>
    public void Leave()
    {
        over.TrySetResult();
        if (joined) seat.Leave(this);
    }

    private void Packet(ReadOnlySpan<byte> message)
    {
        int count = (message.Length - PacketHeader) / sizeof(short);
        if (!isAgent || count <= 0 || count > rateHz / 5) return;
        long first = BinaryPrimitives.ReadInt64LittleEndian(message[8..]);
        if (first is < 0 or > LastSample) return;
        if (samples.Length < count) samples = new short[count];
        MemoryMarshal.Cast<byte, short>(message.Slice(PacketHeader, count * sizeof(short))).CopyTo(samples);
        seat.OnMicrophone(this, first, samples.AsSpan(0, count), time.GetTimestamp());
    }

    private void Command(ReadOnlySpan<byte> message)
    {
        AgentCommand? command;
        try
        {
            command = JsonSerializer.Deserialize(message, AgentJson.Default.AgentCommand);
        }
        catch (JsonException)
        {
            End(BadHello, "a text message is a JSON object with a 'type'");
            return;
        }
        switch (command?.Type)
        {
            case "hello" when !joined:
                Join(command);
                break;
            case "mute" when isAgent:
                seat.Mute(this, command.On);
                break;
            case "hold" when isAgent:
                seat.Hold(this, command.On);
                break;
            case "hangup" when isAgent:
                seat.HangUp(this);
                break;
        }
    }

    private void Join(AgentCommand hello)
    {
        if (!string.IsNullOrWhiteSpace(hello.Name)) Name = LogText.Clean(hello.Name)[..Math.Min(64, LogText.Clean(hello.Name).Length)];
        if (hello.Role == "listener")
        {
            joined = true;
            seat.Listen(this);
            Welcome("listener", "");
            return;
        }
        if (!seat.Session.IsTwoWay || seat.Session.IsTapped)
        {
            End(NotTwoWay, seat.Session.IsTapped ? "a bot has this call: it can be listened to, not answered" : "this call's stream is one way: it can be listened to, not answered");
            return;
        }
        if (hello.Rate is < LowestRate or > HighestRate)
        {
            End(BadHello, $"'rate' must be from {LowestRate} to {HighestRate} Hz");
            return;
        }
        (rateHz, isAgent, joined) = (hello.Rate, true, true);
        switch (seat.Take(this, hello.Rate, hello.Resume ?? "", out string token))
        {
            case SeatOutcome.Taken or SeatOutcome.Resumed:
                Welcome("agent", token);
                break;
            case SeatOutcome.Occupied:
                (isAgent, joined) = (false, false);
                End(Occupied, $"{seat.AgentName ?? "another agent"} has this call");
                break;
            default:
                (isAgent, joined) = (false, false);
                End(CallEnded, "the call is over");
                break;
        }
    }

    private void Welcome(string role, string token)
    {
        sender.TrySend(JsonSerializer.SerializeToUtf8Bytes(new AgentWelcome(role, token, MicrophoneTrack.SampleRateHz), AgentJson.Default.AgentWelcome));
        OnChanged();
    }

    private void End(int code, string reason)
    {
        sender.Close(code, reason);
        over.TrySetResult();
    }
}
