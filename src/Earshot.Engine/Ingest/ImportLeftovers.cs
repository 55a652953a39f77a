using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Ingest;

/// <summary>What an import of the same file wrote that was cut off. The names hold the file's own hash, so it was no other's.</summary>
internal sealed class ImportLeftovers(ManifestStore manifests, string callStem, IReadOnlyList<string> stems, CallSid callSid)
{
    private readonly IRecordingStorage storage = manifests.Storage;

    /// <summary>The rows of an import that lacks nothing but them; null where there is none.</summary>
    public StreamRecord? Finished()
    {
        if (manifests.ReadCall(callStem) is not { State: RecordingStates.Complete } call || call.CallSid != callSid.Value) return null;
        var unreadable = new List<string>();
        StreamRecord record = CatalogRecords.Read(manifests, callStem, call, unreadable);
        return unreadable.Count == 0 ? record : null;
    }

    /// <summary>Makes room for the import.</summary>
    /// <exception cref="IOException">A call manifest knows what is there.</exception>
    public void TakeOver()
    {
        if (storage.Exists(callStem + FileNames.Manifest)) throw new IOException($"'{callStem + FileNames.Manifest}' is there already; nothing is overwritten");
        foreach (string name in stems.SelectMany(Files)) storage.Delete(name);
    }

    /// <summary>Deletes what an import that failed has created; where the medium refuses that too, the next one takes it over.</summary>
    /// <param name="created">Stems of the recordings that it began.</param>
    public void Remove(IEnumerable<string> created)
    {
        string[] began = [.. created];
        if (began.Length == 0) return;
        try
        {
            storage.Delete(callStem + FileNames.Manifest);
            foreach (string name in began.SelectMany(Files)) storage.Delete(name);
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            // What made the import fail is told.
        }
    }

    private static string[] Files(string stem) => [stem + FileNames.Manifest, FileNames.Segment(stem, 1)];
}
