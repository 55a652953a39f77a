using Earshot.Engine.Calls;

namespace Earshot.Engine.Analysis.Analyzers;

/// <summary>Losses and stalls as the recorder saw them on the wire; nothing of this can be heard from the samples for certain.</summary>
internal sealed class JournalAnalyzer : ITrackAnalyzer
{
    public void Add(in SampleBlock block)
    {
    }

    public void Complete(TrackContext track)
    {
        if (track.Facts is not { } facts) return;
        List<TimeRange> lost = Places(EventKinds.Loss), stalls = Places(EventKinds.Stall);
        double lostMs = Math.Max(facts.LostMs, 1000 * lost.Sum(p => p.Seconds)), longest = stalls.Count == 0 ? 0 : 1000 * stalls.Max(p => p.Seconds);
        track.Measure("lostMs", lostMs);
        track.Measure("stallCount", stalls.Count);
        track.Measure("longestStallMs", longest);
        if (lostMs > 0)
            track.Report(FindingCodes.LostAudio, lostMs >= 1000 || lostMs >= 10 * facts.DurationSeconds ? Severity.Error : Severity.Warning, (lostMs, 0, "ms"),
                "Pieces of words are missing: they never came.",
                "The carrier's timestamps jump there, so it was lost before it reached Earshot: look at the network between caller and carrier.", lost, count: lost.Count);
        if (stalls.Count > 0)
            track.Report(FindingCodes.DeliveryStalls, longest >= 200 ? Severity.Warning : Severity.Info, (longest, 60, "ms"),
                "Nothing is missing in the recording, but whoever listened live heard a pause and then audio in haste.",
                "Look at the network between the carrier and Earshot, or at a process that was busy; a live bot should keep a buffer of that length.", stalls, count: stalls.Count);

        List<TimeRange> Places(string kind) =>
        [
            .. facts.Events.Where(e => e.Kind == kind).Select(e => new TimeRange(Math.Round((e.AtMs - facts.StartOffsetMs) / 1000, 3), Math.Round((e.AtMs - facts.StartOffsetMs + e.DurationMs) / 1000, 3))),
        ];
    }
}
