using System.Collections.Concurrent;
using Earshot.Engine.Access;

namespace Earshot.Server.Access;

/// <summary>Tells a listening from its pieces: a player fetches one recording by many ranges, the access log wants one line. What cannot be written down has not begun, and nothing of it is given out.</summary>
internal sealed class Listenings(RecordingAccess access, TimeProvider time)
{
    private const int MostKept = 4096;

    /// <summary>Pieces that come later than this after the one before are a new listening.</summary>
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<(Principal Who, string Target), DateTimeOffset> last = new();

    /// <summary>Opens a file of a recording, and writes down the listening that begins with it. Null when the recording has no such segment.</summary>
    /// <param name="who">Who asks.</param>
    /// <param name="recordingId">The recording.</param>
    /// <param name="segment">Which of its files, from 1.</param>
    /// <param name="fromStart">True when it asks for the file's beginning.</param>
    public (Stream Audio, string FileName)? OpenAudio(Principal who, string recordingId, int segment, bool fromStart)
    {
        if (access.OpenAudio(who, recordingId, segment, note: fromStart || !GoesOn(who, recordingId)) is not { } opened) return null;
        Remember(who, recordingId);
        return opened;
    }

    /// <summary>Writes down that the recordings of a call are listened to together, where that begins.</summary>
    /// <param name="who">Who asks.</param>
    /// <param name="callSid">The call.</param>
    /// <param name="recordingIds">Those that are heard.</param>
    /// <param name="fromStart">True when it asks for the beginning.</param>
    public void NoteCall(Principal who, string callSid, IEnumerable<string> recordingIds, bool fromStart)
    {
        if (fromStart || !GoesOn(who, callSid))
            foreach (string id in recordingIds) access.NoteListen(who, id);
        Remember(who, callSid);
    }

    private bool GoesOn(Principal who, string target) => last.TryGetValue((who, target), out DateTimeOffset before) && time.GetUtcNow() - before < Span;

    private void Remember(Principal who, string target)
    {
        if (last.Count >= MostKept && !last.ContainsKey((who, target))) last.Clear();
        last[(who, target)] = time.GetUtcNow();
    }
}
