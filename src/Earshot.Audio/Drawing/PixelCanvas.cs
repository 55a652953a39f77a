namespace Earshot.Audio.Drawing;

/// <summary>A picture in memory, 8 bits a channel.</summary>
public sealed class PixelCanvas : ICanvas
{
    private readonly Colour[] _pixels;

    /// <param name="width">Pixels in a row, 1 to 20,000.</param>
    /// <param name="height">Rows, 1 to 20,000.</param>
    public PixelCanvas(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, 20_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, 20_000);
        (Width, Height, _pixels) = (width, height, new Colour[width * height]);
        Array.Fill(_pixels, Palette.Paper);
    }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public int Height { get; }

    /// <summary>The pixels, row by row from the top.</summary>
    public ReadOnlySpan<Colour> Pixels => _pixels;

    /// <inheritdoc/>
    public void Fill(double x, double y, double width, double height, Colour colour, double opacity = 1)
    {
        int left = Math.Max((int)Math.Round(x), 0), right = Math.Min((int)Math.Round(x + width), Width), top = Math.Max((int)Math.Round(y), 0), bottom = Math.Min((int)Math.Round(y + height), Height);
        for (int row = top; row < bottom; row++)
            for (int column = left; column < right; column++) Put(column, row, colour, opacity);
    }

    /// <inheritdoc/>
    public void Line(ReadOnlySpan<(double X, double Y)> points, Colour colour)
    {
        for (int i = 1; i < points.Length; i++)
        {
            ((double x0, double y0), (double x1, double y1)) = (points[i - 1], points[i]);
            int steps = Math.Max((int)Math.Ceiling(2 * Math.Max(Math.Abs(x1 - x0), Math.Abs(y1 - y0))), 1);
            for (int s = 0; s <= steps; s++) Dot(x0 + (x1 - x0) * s / steps, y0 + (y1 - y0) * s / steps, colour);
        }
    }

    /// <inheritdoc/>
    public void Text(double x, double y, string text, Colour colour, int scale = 1, int align = -1)
    {
        ArgumentNullException.ThrowIfNull(text);
        int advance = (Font.Width + 1) * scale;
        int at = (int)Math.Round(x - (align + 1) * 0.5 * (advance * text.Length - scale));
        foreach (char letter in text)
        {
            ReadOnlySpan<byte> rows = Font.Rows(letter);
            for (int row = 0; row < Font.Height; row++)
                for (int column = 0; column < Font.Width; column++)
                    if ((rows[row] >> (Font.Width - 1 - column) & 1) != 0) Fill(at + column * scale, (int)y + row * scale, scale, scale, colour);
            at += advance;
        }
    }

    /// <inheritdoc/>
    public void Image(int x, int y, int width, ReadOnlySpan<Colour> pixels)
    {
        for (int i = 0; i < pixels.Length; i++) Put(x + i % width, y + i / width, pixels[i], 1);
    }

    private void Dot(double x, double y, Colour colour)
    {
        // Spread over the four pixels around, so that a slope has no stairs.
        int left = (int)Math.Floor(x), top = (int)Math.Floor(y);
        double right = x - left, below = y - top;
        Put(left, top, colour, (1 - right) * (1 - below));
        Put(left + 1, top, colour, right * (1 - below));
        Put(left, top + 1, colour, (1 - right) * below);
        Put(left + 1, top + 1, colour, right * below);
    }

    private void Put(int x, int y, Colour colour, double opacity)
    {
        if ((uint)x >= (uint)Width || (uint)y >= (uint)Height || opacity <= 0) return;
        ref Colour pixel = ref _pixels[y * Width + x];
        pixel = opacity >= 1 ? colour : pixel.Mix(colour, opacity);
    }
}
