using System.Globalization;

namespace Earshot.Server.Calls;

/// <summary>Figures of measures, whose unit is in their name, with as many digits as they deserve.</summary>
internal static class Figures
{
    public static string Text(double value) => value.ToString(Math.Abs(value) >= 100 ? "0" : Math.Abs(value) >= 1 ? "0.#" : "0.####", CultureInfo.InvariantCulture).Replace('-', '−');
}
