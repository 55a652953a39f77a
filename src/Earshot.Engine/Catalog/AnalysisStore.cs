using Dapper;
using Microsoft.Data.Sqlite;

namespace Earshot.Engine.Catalog;

/// <summary>The analysis of a recording, or of a call's two sides together.</summary>
internal sealed record AnalysisRow
{
    /// <summary>The recording's id; of both sides together the call's SID.</summary>
    public required string Subject { get; init; }

    public required string CallSid { get; init; }

    /// <summary>Version of measures and thresholds; an older one is stale.</summary>
    public required string Analyzer { get; init; }

    /// <summary><c>good</c>, <c>fair</c> or <c>bad</c>.</summary>
    public required string Verdict { get; init; }

    public int Findings { get; init; }

    /// <summary>Message of the worst finding; empty when there is none.</summary>
    public string Worst { get; init; } = "";

    /// <summary>The whole report as JSON.</summary>
    public required string Report { get; init; }

    public DateTimeOffset MadeAt { get; init; }
}

/// <summary>One figure of one track.</summary>
internal sealed record MeasureRow(string Subject, string Track, string Name, double Value);

/// <summary>A measure of one recording, for the distribution over all.</summary>
internal sealed record MeasurePoint
{
    public required string CallSid { get; init; }
    public required string Subject { get; init; }
    public required string Track { get; init; }
    public double Value { get; init; }
}

/// <summary>Rows of analyses and of their measures.</summary>
internal sealed class AnalysisStore(CatalogDatabase database)
{
    /// <summary>Stores an analysis in place of the one before it.</summary>
    public void Save(AnalysisRow row, IReadOnlyList<MeasureRow> measures)
    {
        using SqliteConnection connection = database.Open();
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        connection.Execute("DELETE FROM analyses WHERE subject = @Subject", row, transaction);
        connection.Execute("INSERT INTO analyses (subject, call_sid, analyzer, verdict, findings, worst, report, made_at) VALUES (@Subject, @CallSid, @Analyzer, @Verdict, @Findings, @Worst, @Report, @MadeAt)", row, transaction);
        connection.Execute("INSERT OR REPLACE INTO measures (subject, track, name, value) VALUES (@Subject, @Track, @Name, @Value)", measures, transaction);
        transaction.Commit();
    }

    public AnalysisRow? Find(string subject) => Query<AnalysisRow>("SELECT * FROM analyses WHERE subject = @subject", new { subject }).SingleOrDefault();

    /// <summary>All of a call: its recordings, and both sides together.</summary>
    public IReadOnlyList<AnalysisRow> OfCall(string callSid) => Query<AnalysisRow>("SELECT * FROM analyses WHERE call_sid = @callSid ORDER BY subject", new { callSid });

    /// <summary>Verdicts of several calls: the worst of each.</summary>
    public IReadOnlyDictionary<string, (string Verdict, string Worst)> Verdicts(IReadOnlyCollection<string> callSids) =>
        Query<AnalysisRow>("SELECT subject, call_sid, analyzer, verdict, findings, worst, '' AS report, made_at FROM analyses WHERE call_sid IN @callSids", new { callSids })
            .GroupBy(r => r.CallSid, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.OrderByDescending(r => Rank(r.Verdict)).ThenByDescending(r => r.Findings).Select(r => (r.Verdict, r.Worst)).First(), StringComparer.Ordinal);

    /// <summary>A measure over all calls, newest first.</summary>
    public IReadOnlyList<MeasurePoint> Distribution(string name, int limit) => Query<MeasurePoint>(
        "SELECT a.call_sid, m.subject, m.track, m.value FROM measures m JOIN analyses a USING (subject) WHERE m.name = @name AND a.subject <> a.call_sid ORDER BY a.made_at DESC LIMIT @limit", new { name, limit });

    /// <summary>The names of all measures that there are.</summary>
    public IReadOnlyList<string> MeasureNames() => Query<string>("SELECT DISTINCT name FROM measures ORDER BY name", new { });

    /// <summary>Calls with a recording whose analysis is missing or of another version.</summary>
    public IReadOnlyList<string> StaleCalls(string analyzer) => Query<string>(
        "SELECT DISTINCT r.call_sid FROM recordings r LEFT JOIN analyses a ON a.subject = r.id WHERE r.state <> 'recording' AND (a.analyzer IS NULL OR a.analyzer <> @analyzer) ORDER BY r.call_sid", new { analyzer });

    /// <summary>Calls with a recording that is complete.</summary>
    public IReadOnlyList<string> RecordedCalls() => Query<string>("SELECT DISTINCT call_sid FROM recordings WHERE state <> 'recording' ORDER BY call_sid", new { });

    private static int Rank(string verdict) => verdict switch { "bad" => 2, "fair" => 1, _ => 0 };

    private List<T> Query<T>(string sql, object values)
    {
        using SqliteConnection connection = database.Open();
        return connection.Query<T>(sql, values).AsList();
    }
}
