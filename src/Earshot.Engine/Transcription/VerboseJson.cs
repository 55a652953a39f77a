using System.Text.Json;
using System.Text.Json.Serialization;

namespace Earshot.Engine.Transcription;

/// <summary>The answer of an endpoint of OpenAI's kind: <c>verbose_json</c>, or <c>json</c> with the text alone. Servers differ in what they leave out.</summary>
internal sealed record VerboseJson
{
    public string? Text { get; init; }
    public string? Language { get; init; }
    public IReadOnlyList<VerboseSegment>? Segments { get; init; }

    /// <summary>OpenAI gives words beside the segments, others within them.</summary>
    public IReadOnlyList<VerboseWord>? Words { get; init; }

    public JsonElement? Error { get; init; }

    public EngineAnswer ToAnswer()
    {
        List<SpokenWord> loose = [.. (Words ?? []).OfType<VerboseWord>().Select(w => w.ToWord()).Where(w => w.Text.Length > 0)];
        VerboseSegment[] given = [.. (Segments ?? []).OfType<VerboseSegment>()]; // An array may hold nulls.
        EngineSegment[] segments = [.. given.Select((s, i) => s.ToSegment(Within(s, loose, isLast: i == given.Length - 1)))];
        string text = Text?.Trim() ?? string.Join(' ', segments.Select(s => s.Text).Where(t => t.Length > 0));
        if (segments.Length == 0 && loose.Count > 0 && text.Length > 0)
            segments = [new EngineSegment { StartSeconds = loose[0].StartSeconds, EndSeconds = loose[^1].EndSeconds, Text = text, Words = loose }];
        return new EngineAnswer(text, LanguageNames.Code(Language), segments);
    }

    /// <summary>The words whose middle lies in the segment; each is taken once.</summary>
    private static SpokenWord[] Within(VerboseSegment segment, List<SpokenWord> loose, bool isLast)
    {
        if (segment.Words is { Count: > 0 } own) return [.. own.OfType<VerboseWord>().Select(w => w.ToWord()).Where(w => w.Text.Length > 0)];
        int count = isLast ? loose.Count : loose.FindIndex(w => (w.StartSeconds + w.EndSeconds) / 2 > segment.End) is var at and >= 0 ? at : loose.Count;
        SpokenWord[] taken = [.. loose.Take(count)];
        loose.RemoveRange(0, count);
        return taken;
    }
}

internal sealed record VerboseSegment
{
    public double Start { get; init => field = Places.Known(value); }
    public double End { get; init => field = Places.Known(value); }
    public string? Text { get; init; }
    public double? AvgLogprob { get; init => field = value is { } v && double.IsFinite(v) ? v : null; }
    public double? NoSpeechProb { get; init => field = Places.Share(value); }
    public IReadOnlyList<VerboseWord>? Words { get; init; }

    public EngineSegment ToSegment(IReadOnlyList<SpokenWord> words) => new()
    {
        StartSeconds = Start,
        EndSeconds = Math.Max(End, Start),
        Text = Text?.Trim() ?? "",
        AverageLogProbability = AvgLogprob,
        NoSpeechProbability = NoSpeechProb,
        Words = words,
    };
}

internal sealed record VerboseWord
{
    public string? Word { get; init; }
    public double Start { get; init => field = Places.Known(value); }
    public double End { get; init => field = Places.Known(value); }
    public double? Probability { get; init => field = Places.Share(value); }

    public SpokenWord ToWord() => new(Word?.Trim() ?? "", Start, Math.Max(End, Start), Probability);
}

/// <summary>JSON has numbers that are none of a double (1e999): what an endpoint says there is as good as not said.</summary>
file static class Places
{
    public static double Known(double seconds) => double.IsFinite(seconds) ? seconds : 0;

    public static double? Share(double? value) => value is >= 0 and <= 1 ? value : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(VerboseJson))]
internal sealed partial class VerboseJsonContext : JsonSerializerContext;
