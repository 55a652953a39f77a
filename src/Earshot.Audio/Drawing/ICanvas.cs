namespace Earshot.Audio.Drawing;

/// <summary>What a picture is drawn on: pixels or an SVG. Units are pixels from the top left.</summary>
public interface ICanvas
{
    /// <summary>Width in pixels.</summary>
    int Width { get; }

    /// <summary>Height in pixels.</summary>
    int Height { get; }

    /// <summary>A filled rectangle.</summary>
    /// <param name="x">Left.</param>
    /// <param name="y">Top.</param>
    /// <param name="width">Width.</param>
    /// <param name="height">Height.</param>
    /// <param name="colour">Its colour.</param>
    /// <param name="opacity">0 to 1.</param>
    void Fill(double x, double y, double width, double height, Colour colour, double opacity = 1);

    /// <summary>A line through points.</summary>
    /// <param name="points">At least two.</param>
    /// <param name="colour">Its colour.</param>
    void Line(ReadOnlySpan<(double X, double Y)> points, Colour colour);

    /// <summary>One line of text.</summary>
    /// <param name="x">Left, or middle or right as <paramref name="align"/> says.</param>
    /// <param name="y">Top.</param>
    /// <param name="text">ASCII and a few signs; others show as '?'.</param>
    /// <param name="colour">Its colour.</param>
    /// <param name="scale">1 for 5 by 7 pixels a letter, 2 for twice that.</param>
    /// <param name="align">-1 to begin at x, 0 to stand around it, 1 to end there.</param>
    void Text(double x, double y, string text, Colour colour, int scale = 1, int align = -1);

    /// <summary>A field of pixels.</summary>
    /// <param name="x">Left.</param>
    /// <param name="y">Top.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="pixels">Row by row from the top.</param>
    void Image(int x, int y, int width, ReadOnlySpan<Colour> pixels);
}
