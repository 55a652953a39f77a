using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;

namespace Earshot.Engine.Ingest;

/// <summary>What <c>reindex</c> found.</summary>
/// <param name="Streams">Call manifests that were taken in.</param>
/// <param name="Recordings">Recordings that were taken in.</param>
/// <param name="Unreadable">Manifests that could not be read.</param>
internal sealed record ReindexResult(int Streams, int Recordings, IReadOnlyList<string> Unreadable);

/// <summary>Rebuilds the catalog from the manifests alone.</summary>
internal sealed class Reindexer(CallStore store, ManifestStore manifests)
{
    public ReindexResult Run()
    {
        var unreadable = new List<string>();
        int streams = 0, recordings = 0;
        store.Clear();
        // In the order in which they ended, as the live end stores them: of a call with several streams the last one's facts stand.
        foreach (StreamRecord record in manifests.CallStems().Select(stem => Take(stem, unreadable)).OfType<StreamRecord>().OrderBy(r => r.Stream.EndedAt ?? DateTimeOffset.MaxValue).ToList())
        {
            store.Save(record);
            streams++;
            recordings += record.Recordings.Count;
        }
        return new ReindexResult(streams, recordings, unreadable);
    }

    private StreamRecord? Take(string stem, List<string> unreadable)
    {
        if (manifests.ReadCall(stem) is { } call) return CatalogRecords.Read(manifests, stem, call, unreadable);
        unreadable.Add(stem + FileNames.Manifest);
        return null;
    }
}
