using Dapper;
using Microsoft.Data.Sqlite;

namespace Earshot.Engine.Catalog;

/// <summary>How far the work after a call is.</summary>
internal static class AfterWorkStates
{
    /// <summary>The call has ended; no job has been made for it yet.</summary>
    public const string Pending = "pending";

    /// <summary>Its job waits for its turn, or for its next attempt.</summary>
    public const string Queued = "queued";

    /// <summary>Its job runs.</summary>
    public const string Running = "running";

    /// <summary>All is done.</summary>
    public const string Done = "done";

    /// <summary>Every attempt failed; <c>earshot analyze --all --stale</c> tries again.</summary>
    public const string Failed = "failed";
}

/// <summary>The work after one call.</summary>
internal sealed record AfterWorkRow
{
    public required string CallSid { get; init; }

    /// <summary>One of <see cref="AfterWorkStates"/>.</summary>
    public required string State { get; init; }

    public int Attempts { get; init; }

    /// <summary>The step that runs, or failed.</summary>
    public string Step { get; init; } = "";

    /// <summary>Why the last attempt failed; empty when it did not.</summary>
    public string Error { get; init; } = "";

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>Rows of the work after calls. A row becomes pending in the transaction that closes its call, so none is lost.</summary>
internal sealed class AfterWorkStore(CatalogDatabase database, TimeProvider time)
{
    /// <summary>Within the transaction that stores a closed stream.</summary>
    internal const string MarkPending = """
        INSERT INTO after_work (call_sid, state, attempts, step, error, updated_at) VALUES (@CallSid, 'pending', 0, '', '', @UpdatedAt)
        ON CONFLICT (call_sid) DO UPDATE SET state = 'pending', attempts = 0, step = '', error = '', updated_at = excluded.updated_at
        """;

    /// <summary>Calls that have ended and have no job, oldest first.</summary>
    public IReadOnlyList<string> Pending(int limit) =>
        Query<string>("SELECT w.call_sid FROM after_work w JOIN calls c USING (call_sid) WHERE w.state = 'pending' AND c.state <> 'recording' ORDER BY w.updated_at LIMIT @limit", new { limit });

    /// <summary>Calls whose job was there when the process went.</summary>
    public IReadOnlyList<string> Unfinished() => Query<string>("SELECT call_sid FROM after_work WHERE state IN ('queued', 'running')", new { });

    public AfterWorkRow? Find(string callSid) => Query<AfterWorkRow>("SELECT * FROM after_work WHERE call_sid = @callSid", new { callSid }).SingleOrDefault();

    /// <summary>Calls that wait, run, or failed: all but those that are done.</summary>
    public IReadOnlyList<AfterWorkRow> Open(int limit) => Query<AfterWorkRow>("SELECT * FROM after_work WHERE state <> 'done' ORDER BY updated_at DESC LIMIT @limit", new { limit });

    /// <summary>Moves a call's work on. False when the call was stored again meanwhile (its work is pending anew) or is gone.</summary>
    public bool Set(string callSid, string state, int attempts, string step = "", string error = "")
    {
        using SqliteConnection connection = database.Open();
        return connection.Execute("UPDATE after_work SET state = @state, attempts = @attempts, step = @step, error = @error, updated_at = @now WHERE call_sid = @callSid AND (state <> 'pending' OR @state = 'pending')", new { callSid, state, attempts, step, error, now = time.GetUtcNow() }) > 0;
    }

    /// <summary>From pending to queued, unless the call was stored again meanwhile or is gone. True when it was moved.</summary>
    public bool Queue(string callSid)
    {
        using SqliteConnection connection = database.Open();
        return connection.Execute("UPDATE after_work SET state = 'queued', updated_at = @now WHERE call_sid = @callSid AND state = 'pending'", new { callSid, now = time.GetUtcNow() }) > 0;
    }

    private List<T> Query<T>(string sql, object values)
    {
        using SqliteConnection connection = database.Open();
        return connection.Query<T>(sql, values).AsList();
    }
}
