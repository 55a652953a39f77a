using System.Globalization;
using System.Text;

namespace Earshot.Engine.Transcription;

/// <summary>What two texts need not share to count as the same. Stated beside every figure that rests on it.</summary>
[Flags]
internal enum TextNormalization
{
    /// <summary>Words as written, parted by white space.</summary>
    None = 0,

    /// <summary>Capitals are small letters.</summary>
    Case = 1,

    /// <summary>Punctuation is dropped; an apostrophe within a word stays, a hyphen parts words.</summary>
    Punctuation = 2,

    /// <summary>Numbers are their digits one by one, and the words zero to nine of English, French and Spanish are digits too.</summary>
    Digits = 4,

    /// <summary>Case and punctuation.</summary>
    Default = Case | Punctuation,

    /// <summary>All of them.</summary>
    All = Case | Punctuation | Digits,
}

/// <summary>Makes texts comparable: one normalisation, the same wherever texts are compared.</summary>
internal static class TextNormalizer
{
    private static readonly string[][] DigitWords =
    [
        ["zero", "zéro", "cero", "oh"], ["one", "un", "une", "uno", "una"], ["two", "deux", "dos"], ["three", "trois", "tres"], ["four", "quatre", "cuatro"],
        ["five", "cinq", "cinco"], ["six", "seis"], ["seven", "sept", "siete"], ["eight", "huit", "ocho"], ["nine", "neuf", "nueve"],
    ];

    private static readonly Dictionary<string, string> Digits = DigitWords.SelectMany((words, digit) => words.Select(w => (w, Digit: digit.ToString(CultureInfo.InvariantCulture)))).ToDictionary(p => p.w, p => p.Digit, StringComparer.OrdinalIgnoreCase);

    /// <summary>Its name as settings and reports write it: <c>case,punctuation</c>, or <c>none</c>.</summary>
    public static string Name(TextNormalization how) => how == TextNormalization.None ? "none" : string.Join(',', Parts.Where(p => how.HasFlag(p.How)).Select(p => p.Name));

    /// <summary>Reads <see cref="Name"/>; false where a word is none of them.</summary>
    public static bool TryParse(string text, out TextNormalization how)
    {
        how = TextNormalization.None;
        foreach (string word in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (word == "none") continue;
            if (Parts.FirstOrDefault(p => p.Name == word).Name is null) return false;
            how |= Parts.First(p => p.Name == word).How;
        }
        return true;
    }

    /// <summary>The words of a text.</summary>
    public static string[] Words(string text, TextNormalization how)
    {
        if (how.HasFlag(TextNormalization.Case)) text = text.ToLowerInvariant();
        if (how.HasFlag(TextNormalization.Punctuation)) text = WithoutPunctuation(text);
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return how.HasFlag(TextNormalization.Digits) ? [.. words.SelectMany(OneByOne)] : words;
    }

    private static readonly (TextNormalization How, string Name)[] Parts = [(TextNormalization.Case, "case"), (TextNormalization.Punctuation, "punctuation"), (TextNormalization.Digits, "digits")];

    private static string WithoutPunctuation(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i] is '’' or 'ʼ' ? '\'' : text[i];
            bool within = i > 0 && i < text.Length - 1 && char.IsLetterOrDigit(text[i - 1]) && char.IsLetterOrDigit(text[i + 1]);
            bool stays = char.IsLetterOrDigit(c) || char.IsSurrogate(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation || (c == '\'' && within);
            clean.Append(stays ? c : ' ');
        }
        return clean.ToString();
    }

    private static IEnumerable<string> OneByOne(string word) =>
        Digits.TryGetValue(word, out string? digit) ? [digit] : word.All(char.IsAsciiDigit) ? word.Select(c => c.ToString()) : [word];
}
