using System.Numerics;

namespace Earshot.Audio.Spectral;

/// <summary>The highest of many values.</summary>
internal static class Summit
{
    /// <summary>The place of the highest value, the first of equals.</summary>
    /// <param name="values">Values, none NaN.</param>
    /// <param name="height">The value; negative infinity of none.</param>
    /// <returns>-1 of none.</returns>
    public static int Of(ReadOnlySpan<float> values, out float height)
    {
        height = float.NegativeInfinity;
        int i = 0, width = Vector<float>.Count;
        if (values.Length >= width)
        {
            var tops = new Vector<float>(values);
            for (i = width; i <= values.Length - width; i += width) tops = Vector.Max(tops, new Vector<float>(values[i..]));
            for (int k = 0; k < width; k++) height = Math.Max(height, tops[k]);
        }
        for (; i < values.Length; i++) height = Math.Max(height, values[i]);
        return values.IndexOf(height);
    }
}
