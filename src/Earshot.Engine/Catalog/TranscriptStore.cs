using Dapper;
using Microsoft.Data.Sqlite;

namespace Earshot.Engine.Catalog;

/// <summary>Which of a recording's transcripts.</summary>
internal static class TranscriptKinds
{
    /// <summary>Made after the call, from the whole recording.</summary>
    public const string Final = "final";

    /// <summary>Made while the call ran.</summary>
    public const string Live = "live";
}

/// <summary>The words of a recording.</summary>
internal sealed record TranscriptRow
{
    public required string RecordingId { get; init; }

    /// <summary>One of <see cref="TranscriptKinds"/>.</summary>
    public required string Kind { get; init; }

    public required string CallSid { get; init; }

    /// <summary>Version of what made it; an older one is stale.</summary>
    public required string Transcriber { get; init; }

    public string Engine { get; init; } = "";
    public string Model { get; init; } = "";
    public string Language { get; init; } = "";

    /// <summary><c>text</c>, <c>no-speech</c>, <c>speech-without-text</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    public string Reason { get; init; } = "";

    /// <summary>The whole transcript as JSON.</summary>
    public required string Document { get; init; }

    public DateTimeOffset MadeAt { get; init; }
}

/// <summary>Where words that were looked for stand.</summary>
internal sealed record TextHit
{
    public required string CallSid { get; init; }

    /// <summary>The words with some around them; what was found stands between <see cref="TranscriptStore.MarkStart"/> and <see cref="TranscriptStore.MarkEnd"/>.</summary>
    public required string Snippet { get; init; }
}

/// <summary>Rows of transcripts, and the search over their words.</summary>
internal sealed class TranscriptStore(CatalogDatabase database)
{
    /// <summary>Control characters, so that no text can hold them by itself.</summary>
    public const char MarkStart = '\u0002';

    public const char MarkEnd = '\u0003';

    /// <summary>Calls in which the words were said; takes <c>@match</c>.</summary>
    public const string CallsWithWords = "SELECT s.call_sid FROM transcript_words JOIN transcript_segments s ON s.id = transcript_words.rowid WHERE transcript_words MATCH @match";

    /// <summary>Stores a transcript in place of the one before it. False when its call is gone.</summary>
    /// <param name="row">The transcript.</param>
    /// <param name="texts">What is believed of it, for the search.</param>
    public bool Save(TranscriptRow row, IEnumerable<string> texts)
    {
        using SqliteConnection connection = database.Open();
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        if (connection.ExecuteScalar<long>("SELECT COUNT(*) FROM calls WHERE call_sid = @CallSid", row, transaction) == 0) return false;
        // A final transcript takes the place of the live one in the search, unless it failed.
        connection.Execute("DELETE FROM transcript_segments WHERE recording_id = @RecordingId AND (kind = @Kind OR (@Kind = 'final' AND @State <> 'failed'))", row, transaction);
        connection.Execute("DELETE FROM transcripts WHERE recording_id = @RecordingId AND kind = @Kind", row, transaction);
        connection.Execute("""
            INSERT INTO transcripts (recording_id, kind, call_sid, transcriber, engine, model, language, state, reason, document, made_at)
            VALUES (@RecordingId, @Kind, @CallSid, @Transcriber, @Engine, @Model, @Language, @State, @Reason, @Document, @MadeAt)
            """, row, transaction);
        connection.Execute("INSERT INTO transcript_segments (recording_id, kind, call_sid, text) VALUES (@RecordingId, @Kind, @CallSid, @text)", texts.Select(text => new { row.RecordingId, row.Kind, row.CallSid, text }), transaction);
        transaction.Commit();
        return true;
    }

    public TranscriptRow? Find(string recordingId, string kind) =>
        Query<TranscriptRow>("SELECT * FROM transcripts WHERE recording_id = @recordingId AND kind = @kind", new { recordingId, kind }).SingleOrDefault();

    /// <summary>All of a call's, final and live.</summary>
    public IReadOnlyList<TranscriptRow> OfCall(string callSid) => Query<TranscriptRow>("SELECT * FROM transcripts WHERE call_sid = @callSid ORDER BY recording_id, kind", new { callSid });

    /// <summary>Calls with a recording whose transcript is missing, failed, or of another version or engine.</summary>
    public IReadOnlyList<string> StaleCalls(string transcriber, string engine, string model) => Query<string>("""
        SELECT DISTINCT r.call_sid FROM recordings r LEFT JOIN transcripts t ON t.recording_id = r.id AND t.kind = 'final'
        WHERE r.state <> 'recording' AND (t.state IS NULL OR t.state = 'failed' OR t.transcriber <> @transcriber OR t.engine <> @engine OR t.model <> @model) ORDER BY r.call_sid
        """, new { transcriber, engine, model });

    /// <summary>The first place of the words in each of these calls.</summary>
    public IReadOnlyDictionary<string, string> Snippets(string match, IReadOnlyCollection<string> callSids) => Query<TextHit>("""
        SELECT s.call_sid, snippet(transcript_words, 0, char(2), char(3), '…', 12) AS snippet
        FROM transcript_words JOIN transcript_segments s ON s.id = transcript_words.rowid WHERE transcript_words MATCH @match AND s.call_sid IN @callSids ORDER BY s.id
        """, new { match, callSids }).DistinctBy(h => h.CallSid).ToDictionary(h => h.CallSid, h => h.Snippet, StringComparer.Ordinal);

    /// <summary>What a person typed, in the language of the search: all the words, the last one as it begins; words within quotation marks in that order. Control characters are white space, as the search reads no further than a NUL. Null where there is no word in it.</summary>
    public static string? Match(string typed)
    {
        string[] parts = string.Concat(typed.Select(c => char.IsControl(c) ? ' ' : c)).Split('"');
        var terms = new List<string>();
        for (int i = 0; i < parts.Length; i++)
        {
            bool isPhrase = i % 2 == 1 && i < parts.Length - 1;
            IEnumerable<string> said = isPhrase ? [parts[i]] : parts[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            terms.AddRange(said.Where(t => t.Any(char.IsLetterOrDigit)).Select(t => $"\"{t.Trim()}\""));
        }
        if (terms.Count == 0) return null;
        if (parts[^1].Length > 0 && !char.IsWhiteSpace(parts[^1][^1])) terms[^1] += "*";
        return string.Join(' ', terms);
    }

    private List<T> Query<T>(string sql, object values)
    {
        using SqliteConnection connection = database.Open();
        return connection.Query<T>(sql, values).AsList();
    }
}
