using Earshot.Audio.Drawing;
using Earshot.Audio.Tests.Oracles;

namespace Earshot.Audio.Tests.Drawing;

public sealed class PngTests
{
    [Fact]
    public void Ffmpeg_reads_every_pixel_as_it_was_drawn()
    {
        Tool.Need("ffmpeg");
        var canvas = new PixelCanvas(97, 53);
        canvas.Fill(3, 4, 20, 10, Palette.Error);
        canvas.Line([(0, 50), (96, 2)], Palette.Body);
        canvas.Text(30, 20, "Ap 1.5 kHz", Palette.Ink);
        using var png = new MemoryStream();
        PngWriter.Write(canvas, png);
        using var file = new TemporaryFile(png.ToArray(), ".png");
        byte[] raw = Tool.Output("ffmpeg", "-nostdin", "-v", "error", "-i", file.Path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-");
        raw.ShouldBe(canvas.Pixels.ToArray().SelectMany(c => new[] { c.R, c.G, c.B }));
    }
}
