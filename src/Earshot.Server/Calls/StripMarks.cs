using System.Globalization;

namespace Earshot.Server.Calls;

/// <summary>Marks of a strip as one attribute: <c>kind@seconds+seconds</c>, separated by spaces.</summary>
internal static class StripMarks
{
    public static string Write(IEnumerable<StripMark> marks) =>
        string.Join(' ', marks.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Kind}@{m.AtSeconds:0.###}+{m.DurationSeconds:0.###}")));

    public static IEnumerable<StripMark> Read(string text)
    {
        foreach (string mark in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = mark.Split('@', '+');
            yield return new StripMark(parts[0], double.Parse(parts[1], CultureInfo.InvariantCulture), double.Parse(parts[2], CultureInfo.InvariantCulture));
        }
    }
}
