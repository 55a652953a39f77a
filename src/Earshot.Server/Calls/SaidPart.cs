using Earshot.Engine.Catalog;

namespace Earshot.Server.Calls;

/// <summary>A part of what was said.</summary>
/// <param name="Text">The words.</param>
/// <param name="Found">True for those that were looked for.</param>
internal sealed record SaidPart(string Text, bool Found)
{
    public static IReadOnlyList<SaidPart> Of(string snippet)
    {
        var parts = new List<SaidPart>();
        bool found = false;
        foreach (string part in snippet.Split(TranscriptStore.MarkStart, TranscriptStore.MarkEnd))
        {
            if (part.Length > 0) parts.Add(new SaidPart(part, found));
            found = !found;
        }
        return parts;
    }
}
