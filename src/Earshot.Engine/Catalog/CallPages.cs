using Dapper;
using Microsoft.Data.Sqlite;

namespace Earshot.Engine.Catalog;

/// <summary>Which calls a list shows.</summary>
internal enum CallFilter
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>Those with something that a person should look at.</summary>
    Problems,

    /// <summary>Those that run.</summary>
    Running,
}

/// <summary>The place after which a page of the list goes on: the last call of the page before it.</summary>
/// <param name="StartedAt">When that call began.</param>
/// <param name="CallSid">Its identifier, which orders calls of the same millisecond.</param>
internal readonly record struct CallCursor(DateTimeOffset StartedAt, string CallSid);

/// <summary>A call with what its recordings do not tell.</summary>
internal sealed record CallListRow
{
    public required string CallSid { get; init; }
    public string FromNumber { get; init; } = "";
    public string ToNumber { get; init; } = "";
    public string Direction { get; init; } = "";
    public required string State { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public double DurationSeconds { get; init; }
    public string EndReason { get; init; } = "";

    /// <summary>How often the disk did not take the call's audio.</summary>
    public long Troubles { get; init; }

    /// <summary>Streams that are to be recorded.</summary>
    public long RecordedStreams { get; init; }

    /// <summary>Messages that could not be used.</summary>
    public long Malformed { get; init; }

    /// <summary>Messages that the journal lacks.</summary>
    public long JournalMissing { get; init; }

    /// <summary>Where the words that were looked for stand; null when none were.</summary>
    public string? Said { get; init; }

    /// <summary>Events that say that the carrier reported an error.</summary>
    public long CarrierErrors { get; init; }
}

/// <summary>The list of calls, a page at a time.</summary>
internal sealed class CallPages(CatalogDatabase database)
{
    private const string Select = """
        SELECT c.call_sid, c.from_number, c.to_number, c.direction, c.state, c.started_at, c.ended_at, c.duration_seconds, c.end_reason,
            (SELECT COUNT(*) FROM events e WHERE e.call_sid = c.call_sid AND e.kind = 'recording-trouble') AS troubles,
            (SELECT COUNT(*) FROM events e WHERE e.call_sid = c.call_sid AND e.kind = 'status') AS carrier_errors,
            (SELECT COUNT(*) FROM streams s WHERE s.call_sid = c.call_sid AND s.recording = 'enabled') AS recorded_streams,
            (SELECT COALESCE(SUM(s.malformed), 0) FROM streams s WHERE s.call_sid = c.call_sid) AS malformed,
            (SELECT COALESCE(SUM(s.journal_missing), 0) FROM streams s WHERE s.call_sid = c.call_sid) AS journal_missing
        FROM calls c
        """;

    private const string HasProblem = """
        (c.end_reason NOT IN ('', 'stop', 'status-callback', 'recovered', 'bot-closed', 'agent-hung-up') OR c.state = 'recovered' OR (c.state = 'webhook' AND c.started_at < @overdue)
        OR EXISTS (SELECT 1 FROM recordings r WHERE r.call_sid = c.call_sid AND (r.lost_ms > 0 OR r.stalls > 0 OR r.unwritten_ms > 0 OR (r.track = 'inbound' AND r.rms_dbfs IS NULL)))
        OR EXISTS (SELECT 1 FROM analyses a WHERE a.call_sid = c.call_sid AND a.verdict = 'bad')
        OR EXISTS (SELECT 1 FROM events e WHERE e.call_sid = c.call_sid AND e.kind IN ('recording-trouble', 'status'))
        OR EXISTS (SELECT 1 FROM streams s WHERE s.call_sid = c.call_sid AND (s.malformed > 0 OR s.journal_missing > 0))
        OR (c.state IN ('complete', 'recovered') AND EXISTS (SELECT 1 FROM streams s WHERE s.call_sid = c.call_sid AND s.recording = 'enabled')
            AND NOT EXISTS (SELECT 1 FROM recordings r WHERE r.call_sid = c.call_sid)))
        """;

    /// <summary>A page of calls, newest first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="after">Where the page before ended; null for the first page.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="overdue">A call whose webhook came before this and that has no stream counts as a problem.</param>
    /// <param name="match">Words that were said, as <see cref="TranscriptStore.Match"/> makes them; null for any.</param>
    public IReadOnlyList<CallListRow> Read(CallFilter filter, CallCursor? after, int limit, DateTimeOffset overdue, string? match = null)
    {
        string[] conditions =
        [
            .. filter == CallFilter.Problems ? [HasProblem] : filter == CallFilter.Running ? ["c.state = 'recording'"] : Array.Empty<string>(),
            .. match is null ? Array.Empty<string>() : [$"c.call_sid IN ({TranscriptStore.CallsWithWords})"],
            .. after is null ? Array.Empty<string>() : ["(c.started_at < @StartedAt OR (c.started_at = @StartedAt AND c.call_sid > @CallSid))"],
        ];
        string where = conditions.Length == 0 ? "" : " WHERE " + string.Join(" AND ", conditions);
        using SqliteConnection connection = database.Open();
        return connection.Query<CallListRow>($"{Select}{where} ORDER BY c.started_at DESC, c.call_sid LIMIT @limit", new { limit, overdue, match, after?.StartedAt, after?.CallSid }).AsList();
    }

    /// <summary>One call, as the list has it; null when there is none.</summary>
    public CallListRow? Find(string callSid)
    {
        using SqliteConnection connection = database.Open();
        return connection.QuerySingleOrDefault<CallListRow>($"{Select} WHERE c.call_sid = @callSid", new { callSid });
    }

    /// <summary>The recordings of these calls.</summary>
    public ILookup<string, RecordingRow> Recordings(IReadOnlyCollection<string> callSids)
    {
        using SqliteConnection connection = database.Open();
        return connection.Query<RecordingRow>("SELECT * FROM recordings WHERE call_sid IN @callSids ORDER BY started_at, track, id", new { callSids }).ToLookup(r => r.CallSid, StringComparer.Ordinal);
    }

    /// <summary>Losses and stalls of these calls, at most <paramref name="limit"/> in all.</summary>
    public ILookup<string, EventRow> Breaks(IReadOnlyCollection<string> callSids, int limit)
    {
        using SqliteConnection connection = database.Open();
        return connection.Query<EventRow>(
            "SELECT call_sid, stream_stem, track, kind, at_ms, duration_ms, detail FROM events WHERE call_sid IN @callSids AND kind IN ('loss', 'stall') LIMIT @limit",
            new { callSids, limit }).ToLookup(e => e.CallSid, StringComparer.Ordinal);
    }
}
