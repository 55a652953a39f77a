using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;
using Microsoft.Extensions.Logging;

namespace Earshot.Engine.Ingest;

/// <summary>Enters streams in the catalog that are closed on disk and not there: a process can go between a stream's last manifest and its rows.</summary>
internal sealed partial class ClosedStreams(ManifestStore manifests, CallStore store, ILogger<ClosedStreams> log)
{
    /// <summary>Enters those of <paramref name="closed"/> that the catalog does not have as ended. It is asked after their manifests were read: a stream that ended meanwhile in this process has its rows by then.</summary>
    /// <param name="closed">Stems of call manifests that say that their stream is closed.</param>
    public IReadOnlyList<RecoveredStream> Enter(IReadOnlyCollection<string> closed)
    {
        if (closed.Count == 0) return [];
        IReadOnlySet<string> known = store.ClosedStems();
        return [.. closed.Where(stem => !known.Contains(stem)).Select(RecordOf).OfType<StreamRecord>().OrderBy(r => r.Stream.EndedAt).ToList().Select(EnterSafely)];
    }

    private StreamRecord? RecordOf(string stem)
    {
        try
        {
            return manifests.ReadCall(stem) is { } call ? CatalogRecords.Read(manifests, stem, call, []) : null;
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            Log.NotEntered(log, e, stem, StorageFault.Describe(e, manifests.Storage.Location));
            return null;
        }
    }

    private RecoveredStream EnterSafely(StreamRecord record)
    {
        string stem = record.Stream.Stem;
        try
        {
            store.Save(record);
            Log.Entered(log, stem);
            return new RecoveredStream(stem, record.Call.CallSid, 0, null);
        }
        catch (Exception e)
        {
            Log.NotEntered(log, e, stem, e.Message);
            return new RecoveredStream(stem, record.Call.CallSid, 0, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 4103, Level = LogLevel.Warning, Message = "Entered {Stem} in the catalog: its files were closed, but the catalog did not have it so")]
        public static partial void Entered(ILogger logger, string stem);

        [LoggerMessage(EventId = 4105, Level = LogLevel.Error, Message = "Could not enter {Stem} in the catalog: {Problem}")]
        public static partial void NotEntered(ILogger logger, Exception? error, string stem, string problem);
    }
}
