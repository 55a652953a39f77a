using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;

namespace Earshot.Engine.Agents;

/// <summary>One browser that is joined to a call: the one who talks, or one who listens.</summary>
internal interface IAgentSocket
{
    /// <summary>Who it is, for the others.</summary>
    string Name { get; }

    /// <summary>Takes a binary message whole, or not at all. Never blocks.</summary>
    bool TrySendBinary(ReadOnlySpan<byte> message);

    /// <summary>The state of the call has changed: it is to be told.</summary>
    void OnChanged();

    /// <summary>Ends the connection.</summary>
    void Close(AgentEnd why);
}

/// <summary>Why a browser's connection to a call ends.</summary>
internal enum AgentEnd
{
    /// <summary>The call is over.</summary>
    CallEnded,

    /// <summary>The same agent has come back on another connection.</summary>
    Replaced,
}

/// <summary>What became of the wish to take a call.</summary>
internal enum SeatOutcome
{
    /// <summary>The caller now talks with this agent.</summary>
    Taken,

    /// <summary>The agent was away for a moment and goes on.</summary>
    Resumed,

    /// <summary>Another agent has it.</summary>
    Occupied,

    /// <summary>The call is over.</summary>
    Over,
}

/// <summary>The near side of one two-way call: the agent's microphone to the caller's line and to the file, the caller's audio to whoever is joined. Safe for several threads: its lock is the session's.</summary>
internal sealed class AgentSeat : IFrameListener, IMicrophoneOutput
{
    /// <summary>A lost connection's agent may come back so long; then the seat is free.</summary>
    public static readonly TimeSpan ResumeWithin = TimeSpan.FromSeconds(5);

    /// <summary>Bytes before the samples of an audio message: track (1), 3 zeros, number (4), first sample (8), all little-endian.</summary>
    public const int AudioHeader = 16;

    /// <summary>An empty seat's file stays so far behind the call: the next microphone's first samples are not older.</summary>
    private const double EmptySeatBehindMs = 2000;

    /// <summary>A joined microphone that gives nothing may still bring a burst of what it had; its connection does not outlive so long a silence.</summary>
    private const double MicrophoneBehindMs = 20_000;

    private const double PaceStepMs = 500;

    private readonly StreamSession session;
    private readonly TimeProvider time;
    private readonly LinePacer pacer;
    private readonly NearTrack near;
    private readonly byte[] message = new byte[AudioHeader + 4096];
    private readonly uint[] numbers = new uint[TrackNames.Count];
    private readonly List<IAgentSocket> listeners = [];
    private MicrophoneTrack? microphone;
    private IAgentSocket? agent;
    private string token = "";
    private long awaySinceTicks;

    public AgentSeat(StreamSession session, TimeProvider time)
    {
        (this.session, this.time) = (session, time);
        pacer = new LinePacer(session.Outbound);
        near = new NearTrack(this);
        session.AddListener(this);
        session.BeforeEnd += FinishCall;
    }

    public StreamSession Session => session;

    public DateTimeOffset? AnsweredAt { get; private set; }

    /// <summary>Who talks with the caller; null while nobody does.</summary>
    public string? AgentName { get { using (session.EnterReading()) return agent?.Name; } }

    public IReadOnlyList<string> ListenerNames { get { using (session.EnterReading()) return [.. listeners.Select(l => l.Name)]; } }

    /// <summary>True while the caller does not hear the agent, and the file holds silence.</summary>
    public bool IsMuted { get; private set; }

    /// <summary>True while neither hears the other.</summary>
    public bool IsOnHold { get; private set; }

    /// <summary>Drift of the agent's device in parts per million, as far as it is known.</summary>
    public double DriftPpm => microphone?.DriftPpm ?? 0;

    /// <summary>What waits at the carrier to be played, in ms.</summary>
    public double QueueMs => pacer.QueueMs(NowMs);

    /// <summary>Time that was left out on the line, so that a stall did not delay the rest, in ms.</summary>
    public double SkippedMs => pacer.SkippedMs;

    /// <summary>Sits down, or comes back with the token that it was given.</summary>
    public SeatOutcome Take(IAgentSocket socket, int rateHz, string resume, out string given)
    {
        IAgentSocket? replaced = null;
        SeatOutcome outcome;
        using (session.EnterReading())
        {
            given = token;
            if (session.EndReason != EndReason.None) return SeatOutcome.Over;
            bool isSame = token.Length > 0 && resume == token;
            bool isAway = agent is null && awaySinceTicks != 0 && time.GetElapsedTime(awaySinceTicks) < ResumeWithin;
            if (!isSame && (agent is not null || isAway)) return SeatOutcome.Occupied;
            outcome = isSame ? SeatOutcome.Resumed : SeatOutcome.Taken;
            replaced = agent;
            FinishMicrophone();
            microphone = new MicrophoneTrack(rateHz, this, near, resumes: isSame);
            agent = socket;
            awaySinceTicks = 0;
            if (!isSame)
            {
                given = token = Guid.NewGuid().ToString("N");
                IsMuted = IsOnHold = false;
            }
            AnsweredAt ??= time.GetUtcNow();
        }
        session.Note(EventKinds.Agent, outcome == SeatOutcome.Resumed ? $"{socket.Name} came back" : $"{socket.Name} answered in the browser");
        replaced?.Close(AgentEnd.Replaced);
        Changed();
        return outcome;
    }

    /// <summary>Hears the call without being heard.</summary>
    public void Listen(IAgentSocket socket)
    {
        using (session.EnterReading()) listeners.Add(socket);
        session.Note(EventKinds.Agent, $"{socket.Name} listens in");
        Changed();
    }

    /// <summary>The connection is gone.</summary>
    public void Leave(IAgentSocket socket)
    {
        using (session.EnterReading())
        {
            if (agent == socket)
            {
                agent = null;
                awaySinceTicks = time.GetTimestamp();
                FinishMicrophone();
            }
            else if (!listeners.Remove(socket))
            {
                return;
            }
        }
        session.Note(EventKinds.Agent, $"{socket.Name} left");
        Changed();
    }

    /// <summary>A packet of the agent's microphone.</summary>
    public void OnMicrophone(IAgentSocket from, long firstSample, ReadOnlySpan<short> samples, long arrivalTicks)
    {
        using (session.EnterReading())
        {
            if (agent == from && BeginNear()) microphone?.Add(firstSample, samples, session.CallMsAt(arrivalTicks));
        }
    }

    public void Mute(IAgentSocket from, bool on) => Change(from, on, IsMuted, v => IsMuted = v, "muted", "unmuted");

    public void Hold(IAgentSocket from, bool on) => Change(from, on, IsOnHold, v => IsOnHold = v, "put the call on hold", "took the call back");

    /// <summary>Ends the call: closing a two-way stream lets the carrier go on with what follows it.</summary>
    public void HangUp(IAgentSocket from)
    {
        using (session.EnterReading())
        {
            if (agent != from) return;
        }
        session.Note(EventKinds.Agent, $"{from.Name} hung up");
        session.End(EndReason.AgentHungUp);
    }

    /// <summary>No more comes of this microphone: what it still owes is put in place.</summary>
    private void FinishMicrophone()
    {
        microphone?.Complete();
        microphone = null;
    }

    /// <summary>The call ends: whoever spoke last, the near side's file reaches its end as the caller's does.</summary>
    private void FinishCall()
    {
        FinishMicrophone();
        if (near.HasBegun && session.Decoder[Track.Outbound]?.Figures is { } line) near.SilentUntil(line.NowMs);
    }

    /// <summary>The call is over: everyone is told.</summary>
    public void OnEnded()
    {
        IAgentSocket[] all;
        using (session.EnterReading())
        {
            all = [.. listeners, .. agent is null ? (IAgentSocket[])[] : [agent]];
            listeners.Clear();
            agent = null;
        }
        foreach (IAgentSocket socket in all) socket.Close(AgentEnd.CallEnded);
    }

    /// <summary>Samples of the call, on the reading thread.</summary>
    void IFrameListener.OnSamples(Track track, long startSample, ReadOnlySpan<short> samples)
    {
        using (session.EnterReading())
        {
            if (track == Track.Inbound) KeepPace();
            if (track == Track.Outbound && agent is not null) return; // The agent's own side goes to listeners as it was captured.
            Send(track, startSample, samples, toAgent: track == Track.Inbound && !IsOnHold);
        }
    }

    /// <summary>From the first word on the outbound recording is the microphone's. False until the call's clock runs.</summary>
    private bool BeginNear()
    {
        if (near.HasBegun) return true;
        (double startMs, long samples) = session.BeginMicrophone();
        near.Begin(startMs, samples);
        return near.HasBegun;
    }

    /// <summary>While no microphone gives anything the near side is silent: its file goes on with the call, so that whoever speaks next has not far to go.</summary>
    private void KeepPace()
    {
        if (!near.HasBegun) return;
        double untilMs = session.CallMsAt(time.GetTimestamp()) - (agent is null ? EmptySeatBehindMs : MicrophoneBehindMs);
        if (untilMs - near.EndMs > PaceStepMs) near.SilentUntil(untilMs);
    }

    void IMicrophoneOutput.OnHeard(ReadOnlySpan<short> samples)
    {
        if (!IsMuted && !IsOnHold) pacer.Add(samples, NowMs);
    }

    void IMicrophoneOutput.OnSamples(ReadOnlySpan<short> samples)
    {
        Span<short> silence = IsMuted || IsOnHold ? stackalloc short[samples.Length] : default;
        ReadOnlySpan<short> kept = silence.IsEmpty ? samples : silence;
        session.AppendMicrophone(kept);
        Send(Track.Outbound, near.Samples - samples.Length, kept, toAgent: false);
    }

    void IMicrophoneOutput.OnLost(double atMs, double durationMs) =>
        session.Events.Add(new TimelineEvent(EventKinds.Loss, Track.Outbound.Name(), atMs, durationMs, $"{durationMs:0} ms of the agent's microphone did not come; silence stands in its place"));

    void IMicrophoneOutput.OnLeftOut(double atMs, double durationMs) =>
        session.Events.Add(new TimelineEvent(EventKinds.Agent, Track.Outbound.Name(), atMs, 0, $"the agent's microphone came {durationMs:0} ms late at first; {durationMs:0} ms of its silence are left out here, so that what follows is in place"));

    private double NowMs => time.GetTimestamp() * 1000.0 / time.TimestampFrequency;

    private void Change(IAgentSocket from, bool on, bool now, Action<bool> set, string did, string undid)
    {
        using (session.EnterReading())
        {
            if (agent != from || on == now) return;
            set(on);
            if (on) pacer.Clear();
        }
        session.Note(EventKinds.Agent, $"{from.Name} {(on ? did : undid)}");
        Changed();
    }

    private void Send(Track track, long startSample, ReadOnlySpan<short> samples, bool toAgent)
    {
        if (listeners.Count == 0 && !(toAgent && agent is not null)) return;
        while (!samples.IsEmpty)
        {
            ReadOnlySpan<short> part = samples[..Math.Min(samples.Length, (message.Length - AudioHeader) / sizeof(short))];
            message[0] = (byte)track;
            BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(4), numbers[(int)track]++);
            BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(8), startSample);
            MemoryMarshal.AsBytes(part).CopyTo(message.AsSpan(AudioHeader));
            ReadOnlySpan<byte> whole = message.AsSpan(0, AudioHeader + part.Length * sizeof(short));
            if (toAgent) agent?.TrySendBinary(whole);
            foreach (IAgentSocket listener in listeners) listener.TrySendBinary(whole);
            startSample += part.Length;
            samples = samples[part.Length..];
        }
    }

    private void Changed()
    {
        IAgentSocket[] all;
        using (session.EnterReading()) all = [.. listeners, .. agent is null ? (IAgentSocket[])[] : [agent]];
        foreach (IAgentSocket socket in all) socket.OnChanged();
    }
}
