using System.Globalization;
using Earshot.Engine.Catalog;

namespace Earshot.Server.Calls;

/// <summary>A place in the list as it stands in an address: the milliseconds of the call's start, a dash, its callSid.</summary>
internal static class Cursors
{
    public static string Format(CallCursor cursor) => string.Create(CultureInfo.InvariantCulture, $"{cursor.StartedAt.ToUnixTimeMilliseconds()}-{cursor.CallSid}");

    /// <summary>True when the text is empty (no cursor) or a cursor.</summary>
    public static bool TryParse(string? text, out CallCursor? cursor)
    {
        cursor = null;
        if (string.IsNullOrEmpty(text)) return true;
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 1 || !long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out long ms) || ms > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()) return false;
        cursor = new CallCursor(DateTimeOffset.FromUnixTimeMilliseconds(ms), text[(dash + 1)..]);
        return true;
    }
}
