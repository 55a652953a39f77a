using System.Collections.Concurrent;
using Earshot.Engine.Ingest;

namespace Earshot.Engine.Agents;

/// <summary>The calls that agents and listeners are joined to.</summary>
internal sealed class AgentDesk(LiveStreams live, TimeProvider time)
{
    private readonly ConcurrentDictionary<StreamSession, Lazy<AgentSeat>> seats = new();

    /// <summary>The seat at a running call, preferably at its two-way stream; null when no such call runs.</summary>
    public AgentSeat? Open(string callSid)
    {
        StreamSession? session = live.OfCall(callSid).OrderByDescending(s => s.IsTwoWay).ThenByDescending(s => s.StartedAt).FirstOrDefault();
        return session is null ? null : seats.GetOrAdd(session, s => new Lazy<AgentSeat>(() => Create(s))).Value;
    }

    /// <summary>The seat that is there already; null where nobody has joined.</summary>
    public AgentSeat? Find(StreamSession session) => seats.TryGetValue(session, out Lazy<AgentSeat>? seat) && seat.IsValueCreated ? seat.Value : null;

    private AgentSeat Create(StreamSession session)
    {
        var seat = new AgentSeat(session, time);
        session.Ended.ContinueWith(_ =>
        {
            seat.OnEnded();
            seats.TryRemove(session, out Lazy<AgentSeat>? _);
        }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return seat;
    }
}
