using System.Text.Json.Serialization;

namespace Earshot.Engine.Transcription;

/// <summary>How a transcript differs from a reference.</summary>
internal sealed record WordErrors
{
    /// <summary>What it was held against: a file's name, <c>live</c>, or an engine.</summary>
    public string Against { get; init; } = "";

    /// <summary>What the two texts need not share, as in <c>case,punctuation</c>.</summary>
    public required string Normalization { get; init; }

    /// <summary>Words of the reference.</summary>
    public int ReferenceWords { get; init; }

    public int Correct { get; init; }
    public int Substitutions { get; init; }
    public int Deletions { get; init; }
    public int Insertions { get; init; }

    /// <summary>Word error rate in percent: (substitutions + deletions + insertions) by words of the reference; null where the reference has none or the texts are too long.</summary>
    public double? WordErrorPercent { get; init; }

    /// <summary>The same by letters and digits; null where the reference has none or the texts are too long.</summary>
    public double? CharacterErrorPercent { get; init; }

    /// <summary>Why the texts were not compared; null where they were.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>Word by word.</summary>
    public IReadOnlyList<AlignedWord> Alignment { get; init; } = [];

    /// <param name="reference">What was truly said.</param>
    /// <param name="heard">What is held against it.</param>
    /// <param name="how">What the two need not share.</param>
    /// <param name="against">What the reference is called.</param>
    /// <param name="mostCells">The most cells of the table; longer texts are not compared.</param>
    public static WordErrors Of(string reference, string heard, TextNormalization how, string against, long mostCells = WordAlignment.MostCells)
    {
        string[] truth = TextNormalizer.Words(reference, how), text = TextNormalizer.Words(heard, how);
        if (!WordAlignment.Fits(truth.Length, text.Length, mostCells))
        {
            return new WordErrors
            {
                Against = against,
                Normalization = TextNormalizer.Name(how),
                ReferenceWords = truth.Length,
                Reason = $"texts of {truth.Length} and {text.Length} words are too long to be compared word by word",
            };
        }
        IReadOnlyList<AlignedWord> words = WordAlignment.Align(truth, text);
        int Count(string kind) => words.Count(w => w.Kind == kind);
        return new WordErrors
        {
            Against = against,
            Normalization = TextNormalizer.Name(how),
            ReferenceWords = truth.Length,
            Correct = Count(AlignmentKinds.Correct),
            Substitutions = Count(AlignmentKinds.Substituted),
            Deletions = Count(AlignmentKinds.Deleted),
            Insertions = Count(AlignmentKinds.Inserted),
            WordErrorPercent = Percent(words, truth.Length),
            CharacterErrorPercent = Characters(truth) is var a && Characters(text) is var b && WordAlignment.Fits(a.Length, b.Length, mostCells) ? Percent(WordAlignment.Align(a, b), a.Length) : null,
            Alignment = words,
        };
    }

    private static string[] Characters(string[] words) => [.. string.Concat(words).EnumerateRunes().Select(r => r.ToString())];

    private static double? Percent(IReadOnlyList<AlignedWord> aligned, int of) => of == 0 ? null : Math.Round(100.0 * aligned.Count(w => w.Kind != AlignmentKinds.Correct) / of, 3);
}
