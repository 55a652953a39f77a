using System.Collections.Concurrent;
using Earshot.Engine.Access;
using Earshot.Engine.Storage;
using Microsoft.Extensions.Logging;

namespace Earshot.Server.Access;

/// <summary>
/// Tells a listening from its pieces and a reading from its looks: a player fetches one recording by many ranges, a page asks for its words again and again, and the access log wants one line.
/// What cannot be written down has not begun, and nothing of it is given out.
/// </summary>
internal sealed partial class Listenings(RecordingAccess access, TimeProvider time, ILogger<Listenings> log)
{
    /// <summary>What people are told who are given no words.</summary>
    public const string Unwritten = "The access log cannot be written, and words are shown only to those who stand in it. The server's log says why.";

    private const int MostKept = 4096;

    /// <summary>Pieces that come later than this after the one before are a new listening.</summary>
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(10);

    /// <summary>A log that failed is left alone for so long by those who look many times a second.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(Principal Who, Permission What, string Target), DateTimeOffset> last = new();
    private readonly Lock writing = new();
    private long failedAt;

    /// <summary>Opens a file of a recording, and writes down the listening that begins with it. Null when the recording has no such segment.</summary>
    /// <param name="who">Who asks.</param>
    /// <param name="recordingId">The recording.</param>
    /// <param name="segment">Which of its files, from 1.</param>
    /// <param name="fromStart">True when it asks for the file's beginning.</param>
    public (Stream Audio, string FileName)? OpenAudio(Principal who, string recordingId, int segment, bool fromStart)
    {
        (Stream, string)? opened = null;
        Once((who, Permission.Listen, recordingId), fromStart, begins => (opened = access.OpenAudio(who, recordingId, segment, note: begins)) is not null);
        return opened;
    }

    /// <summary>Writes down that the recordings of a call are listened to together, where that begins.</summary>
    /// <param name="who">Who asks.</param>
    /// <param name="callSid">The call.</param>
    /// <param name="recordingIds">Those that are heard.</param>
    /// <param name="fromStart">True when it asks for the beginning.</param>
    public void NoteCall(Principal who, string callSid, IEnumerable<string> recordingIds, bool fromStart) => Note((who, Permission.Listen, callSid), fromStart, () =>
    {
        foreach (string id in recordingIds) access.NoteListen(who, id);
    });

    /// <summary>Writes down a search for words, where it is not the one before on its next page.</summary>
    public void NoteSearch(Principal who, string words) => Note((who, Permission.Search, words), false, () => access.NoteSearch(who, words));

    /// <summary>Writes down that a call's words are read, where that begins. False when it cannot be written down: then they must not be shown.</summary>
    public bool TryNoteRead(Principal who, string callSid)
    {
        long failed = Interlocked.Read(ref failedAt);
        if (failed != 0 && time.GetElapsedTime(failed) < Pause) return GoesOn((who, Permission.Read, callSid));
        try
        {
            Note((who, Permission.Read, callSid), false, () => access.NoteRead(who, callSid));
            return true;
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            Interlocked.Exchange(ref failedAt, time.GetTimestamp());
            Log.NotWritten(log, e);
            return false;
        }
    }

    private void Note((Principal, Permission, string) what, bool fromStart, Action write) => Once(what, fromStart, begins =>
    {
        if (begins) write();
        return true;
    });

    /// <summary>Gives, with true where something begins that must be written down first; two that begin it at the same moment are one. It is remembered once it was given.</summary>
    private void Once((Principal, Permission, string) what, bool fromStart, Func<bool, bool> give)
    {
        if (fromStart || GoesOn(what))
        {
            if (give(fromStart)) Remember(what);
            return;
        }
        lock (writing)
            if (give(!GoesOn(what))) Remember(what);
    }

    private bool GoesOn((Principal, Permission, string) what) => last.TryGetValue(what, out DateTimeOffset before) && time.GetUtcNow() - before < Span;

    private void Remember((Principal, Permission, string) what)
    {
        if (last.Count >= MostKept && !last.ContainsKey(what)) last.Clear();
        last[what] = time.GetUtcNow();
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 6102, Level = LogLevel.Error, Message = "The access log cannot be written, so no words are shown")]
        public static partial void NotWritten(ILogger logger, Exception error);
    }
}
