using Dapper;
using Microsoft.Data.Sqlite;

namespace Earshot.Engine.Catalog;

/// <summary>One change of the alerts, in one transaction: without <see cref="Commit"/> nothing of it happened. Not thread-safe.</summary>
internal sealed class AlertChange : IDisposable
{
    private static readonly TimeSpan KeepLooks = TimeSpan.FromDays(31);

    private readonly SqliteConnection connection;
    private readonly SqliteTransaction transaction;

    public AlertChange(SqliteConnection connection)
    {
        this.connection = connection;
        transaction = connection.BeginTransaction(deferred: false);
    }

    /// <summary>The newest alert of a rule.</summary>
    public AlertRow? Latest(string rule) => connection.QuerySingleOrDefault<AlertRow>("SELECT * FROM alerts WHERE rule = @rule ORDER BY id DESC LIMIT 1", new { rule }, transaction);

    public IReadOnlyList<AlertRow> Open() => connection.Query<AlertRow>("SELECT * FROM alerts WHERE state = 'open' ORDER BY id", transaction: transaction).AsList();

    /// <summary>Stores an alert and what is to be sent of it.</summary>
    public void Save(AlertRow alert, IEnumerable<AlertDeliveryRow> deliveries)
    {
        long id = alert.Id;
        if (id == 0)
        {
            id = connection.ExecuteScalar<long>("""
                INSERT INTO alerts (rule, severity, state, call_sid, message, link, count, opened_at, fired_at, resolved_at, resolution, told, told_at)
                VALUES (@Rule, @Severity, @State, @CallSid, @Message, @Link, @Count, @OpenedAt, @FiredAt, @ResolvedAt, @Resolution, @Told, @ToldAt) RETURNING id
                """, alert, transaction);
        }
        else
        {
            connection.Execute("""
                UPDATE alerts SET severity = @Severity, state = @State, call_sid = @CallSid, message = @Message, link = @Link, count = @Count, fired_at = @FiredAt,
                    resolved_at = @ResolvedAt, resolution = @Resolution, told = @Told, told_at = @ToldAt WHERE id = @Id
                """, alert, transaction);
        }
        connection.Execute("""
            INSERT INTO alert_deliveries (alert_id, delivery, notice, state, attempts, next_at, error, created_at, sent_at)
            VALUES (@AlertId, @Delivery, @Notice, @State, @Attempts, @NextAt, @Error, @CreatedAt, @SentAt)
            """, deliveries.Select(d => d with { AlertId = id }), transaction);
    }

    /// <summary>Notes what a rule thinks of a subject. True when it matches now and did not before.</summary>
    public bool Note(AlertLook look)
    {
        bool matchedBefore = connection.ExecuteScalar<long>("SELECT COUNT(*) FROM alert_looks WHERE rule = @Rule AND condition = @Condition AND subject = @Subject AND matched = 1", look, transaction) > 0;
        connection.Execute("DELETE FROM alert_looks WHERE rule = @Rule AND at < @oldest", new { look.Rule, oldest = look.At - KeepLooks }, transaction);
        connection.Execute("INSERT OR REPLACE INTO alert_looks (rule, condition, subject, call_sid, at, matched, message, link) VALUES (@Rule, @Condition, @Subject, @CallSid, @At, @Matched, @Message, @Link)", look, transaction);
        return look.Matched && !matchedBefore;
    }

    /// <summary>The share of calls that matched, among the last so many and since a moment.</summary>
    public AlertRate Rate(string rule, string condition, int calls, DateTimeOffset since) => connection.QuerySingle<AlertRate>("""
        SELECT COALESCE(SUM(matched), 0) AS matched, COUNT(*) AS total FROM
            (SELECT matched FROM alert_looks WHERE rule = @rule AND condition = @condition AND at >= @since ORDER BY at DESC, subject LIMIT @calls)
        """, new { rule, condition, calls, since }, transaction);

    public void Commit() => transaction.Commit();

    public void Dispose()
    {
        transaction.Dispose();
        connection.Dispose();
    }
}
