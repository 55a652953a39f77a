using Earshot.Audio.Drawing;
using Earshot.Engine.Analysis;

namespace Earshot.Cli.Output;

/// <summary>Writes the picture of a recording as PNG or SVG, by the name's ending.</summary>
internal static class PictureFile
{
    private const string Png = ".png";
    private const string Svg = ".svg";

    /// <summary>Whether the text names a picture: only then does <c>--plot</c> take it.</summary>
    public static bool IsName(string text) => text.EndsWith(Png, StringComparison.OrdinalIgnoreCase) || text.EndsWith(Svg, StringComparison.OrdinalIgnoreCase);

    /// <summary>The picture's name beside a recording; in the current folder for standard input.</summary>
    public static string Beside(string? recording) => recording is null ? "stdin" + Png : Path.ChangeExtension(recording, Png);

    public static void Write(AnalysisReport report, PictureData data, string path)
    {
        int height = RecordingPicture.HeightOf(report);
        using FileStream file = File.Create(path);
        if (path.EndsWith(Svg, StringComparison.OrdinalIgnoreCase))
        {
            var svg = new SvgCanvas(RecordingPicture.Width, height);
            RecordingPicture.Draw(report, data, svg);
            svg.Write(file);
        }
        else
        {
            var pixels = new PixelCanvas(RecordingPicture.Width, height);
            RecordingPicture.Draw(report, data, pixels);
            PngWriter.Write(pixels, file);
        }
        Console.Error.WriteLine($"earshot analyze: drew '{path}'");
    }
}
