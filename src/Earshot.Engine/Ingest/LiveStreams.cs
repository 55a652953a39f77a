using System.Collections.Concurrent;
using Earshot.Engine.Calls;

namespace Earshot.Engine.Ingest;

/// <summary>The streams that run now.</summary>
internal sealed class LiveStreams
{
    private readonly ConcurrentDictionary<StreamSession, byte> sessions = new();
    private readonly ConcurrentDictionary<StreamSession, byte> ended = new();
    private volatile bool closing;

    /// <summary>True once the server stops: a stream that opens now is to end at once.</summary>
    public bool Closing
    {
        get => closing;
        set => closing = value;
    }

    public int Count => sessions.Count;

    public IEnumerable<StreamSession> All => sessions.Keys;

    public void Add(StreamSession session) => sessions[session] = 0;

    /// <summary>Streams that have ended and whose files are being finished.</summary>
    public IEnumerable<StreamSession> Finishing => ended.Keys;

    /// <summary>The session has ended; it is remembered until its files are finished.</summary>
    public void Remove(StreamSession session)
    {
        ended[session] = 0;
        sessions.TryRemove(session, out _);
        session.Stored.ContinueWith(_ => ended.TryRemove(session, out byte _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public IEnumerable<StreamSession> OfCall(string callSid) => sessions.Keys.Where(s => s.Facts?.CallSid.Value == callSid);

    public StreamSession? Find(StreamSid stream) => sessions.Keys.FirstOrDefault(s => s.Facts?.StreamSid == stream);
}
