using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Access;

/// <summary>What became of a wish to delete.</summary>
internal enum DeleteOutcome
{
    /// <summary>Files and rows are gone.</summary>
    Deleted,

    /// <summary>There is no such call.</summary>
    NotFound,

    /// <summary>The call still runs.</summary>
    Running,
}

/// <summary>The one door to recordings: whoever listens, reads, exports or deletes passes here, names the permission and is written down.</summary>
internal sealed class RecordingAccess(CallStore store, ManifestStore manifests, AccessLog log)
{
    /// <summary>A call's files and rows are gone: whoever holds more of it lets it go.</summary>
    public event Action<string>? Deleted;

    /// <summary>Opens a file of a recording for listening. Null when the recording has no such segment.</summary>
    /// <param name="who">Who asks.</param>
    /// <param name="recordingId">The recording.</param>
    /// <param name="segment">Which of its files, from 1.</param>
    /// <param name="note">False for the later pieces of one listening, which a player fetches by ranges.</param>
    public (Stream Audio, string FileName)? OpenAudio(Principal who, string recordingId, int segment, bool note)
    {
        string file = FileNames.Segment(recordingId, segment);
        if (!IsSafe(recordingId) || !manifests.Storage.Exists(file)) return null;
        if (note) log.Append(who, Permission.Listen, recordingId);
        return (manifests.Storage.OpenRead(file), file);
    }

    /// <summary>Writes down that a recording is listened to, where it is heard as part of a call.</summary>
    public void NoteListen(Principal who, string recordingId) => log.Append(who, Permission.Listen, recordingId);

    /// <summary>Writes down that a call's words are read.</summary>
    public void NoteRead(Principal who, string callSid) => log.Append(who, Permission.Read, callSid);

    /// <summary>Writes down that words are looked for in all calls.</summary>
    public void NoteSearch(Principal who, string words) => log.Append(who, Permission.Search, words);

    /// <summary>Writes down that a call is exported.</summary>
    public void NoteExport(Principal who, string callSid) => log.Append(who, Permission.Export, callSid);

    /// <summary>Deletes a call's files, then its rows.</summary>
    public DeleteOutcome Delete(Principal who, string callSid)
    {
        if (store.Find(callSid) is not { } call) return DeleteOutcome.NotFound;
        IReadOnlyList<StreamRow> streams = store.Streams(callSid);
        if (call.State == RecordingStates.Recording || streams.Any(s => s.State == RecordingStates.Recording)) return DeleteOutcome.Running;
        log.Append(who, Permission.Delete, callSid);
        lock (manifests.Changing)
        {
            foreach (string file in FilesOf(callSid, streams)) manifests.Storage.Delete(file);
            store.Delete(callSid);
        }
        Deleted?.Invoke(callSid);
        return DeleteOutcome.Deleted;
    }

    /// <summary>Names of all files of a call; the call manifest last, so that what a crash leaves half-deleted is still found.</summary>
    public IReadOnlyList<string> FilesOf(string callSid, IReadOnlyList<StreamRow> streams)
    {
        var files = new List<string>();
        foreach (RecordingRow recording in store.Recordings(callSid))
        {
            files.AddRange(store.Segments(recording.Id).Select(s => s.File));
            files.Add(recording.Id + FileNames.Manifest);
        }
        foreach (StreamRow stream in streams)
        {
            files.AddRange(JournalReader.Parts(manifests.Storage, stream.Stem).Reverse()); // The first part last: it leads to the others.
            files.Add(stream.Stem + FileNames.Manifest);
        }
        return files;
    }

    private static bool IsSafe(string id) => id.Length is > 0 and < 200 && id[0] != '.' && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');
}
