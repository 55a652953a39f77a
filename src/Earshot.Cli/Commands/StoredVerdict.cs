using Earshot.Engine.Analysis;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;

namespace Earshot.Cli.Commands;

/// <summary>One finding of a call in a line.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Severity">How much it weighs.</param>
/// <param name="Track">The side that it is on; null where it is both.</param>
/// <param name="Message">What a listener notices, in one sentence.</param>
internal sealed record StoredFinding(string Code, Severity Severity, string? Track, string Message);

/// <summary>What the analyses of a call come to, as the catalog has them.</summary>
/// <param name="Verdict"><c>good</c>, <c>fair</c> or <c>bad</c>; null for a call without analysis.</param>
/// <param name="Findings">The worst first.</param>
internal sealed record StoredVerdict(string? Verdict, IReadOnlyList<StoredFinding> Findings)
{
    /// <summary>Stands in tables for no verdict.</summary>
    public const string None = "-";

    private const int MostAtOnce = 500;

    public static StoredVerdict Of(StoreSession session, string callSid)
    {
        IReadOnlyList<AnalysisRow> analyses = session.Get<AnalysisStore>().OfCall(callSid);
        Dictionary<string, string> tracks = session.Get<CallStore>().Recordings(callSid).ToDictionary(r => r.Id, r => r.Track, StringComparer.Ordinal);
        var findings = new List<StoredFinding>();
        foreach (AnalysisRow row in analyses)
        {
            string? track = tracks.GetValueOrDefault(row.Subject);
            // What both sides together say of one track, its own recording has said.
            IEnumerable<Finding> own = (AnalysisJson.Read(row.Report)?.Findings ?? []).Where(f => track is not null || f.Track is null || FindingCodes.IsOfBothSides(f.Code));
            findings.AddRange(own.Select(f => new StoredFinding(f.Code, f.Severity, track, f.Message)));
        }
        return new StoredVerdict(Words(session, [callSid]).GetValueOrDefault(callSid), [.. findings.OrderByDescending(f => f.Severity)]);
    }

    /// <summary>The verdicts alone, of the calls that have one.</summary>
    public static Dictionary<string, string> Words(StoreSession session, IEnumerable<string> callSids) =>
        callSids.Chunk(MostAtOnce).SelectMany(some => session.Get<AnalysisStore>().Verdicts(some)).ToDictionary(v => v.Key, v => v.Value.Verdict, StringComparer.Ordinal);
}
