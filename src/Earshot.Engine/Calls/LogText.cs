using System.Text;

namespace Earshot.Engine.Calls;

/// <summary>Outside text as it may stand in a log, an event or a terminal: no control characters, no endless length.</summary>
internal static class LogText
{
    private const int MaxLength = 120;

    public static string Clean(ReadOnlySpan<byte> utf8) => Clean(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, MaxLength * 4)]));

    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var clean = new StringBuilder(Math.Min(text.Length, MaxLength + 1));
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (clean.Length >= MaxLength) return clean.Append('…').ToString();
            clean.Append(Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029 or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) ? "�" : rune.ToString());
        }
        return clean.ToString();
    }
}
