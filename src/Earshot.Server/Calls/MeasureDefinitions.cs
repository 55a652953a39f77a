using System.Text.RegularExpressions;

namespace Earshot.Server.Calls;

/// <summary>What a measure is, as docs/measures says: the page and the document have one source.</summary>
/// <param name="Title">Its name in words.</param>
/// <param name="Text">The definition; what stands between backticks is code.</param>
/// <param name="Source">The recommendation, paper or program that it is held against; empty where there is none.</param>
internal sealed record MeasureDefinition(string Title, string Text, string Source);

/// <summary>The definitions of all measures, by name.</summary>
internal static partial class MeasureDefinitions
{
    private const string Document = "docs/measures.md";

    private static readonly Lazy<Dictionary<string, MeasureDefinition>> All = new(Read);

    /// <summary>Null where the document does not name it.</summary>
    public static MeasureDefinition? Find(string measure) => All.Value.GetValueOrDefault(measure);

    /// <summary>Text and code of a definition in turn, text first.</summary>
    public static string[] Parts(string text) => text.Split('`');

    private static Dictionary<string, MeasureDefinition> Read()
    {
        using Stream stream = typeof(MeasureDefinitions).Assembly.GetManifestResourceStream(Document)!;
        using var reader = new StreamReader(stream);
        var found = new Dictionary<string, MeasureDefinition>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line && !line.StartsWith("## ", StringComparison.Ordinal))
        {
            string[] cells = line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries);
            if (!line.StartsWith('|') || cells.Length < 3) continue;
            int names = cells[0].IndexOf("(`", StringComparison.Ordinal);
            if (names < 0) continue;
            string title = cells[0][..names].Trim();
            var definition = new MeasureDefinition(char.ToUpperInvariant(title[0]) + title[1..], cells[1], cells[2]);
            foreach (Match name in Code().Matches(cells[0])) found[name.Groups[1].Value] = definition;
        }
        return found;
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
