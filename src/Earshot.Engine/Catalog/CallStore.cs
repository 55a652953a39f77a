using Dapper;
using Microsoft.Data.Sqlite;

namespace Earshot.Engine.Catalog;

/// <summary>Rows of calls, streams, recordings, segments and events.</summary>
internal sealed class CallStore(CatalogDatabase database)
{
    private const string UpsertCall = """
        INSERT INTO calls (call_sid, account_sid, from_number, to_number, direction, state, started_at, ended_at, duration_seconds, end_reason, stages)
        VALUES (@CallSid, @AccountSid, @FromNumber, @ToNumber, @Direction, @State, @StartedAt, @EndedAt, @DurationSeconds, @EndReason, @Stages)
        ON CONFLICT (call_sid) DO UPDATE SET
            account_sid = excluded.account_sid,
            from_number = CASE WHEN excluded.from_number = '' THEN from_number ELSE excluded.from_number END,
            to_number = CASE WHEN excluded.to_number = '' THEN to_number ELSE excluded.to_number END,
            direction = CASE WHEN excluded.direction = '' THEN direction ELSE excluded.direction END,
            state = excluded.state, started_at = MIN(started_at, excluded.started_at), ended_at = excluded.ended_at,
            duration_seconds = MAX(duration_seconds, excluded.duration_seconds), end_reason = excluded.end_reason, stages = excluded.stages
        """;

    private const string UpsertStream = """
        INSERT OR REPLACE INTO streams (stem, stream_sid, call_sid, state, started_at, ended_at, end_reason, recording, policy, encoding, sample_rate_hz, messages, malformed, journal_missing, parameters)
        VALUES (@Stem, @StreamSid, @CallSid, @State, @StartedAt, @EndedAt, @EndReason, @Recording, @Policy, @Encoding, @SampleRateHz, @Messages, @Malformed, @JournalMissing, @Parameters)
        """;

    /// <summary>A call with several streams runs while one of them does, and is recovered when one of them is.</summary>
    private const string JoinStreams = """
        UPDATE calls SET
            state = (SELECT state FROM streams s WHERE s.call_sid = calls.call_sid ORDER BY s.state = 'recording' DESC, s.state = 'recovered' DESC LIMIT 1),
            ended_at = (SELECT CASE WHEN MAX(s.state = 'recording') THEN NULL ELSE MAX(s.ended_at) END FROM streams s WHERE s.call_sid = calls.call_sid)
        WHERE call_sid = @CallSid
        """;

    private const string UpsertRecording = """
        INSERT OR REPLACE INTO recordings (id, stream_stem, call_sid, track, speaker, state, started_at, start_offset_ms, duration_seconds, frames, lost_ms, stalls, duplicates,
            reordered, late, drift_ms, unwritten_ms, rms, rms_dbfs, peak_dbfs, end_reason, wav_sha256, mulaw_sha256, bytes)
        VALUES (@Id, @StreamStem, @CallSid, @Track, @Speaker, @State, @StartedAt, @StartOffsetMs, @DurationSeconds, @Frames, @LostMs, @Stalls, @Duplicates,
            @Reordered, @Late, @DriftMs, @UnwrittenMs, @Rms, @RmsDbfs, @PeakDbfs, @EndReason, @WavSha256, @MulawSha256, @Bytes)
        """;

    private const string InsertSegment = "INSERT OR REPLACE INTO segments (recording_id, number, file, start_sample, samples, sha256) VALUES (@RecordingId, @Number, @File, @StartSample, @Samples, @Sha256)";

    private const string InsertEvent = "INSERT INTO events (call_sid, stream_stem, track, kind, at_ms, duration_ms, detail) VALUES (@CallSid, @StreamStem, @Track, @Kind, @AtMs, @DurationMs, @Detail)";

    private const string SummarySelect = """
        SELECT c.call_sid, c.from_number, c.to_number, c.state, c.started_at, c.duration_seconds, c.end_reason,
            COUNT(r.id) AS recordings, COALESCE(MAX(r.lost_ms), 0.0) AS lost_ms, COALESCE(MAX(r.stalls), 0) AS stalls, COALESCE(SUM(r.duplicates), 0) AS duplicates,
            COALESCE(MAX(r.unwritten_ms), 0.0) AS unwritten_ms, MAX(r.peak_dbfs) AS peak_dbfs, MIN(r.rms_dbfs) AS quietest_rms_dbfs, COALESCE(SUM(r.bytes), 0) AS bytes,
            (SELECT COUNT(*) FROM events e WHERE e.call_sid = c.call_sid AND e.kind = 'recording-trouble') AS troubles
        FROM calls c LEFT JOIN recordings r ON r.call_sid = c.call_sid
        """;

    /// <summary>Stores the call alone, as the webhook knows it.</summary>
    public void Save(CallRow call)
    {
        using SqliteConnection connection = database.Open();
        connection.Execute(UpsertCall, call);
    }

    /// <summary>Stores all of a stream in one transaction; what was stored of it before is replaced.</summary>
    public void Save(StreamRecord record)
    {
        using SqliteConnection connection = database.Open();
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        connection.Execute(UpsertCall, record.Call, transaction);
        connection.Execute("DELETE FROM events WHERE stream_stem = @Stem", new { record.Stream.Stem }, transaction);
        connection.Execute("DELETE FROM recordings WHERE stream_stem = @Stem", new { record.Stream.Stem }, transaction);
        connection.Execute(UpsertStream, record.Stream, transaction);
        connection.Execute(JoinStreams, record.Call, transaction);
        connection.Execute(UpsertRecording, record.Recordings, transaction);
        connection.Execute(InsertSegment, record.Segments, transaction);
        connection.Execute(InsertEvent, record.Events, transaction);
        if (record.IsClosed) connection.Execute(AfterWorkStore.MarkPending, new { record.Call.CallSid, UpdatedAt = record.Call.EndedAt ?? record.Call.StartedAt }, transaction);
        transaction.Commit();
    }

    public void AddEvent(EventRow row)
    {
        using SqliteConnection connection = database.Open();
        connection.Execute(InsertEvent, row);
    }

    public CallRow? Find(string callSid)
    {
        using SqliteConnection connection = database.Open();
        return connection.QuerySingleOrDefault<CallRow>("SELECT * FROM calls WHERE call_sid = @callSid", new { callSid });
    }

    /// <summary>Calls, newest first.</summary>
    /// <param name="before">Only calls that began earlier; null for all.</param>
    /// <param name="limit">At most so many.</param>
    public IReadOnlyList<CallSummary> List(DateTimeOffset? before, int limit)
    {
        using SqliteConnection connection = database.Open();
        string where = before is null ? "" : " WHERE c.started_at < @before";
        return connection.Query<CallSummary>($"{SummarySelect}{where} GROUP BY c.call_sid ORDER BY c.started_at DESC, c.call_sid LIMIT @limit", new { before, limit }).AsList();
    }

    public CallSummary? Summary(string callSid)
    {
        using SqliteConnection connection = database.Open();
        return connection.QuerySingleOrDefault<CallSummary>($"{SummarySelect} WHERE c.call_sid = @callSid GROUP BY c.call_sid", new { callSid });
    }

    /// <summary>SIDs that begin with the text.</summary>
    public IReadOnlyList<string> StartingWith(string text, int limit)
    {
        using SqliteConnection connection = database.Open();
        return connection.Query<string>("SELECT call_sid FROM calls WHERE substr(call_sid, 1, length(@text)) = @text ORDER BY call_sid LIMIT @limit", new { text, limit }).AsList();
    }

    public long Count()
    {
        using SqliteConnection connection = database.Open();
        return connection.ExecuteScalar<long>("SELECT COUNT(*) FROM calls");
    }

    /// <summary>Stems of all streams that the catalog knows as ended.</summary>
    public IReadOnlySet<string> ClosedStems()
    {
        using SqliteConnection connection = database.Open();
        return connection.Query<string>("SELECT stem FROM streams WHERE state <> 'recording'").ToHashSet(StringComparer.Ordinal);
    }

    public IReadOnlyList<StreamRow> Streams(string callSid) => Query<StreamRow>("SELECT * FROM streams WHERE call_sid = @id ORDER BY started_at, stem", callSid);

    public IReadOnlyList<RecordingRow> Recordings(string callSid) => Query<RecordingRow>("SELECT * FROM recordings WHERE call_sid = @id ORDER BY started_at, track, id", callSid);

    public RecordingRow? FindRecording(string id) => Query<RecordingRow>("SELECT * FROM recordings WHERE id = @id", id).SingleOrDefault();

    public IReadOnlyList<SegmentRow> Segments(string recordingId) => Query<SegmentRow>("SELECT * FROM segments WHERE recording_id = @id ORDER BY number", recordingId);

    public IReadOnlyList<EventRow> Events(string callSid) => Query<EventRow>("SELECT call_sid, stream_stem, track, kind, at_ms, duration_ms, detail FROM events WHERE call_sid = @id ORDER BY at_ms, id", callSid);

    /// <summary>Calls that ended (or, cut off, began) before the moment.</summary>
    public IReadOnlyList<string> EndedBefore(DateTimeOffset moment)
    {
        using SqliteConnection connection = database.Open();
        return connection.Query<string>("SELECT call_sid FROM calls WHERE state <> 'recording' AND COALESCE(ended_at, started_at) < @moment ORDER BY started_at", new { moment }).AsList();
    }

    /// <summary>Takes the call and all that hangs on it out of the catalog.</summary>
    public bool Delete(string callSid)
    {
        using SqliteConnection connection = database.Open();
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        connection.Execute("DELETE FROM alert_looks WHERE call_sid = @callSid", new { callSid }, transaction);
        connection.Execute("DELETE FROM alert_deliveries WHERE alert_id IN (SELECT id FROM alerts WHERE call_sid = @callSid)", new { callSid }, transaction);
        connection.Execute("UPDATE alerts SET message = 'the call was deleted', link = '', call_sid = '' WHERE call_sid = @callSid", new { callSid }, transaction);
        bool found = connection.Execute("DELETE FROM calls WHERE call_sid = @callSid", new { callSid }, transaction) > 0;
        transaction.Commit();
        return found;
    }

    /// <summary>Empties the catalog, for <c>reindex</c>.</summary>
    public void Clear()
    {
        using SqliteConnection connection = database.Open();
        connection.Execute("DELETE FROM calls");
    }

    private List<T> Query<T>(string sql, string id)
    {
        using SqliteConnection connection = database.Open();
        return connection.Query<T>(sql, new { id }).AsList();
    }
}
