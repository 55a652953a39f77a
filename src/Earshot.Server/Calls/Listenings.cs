using System.Collections.Concurrent;
using Earshot.Engine.Access;

namespace Earshot.Server.Calls;

/// <summary>Tells a listening from its pieces: a player fetches one recording by many ranges, the access log wants one line.</summary>
internal sealed class Listenings(TimeProvider time)
{
    private const int MostKept = 4096;

    /// <summary>Pieces that come later than this after the one before are a new listening.</summary>
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<(Principal Who, string RecordingId), DateTimeOffset> last = new();

    /// <summary>True when this request begins a listening and must be written down.</summary>
    /// <param name="who">Who asks.</param>
    /// <param name="recordingId">The recording.</param>
    /// <param name="fromStart">True when it asks for the file's beginning.</param>
    public bool Begins(Principal who, string recordingId, bool fromStart)
    {
        DateTimeOffset now = time.GetUtcNow();
        bool goesOn = last.TryGetValue((who, recordingId), out DateTimeOffset before) && now - before < Span;
        if (last.Count >= MostKept && !goesOn) last.Clear();
        last[(who, recordingId)] = now;
        return fromStart || !goesOn;
    }
}
