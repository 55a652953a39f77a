using System.Collections.Concurrent;
using Earshot.Engine.Catalog;
using Earshot.Engine.Transcription;

namespace Earshot.Server.Calls;

/// <summary>What was heard live held against what was made after the call. The last few are kept, so that a page that is looked at again aligns nothing.</summary>
internal sealed class LiveComparisons
{
    /// <summary>Some six thousand words a side, which take a fraction of a second.</summary>
    private const long MostCells = 40_000_000;

    private const int MostKept = 16;

    private readonly ConcurrentDictionary<(string Recording, DateTimeOffset Final, DateTimeOffset Live), Lazy<WordErrors>> kept = new();

    /// <summary>A call was deleted. What is kept of others is soon made again.</summary>
    public void Forget(string callSid) => kept.Clear();

    /// <summary>Null where there is nothing to compare.</summary>
    public WordErrors? Of(TranscriptRow row, Transcript? final, TranscriptRow heard, Transcript live)
    {
        if (final is not { State: TranscriptStates.Text } || live.Segments.Count == 0) return null;
        if (kept.Count >= MostKept) kept.Clear();
        return kept.GetOrAdd((row.RecordingId, row.MadeAt, heard.MadeAt), _ => new Lazy<WordErrors>(() => WordErrors.Of(final.Text, live.Text, TextNormalization.All, TranscriptKinds.Live, MostCells))).Value;
    }
}
