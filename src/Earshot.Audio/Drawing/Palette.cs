namespace Earshot.Audio.Drawing;

/// <summary>The colours of pictures.</summary>
public static class Palette
{
    /// <summary>The ground.</summary>
    public static readonly Colour Paper = new(255, 255, 255);

    /// <summary>Text and axes.</summary>
    public static readonly Colour Ink = new(31, 41, 55);

    /// <summary>Lesser text.</summary>
    public static readonly Colour Faint = new(107, 114, 128);

    /// <summary>Lines of the grid.</summary>
    public static readonly Colour Grid = new(229, 231, 235);

    /// <summary>The ground of a panel.</summary>
    public static readonly Colour Panel = new(249, 250, 251);

    /// <summary>The outline of a waveform: from lowest to highest sample.</summary>
    public static readonly Colour Wave = new(147, 178, 222);

    /// <summary>The body of a waveform: its RMS.</summary>
    public static readonly Colour Body = new(37, 99, 175);

    /// <summary>Errors.</summary>
    public static readonly Colour Error = new(200, 30, 40);

    /// <summary>Warnings.</summary>
    public static readonly Colour Warning = new(217, 119, 6);

    /// <summary>Silence.</summary>
    public static readonly Colour Silence = new(225, 228, 234);

    /// <summary>Speech.</summary>
    public static readonly Colour Speech = new(22, 140, 90);

    /// <summary>Lost audio.</summary>
    public static readonly Colour Loss = new(147, 51, 170);

    private static readonly Colour[] Heat = [new(8, 10, 30), new(42, 22, 92), new(112, 31, 120), new(184, 55, 100), new(236, 104, 68), new(252, 176, 70), new(252, 246, 190)];

    /// <summary>A colour for a strength, dark to light, so that print and colour-blind eyes keep the order.</summary>
    /// <param name="share">0 to 1.</param>
    public static Colour OfHeat(double share)
    {
        double at = Math.Clamp(share, 0, 1) * (Heat.Length - 1);
        int low = Math.Min((int)at, Heat.Length - 2);
        return Heat[low].Mix(Heat[low + 1], at - low);
    }
}
