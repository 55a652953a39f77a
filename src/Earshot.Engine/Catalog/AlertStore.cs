using Dapper;
using Microsoft.Data.Sqlite;

namespace Earshot.Engine.Catalog;

/// <summary>Rows of alerts, of what rules thought of calls, and of what is to be sent.</summary>
internal sealed class AlertStore(CatalogDatabase database)
{
    /// <summary>Begins a change: what is looked at, opened and told in it is stored together or not at all.</summary>
    public AlertChange Change() => new(database.Open());

    /// <summary>The newest alert of a rule.</summary>
    public AlertRow? Latest(string rule) => Query<AlertRow>("SELECT * FROM alerts WHERE rule = @rule ORDER BY id DESC LIMIT 1", new { rule }).SingleOrDefault();

    public AlertRow? Find(long id) => Query<AlertRow>("SELECT * FROM alerts WHERE id = @id", new { id }).SingleOrDefault();

    /// <summary>Open ones first, then newest first.</summary>
    public IReadOnlyList<AlertRow> List(int limit) => Query<AlertRow>("SELECT * FROM alerts ORDER BY state = 'open' DESC, fired_at DESC, id DESC LIMIT @limit", new { limit });

    public long CountOpen()
    {
        using SqliteConnection connection = database.Open();
        return connection.ExecuteScalar<long>("SELECT COUNT(*) FROM alerts WHERE state = 'open'");
    }

    /// <summary>The calls that an alert is about, newest first.</summary>
    public IReadOnlyList<AlertLook> Matches(string rule, DateTimeOffset from, DateTimeOffset to, int limit) => Query<AlertLook>(
        "SELECT * FROM alert_looks WHERE rule = @rule AND matched = 1 AND at >= @from AND at <= @to ORDER BY at DESC, subject LIMIT @limit", new { rule, from, to, limit });

    /// <summary>Calls whose webhook was answered and whose stream never came, that a rule has not looked at.</summary>
    public IReadOnlyList<string> WithoutStream(string rule, string condition, DateTimeOffset from, DateTimeOffset to) => Query<string>("""
        SELECT call_sid FROM calls c WHERE state = 'webhook' AND started_at >= @from AND started_at < @to
            AND NOT EXISTS (SELECT 1 FROM alert_looks l WHERE l.rule = @rule AND l.condition = @condition AND l.subject = c.call_sid) ORDER BY started_at LIMIT 100
        """, new { rule, condition, from, to });

    /// <summary>What is to be sent now, in order: of one alert to one delivery only the first.</summary>
    public IReadOnlyList<AlertDeliveryRow> Due(DateTimeOffset now, int limit) => Query<AlertDeliveryRow>("""
        SELECT * FROM alert_deliveries d WHERE state = 'pending' AND next_at <= @now
            AND NOT EXISTS (SELECT 1 FROM alert_deliveries e WHERE e.state = 'pending' AND e.alert_id = d.alert_id AND e.delivery = d.delivery AND e.id < d.id) ORDER BY id LIMIT @limit
        """, new { now, limit });

    /// <summary>What was and is to be sent of an alert, oldest first.</summary>
    public IReadOnlyList<AlertDeliveryRow> Deliveries(long alertId) => Query<AlertDeliveryRow>("SELECT * FROM alert_deliveries WHERE alert_id = @alertId ORDER BY id", new { alertId });

    /// <summary>Takes a message for one attempt, before it is sent: it is not due again before <paramref name="nextAt"/>, whatever happens to the attempt.</summary>
    /// <returns>False when it was taken or sent meanwhile.</returns>
    public bool Claim(AlertDeliveryRow row, DateTimeOffset nextAt)
    {
        using SqliteConnection connection = database.Open();
        return connection.Execute("UPDATE alert_deliveries SET attempts = attempts + 1, next_at = @nextAt WHERE id = @Id AND state = 'pending' AND attempts = @Attempts", new { row.Id, row.Attempts, nextAt }) == 1;
    }

    public void Update(AlertDeliveryRow row)
    {
        using SqliteConnection connection = database.Open();
        connection.Execute("UPDATE alert_deliveries SET state = @State, attempts = @Attempts, next_at = @NextAt, error = @Error, sent_at = @SentAt WHERE id = @Id", row);
    }

    /// <summary>Deletes alerts that were over before a moment, with what was sent of them.</summary>
    /// <returns>How many.</returns>
    public int Prune(DateTimeOffset before)
    {
        using SqliteConnection connection = database.Open();
        return connection.Execute("DELETE FROM alerts WHERE state = 'resolved' AND resolved_at < @before", new { before });
    }

    private List<T> Query<T>(string sql, object values)
    {
        using SqliteConnection connection = database.Open();
        return connection.Query<T>(sql, values).AsList();
    }
}
