using System.Globalization;
using System.Net;
using System.Text;

namespace Earshot.Audio.Drawing;

/// <summary>A picture as SVG: lines and letters stay sharp at any size, fields of pixels are embedded as PNG.</summary>
public sealed class SvgCanvas : ICanvas
{
    private readonly StringBuilder _body = new();

    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    public SvgCanvas(int width, int height) => (Width, Height) = (width, height);

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public int Height { get; }

    /// <inheritdoc/>
    public void Fill(double x, double y, double width, double height, Colour colour, double opacity = 1)
        => Add($"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" fill=\"{colour}\"{(opacity < 1 ? string.Create(CultureInfo.InvariantCulture, $" opacity=\"{opacity:0.##}\"") : "")}/>");

    /// <inheritdoc/>
    public void Line(ReadOnlySpan<(double X, double Y)> points, Colour colour)
    {
        _body.Append("<polyline fill=\"none\" stroke=\"").Append(colour).Append("\" points=\"");
        foreach ((double x, double y) in points) _body.Append(CultureInfo.InvariantCulture, $"{x:0.##},{y:0.##} ");
        _body.AppendLine("\"/>");
    }

    /// <inheritdoc/>
    public void Text(double x, double y, string text, Colour colour, int scale = 1, int align = -1)
        => Add($"<text x=\"{x:0.##}\" y=\"{y + 7 * scale + scale:0.##}\" font-size=\"{11 + 5 * (scale - 1)}\" fill=\"{colour}\" text-anchor=\"{(align < 0 ? "start" : align == 0 ? "middle" : "end")}\">{WebUtility.HtmlEncode(text)}</text>");

    /// <inheritdoc/>
    public void Image(int x, int y, int width, ReadOnlySpan<Colour> pixels)
    {
        var field = new PixelCanvas(width, pixels.Length / width);
        field.Image(0, 0, width, pixels);
        using var png = new MemoryStream();
        PngWriter.Write(field, png);
        Add($"<image x=\"{x}\" y=\"{y}\" width=\"{field.Width}\" height=\"{field.Height}\" href=\"data:image/png;base64,{Convert.ToBase64String(png.ToArray())}\"/>");
    }

    /// <summary>Writes the file.</summary>
    /// <param name="stream">Takes it.</param>
    public void Write(Stream stream)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
        writer.Write($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{Height}\" viewBox=\"0 0 {Width} {Height}\" font-family=\"system-ui, sans-serif\">\n<rect width=\"{Width}\" height=\"{Height}\" fill=\"{Palette.Paper}\"/>\n{_body}</svg>\n");
    }

    private void Add(FormattableString line) => _body.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
