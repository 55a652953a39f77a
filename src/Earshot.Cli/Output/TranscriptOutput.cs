using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Earshot.Engine.Calls;
using Earshot.Engine.Transcription;

namespace Earshot.Cli.Output;

/// <summary>Transcripts on the terminal and as files.</summary>
internal static class TranscriptOutput
{
    /// <summary>The formats that there are.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["txt", "json", "srt", "vtt"];

    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A file's transcripts in one of the formats.</summary>
    public static string Of(string format, string file, IReadOnlyList<Transcript> transcripts, IReadOnlyList<Comparison> comparisons, double doubtBelow)
    {
        if (format == "json") return Json(file, transcripts, comparisons) + "\n";
        IReadOnlyList<ConversationLine> lines = Lines(transcripts, doubtBelow);
        return format switch { "srt" => ConversationText.Srt(lines), "vtt" => ConversationText.Vtt(lines), _ => ConversationText.Txt(lines) + States(transcripts) };
    }

    public static string Json(string file, IReadOnlyList<Transcript> transcripts, IReadOnlyList<Comparison> comparisons)
    {
        var json = new JsonObject { ["file"] = file, ["transcripts"] = Array(transcripts) };
        if (comparisons.Count > 0)
            json["comparisons"] = new JsonArray([.. comparisons.Select(c => (JsonNode)new JsonObject { ["reference"] = c.Reference, ["heard"] = c.Heard, ["errors"] = c.Errors is { } e ? JsonSerializer.SerializeToNode(e, TranscriptJson.Compact.WordErrors) : null, ["failed"] = c.Failed })]);
        return json.ToJsonString(OneLine);
    }

    /// <summary>An analysis' JSON with the transcripts in it.</summary>
    public static string WithWords(string analysis, IReadOnlyList<Transcript> transcripts)
    {
        JsonNode json = JsonNode.Parse(analysis)!;
        json["transcription"] = Array(transcripts);
        return json.ToJsonString(OneLine);
    }

    /// <summary>Below an analysis.</summary>
    public static void Below(TextWriter output, IReadOnlyList<Transcript> transcripts, double doubtBelow)
    {
        foreach (string line in (ConversationText.Txt(Lines(transcripts, doubtBelow)) + States(transcripts)).TrimEnd().Split('\n')) output.WriteLine("  " + line);
    }

    /// <summary>How two texts differ, a line and the places below it.</summary>
    public static void Write(TextWriter output, Comparison c)
    {
        if (c.Errors is not { } e)
        {
            output.WriteLine($"{c.Heard} against {c.Reference}: {c.Failed} failed, so there is no WER");
            return;
        }
        if (e.Reason is { } reason)
        {
            output.WriteLine($"{c.Heard} against {c.Reference}: not compared, {reason}; cut them into parts");
            return;
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{c.Heard} against {c.Reference}: WER {e.WordErrorPercent?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-"} % ({e.Substitutions} substituted, {e.Deletions} deleted, {e.Insertions} inserted of {e.ReferenceWords}), CER {e.CharacterErrorPercent?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-"} %, normalised by {e.Normalization}"));
        if (e.Substitutions + e.Deletions + e.Insertions > 0) output.WriteLine("  " + string.Join(' ', e.Alignment.Select(Word)));
    }

    private static string Word(AlignedWord w) => w.Kind switch
    {
        AlignmentKinds.Substituted => $"[{LogText.Clean(w.Reference)}→{LogText.Clean(w.Heard)}]",
        AlignmentKinds.Deleted => $"[-{LogText.Clean(w.Reference)}]",
        AlignmentKinds.Inserted => $"[+{LogText.Clean(w.Heard)}]",
        _ => LogText.Clean(w.Heard),
    };

    /// <summary>A line for each track that has no text.</summary>
    private static string States(IReadOnlyList<Transcript> transcripts) =>
        string.Concat(transcripts.Where(t => t.State != TranscriptStates.Text).Select(t => $"{(t.Speaker.Length > 0 ? ConversationText.Name(t.Speaker) + ": " : "")}{t.State}: {t.Reason}\n"));

    private static IReadOnlyList<ConversationLine> Lines(IReadOnlyList<Transcript> transcripts, double doubtBelow) => Conversation.Merge(transcripts.Select(t => ("", 0.0, t)), doubtBelow);

    private static JsonArray Array(IReadOnlyList<Transcript> transcripts) => new([.. transcripts.Select(t => JsonSerializer.SerializeToNode(t, TranscriptJson.Compact.Transcript))]);
}

/// <summary>One text held against another.</summary>
/// <param name="Reference">What is taken for the truth.</param>
/// <param name="Heard">What is held against it.</param>
/// <param name="Errors">How they differ; null where one of them was not made.</param>
/// <param name="Failed">Which one that is; null where both are there.</param>
internal sealed record Comparison(string Reference, string Heard, WordErrors? Errors, string? Failed = null);
