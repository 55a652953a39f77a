using System.Globalization;
using Earshot.Audio.Drawing;
using Earshot.Audio.Levels;

namespace Earshot.Engine.Analysis;

/// <summary>Draws a recording: for each channel its waveform with what was found marked on it, its level, its spectrogram, over one axis of time.</summary>
internal sealed class RecordingPicture
{
    public const int Width = 1200;
    private const int Left = 62;
    private const int Right = 20;
    private const int PlotWidth = Width - Left - Right;
    private const int LineHeight = 16;
    private const int FindingsShown = 7;
    private const int WaveHeight = 150;
    private const int LevelHeight = 80;
    private const int SpectrumHeight = 150;
    private const int Gap = 12;
    private const int AxisHeight = 34;
    private const int LegendHeight = 26;
    private const double LowestDb = -70;

    private readonly AnalysisReport report;
    private readonly PictureData data;
    private readonly ICanvas canvas;

    private RecordingPicture(AnalysisReport report, PictureData data, ICanvas canvas) => (this.report, this.data, this.canvas) = (report, data, canvas);

    /// <summary>Draws onto a canvas of <see cref="Width"/> by <see cref="HeightOf"/>.</summary>
    public static void Draw(AnalysisReport report, PictureData data, ICanvas canvas) => new RecordingPicture(report, data, canvas).Draw();

    public static int HeightOf(AnalysisReport report) => HeaderHeight(report) + report.Channels * ChannelHeight(report) + AxisHeight + LegendHeight;

    private static int HeaderHeight(AnalysisReport report) => 44 + LineHeight * Math.Max(Math.Min(report.Findings.Count, FindingsShown + 1), 1) + 8;

    private static int ChannelHeight(AnalysisReport report) => (report.Channels > 1 ? LineHeight : 0) + WaveHeight + LevelHeight + SpectrumHeight + 3 * Gap;

    private void Draw()
    {
        Header();
        int y = HeaderHeight(report);
        for (int c = 0; c < report.Channels; c++)
        {
            if (report.Channels > 1)
            {
                canvas.Text(Left, y, report.Tracks[c].Track, Palette.Ink);
                y += LineHeight;
            }
            Waveform(c, y);
            y += WaveHeight + Gap;
            Level(c, y);
            y += LevelHeight + Gap;
            Spectrum(c, y);
            y += SpectrumHeight + Gap;
        }
        TimeAxis(y);
        Legend(y + AxisHeight);
    }

    private void Header()
    {
        Colour colour = report.Verdict switch { Verdict.Good => Palette.Speech, Verdict.Fair => Palette.Warning, _ => Palette.Error };
        string verdict = report.Verdict.ToString().ToUpperInvariant();
        canvas.Fill(Left, 12, 14 + 12 * verdict.Length, 24, colour);
        canvas.Text(Left + 8, 17, verdict, Palette.Paper, 2);
        canvas.Text(Left + 26 + 12 * verdict.Length, 12, Shortened(Path.GetFileName(report.File), 110), Palette.Ink);
        canvas.Text(Left + 26 + 12 * verdict.Length, 27, Invariant($"{Clock(report.DurationSeconds)} · {report.SampleRateHz} Hz · {report.Channels} channel{(report.Channels == 1 ? "" : "s")} · {report.Encoding} · {Figures()}"), Palette.Faint);
        int y = 46;
        if (report.Findings.Count == 0) canvas.Text(Left, y, "Nothing is wrong with it.", Palette.Speech);
        foreach (Finding finding in report.Findings.Take(FindingsShown))
        {
            string where = finding.Places.Count > 0 ? $" at {Clock(finding.Places[0].StartSeconds)}{(finding.Count > 1 ? $" and {finding.Count - 1} more" : "")}" : "";
            string track = report.Channels > 1 && finding.Track is { } t ? $" ({t})" : "";
            canvas.Fill(Left, y, 7, 7, Of(finding.Severity));
            canvas.Text(Left + 14, y, Shortened($"{finding.Code}{track}{where}: {finding.Message}", 176), Palette.Ink);
            y += LineHeight;
        }
        if (report.Findings.Count > FindingsShown) canvas.Text(Left + 14, y, $"and {report.Findings.Count - FindingsShown} more", Palette.Faint);
    }

    private string Figures()
    {
        string Value(string name, string unit) => report.Tracks[0].Measures.GetValueOrDefault(name) is { } v ? Invariant($"{v:0.0} {unit}") : "none";
        return $"peak {Value("peakDbfs", "dBFS")}, RMS {Value("rmsDbfs", "dBFS")}, speech {Value("activeSpeechLevelDbfs", "dBov")}";
    }

    private void Waveform(int channel, int top)
    {
        Panel(top, WaveHeight, "amplitude");
        TrackReport track = report.Tracks[channel];
        double middle = top + WaveHeight / 2.0, half = WaveHeight / 2.0 - 4;
        foreach (SilenceSegment silence in track.SilenceSegments) Band(silence.StartSeconds, silence.EndSeconds, top, WaveHeight, Palette.Silence, 1);
        foreach ((double share, string label) in new[] { (1.0, "0 dB"), (0.5, "-6"), (0, "-inf"), (-0.5, "-6"), (-1.0, "0 dB") })
        {
            canvas.Fill(Left, middle - share * half, PlotWidth, 1, Palette.Grid);
            canvas.Text(Left - 6, middle - share * half - 3, label, Palette.Faint, 1, 1);
        }
        PeakPyramid peaks = data.Peaks[channel];
        peaks.Complete();
        var columns = new PeakColumn[PlotWidth];
        peaks.Query(0, Math.Max(peaks.SampleCount, 1), columns);
        for (int x = 0; x < PlotWidth; x++)
        {
            PeakColumn column = columns[x];
            double high = middle - column.Max / Decibels.FullScale * half, low = middle - column.Min / Decibels.FullScale * half, body = column.Rms / Decibels.FullScale * half;
            canvas.Fill(Left + x, high, 1, Math.Max(low - high, 1), Palette.Wave);
            double bodyTop = Math.Max(middle - body, high), bodyLow = Math.Min(middle + body, low);
            if (bodyLow - bodyTop >= 1) canvas.Fill(Left + x, bodyTop, 1, bodyLow - bodyTop, Palette.Body);
        }
        foreach (TimeRange speech in track.SpeechSegments) Band(speech.StartSeconds, speech.EndSeconds, top + WaveHeight - 4, 4, Palette.Speech, 1);
        foreach (Finding finding in report.Findings.Where(f => f.Track == track.Track || f.Track is null)) Mark(finding, top);
    }

    private void Mark(Finding finding, int top)
    {
        if (finding.Code is FindingCodes.LongSilence) return;
        bool loss = finding.Code is FindingCodes.LostAudio or FindingCodes.Dropouts or FindingCodes.RepeatedFrames;
        foreach (TimeRange place in finding.Places)
        {
            if (loss) Band(place.StartSeconds, place.EndSeconds, top, WaveHeight, Palette.Loss, 0.35);
            Band(place.StartSeconds, place.EndSeconds, top, 5, loss ? Palette.Loss : Of(finding.Severity), 1);
        }
    }

    private void Level(int channel, int top)
    {
        Panel(top, LevelHeight, "level, dBFS");
        for (int db = 0; db >= -60; db -= 20)
        {
            canvas.Fill(Left, LevelY(db, top), PlotWidth, 1, Palette.Grid);
            canvas.Text(Left - 6, LevelY(db, top) - 3, db.ToString(CultureInfo.InvariantCulture), Palette.Faint, 1, 1);
        }
        IReadOnlyList<float> levels = report.Tracks[channel].LevelsDbfs;
        var points = new List<(double, double)>();
        int steps = Math.Min(PlotWidth, levels.Count);
        for (int x = 0; x < steps; x++)
        {
            int from = (int)((long)x * levels.Count / steps), to = Math.Max((int)((long)(x + 1) * levels.Count / steps), from + 1);
            double power = 0;
            for (int i = from; i < to; i++) power += Math.Pow(10, levels[i] / 10);
            points.Add((Left + (x + 0.5) * PlotWidth / steps, LevelY(10 * Math.Log10(power / (to - from)), top)));
        }
        if (points.Count > 1) canvas.Line(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(points), Palette.Body);
    }

    private void Spectrum(int channel, int top)
    {
        var grid = data.Spectra[channel];
        var pixels = new Colour[PlotWidth * SpectrumHeight];
        Array.Fill(pixels, Palette.OfHeat(0));
        int bins = grid.Columns.Count > 0 ? grid.Columns[0].Length : 0;
        for (int x = 0; x < PlotWidth && bins > 0; x++)
        {
            double seconds = (x + 0.5) / PlotWidth * report.DurationSeconds;
            int at = (int)(seconds * report.SampleRateHz / grid.ColumnSamples);
            if (at >= grid.Columns.Count) continue;
            float[] column = grid.Columns[at];
            for (int y = 0; y < SpectrumHeight; y++)
            {
                double bin = (1 - (y + 0.5) / SpectrumHeight) * (bins - 1);
                int low = Math.Min((int)bin, bins - 2);
                double power = column[low] + (column[low + 1] - column[low]) * (bin - low);
                double db = 10 * Math.Log10(Math.Max(power, 1e-3) / (Decibels.FullScale * Decibels.FullScale));
                pixels[y * PlotWidth + x] = Palette.OfHeat((db + 100) / 75);
            }
        }
        canvas.Image(Left, top, PlotWidth, pixels);
        canvas.Text(Left + 6, top + 6, "frequency", Palette.Grid);
        double nyquist = report.SampleRateHz / 2000.0, step = nyquist <= 4 ? 1 : nyquist <= 8 ? 2 : 5;
        for (double khz = 0; khz <= nyquist; khz += step)
        {
            double y = top + SpectrumHeight * (1 - khz / nyquist);
            canvas.Fill(Left - 4, y, 4, 1, Palette.Faint);
            if (khz < nyquist) canvas.Text(Left - 6, Math.Min(y, top + SpectrumHeight - 4) - 3, Invariant($"{khz:0} kHz"), Palette.Faint, 1, 1);
        }
    }

    private void TimeAxis(int y)
    {
        double[] steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200];
        double step = steps.FirstOrDefault(s => report.DurationSeconds / s <= 12, steps[^1]);
        canvas.Fill(Left, y - Gap / 2, PlotWidth, 1, Palette.Faint);
        for (double at = 0; at <= report.DurationSeconds; at += step)
        {
            canvas.Fill(X(at), y - Gap / 2, 1, 5, Palette.Faint);
            canvas.Text(X(at), y + 3, Clock(at, step < 1), Palette.Faint, 1, 0);
        }
        canvas.Text(Left + PlotWidth, y + AxisHeight, "time in minutes and seconds", Palette.Faint, 1, 1);
    }

    private void Legend(int y)
    {
        double x = Left;
        foreach ((Colour colour, string label) in new[]
        {
            (Palette.Wave, "lowest to highest sample"), (Palette.Body, "RMS, level"), (Palette.Speech, "speech"), (Palette.Silence, "silence"), (Palette.Error, "error (clipping and others)"),
            (Palette.Warning, "warning"), (Palette.Loss, "loss, dropout or repeat"),
        })
        {
            canvas.Fill(x, y - 2, 10, 10, colour);
            canvas.Text(x + 15, y, label, Palette.Ink);
            x += 15 + 6 * label.Length + 24;
        }
    }

    private void Panel(int top, int height, string name)
    {
        canvas.Fill(Left, top, PlotWidth, height, Palette.Panel);
        canvas.Text(Left + 6, top + 6, name, Palette.Faint);
    }

    private void Band(double from, double to, double top, double height, Colour colour, double opacity) =>
        canvas.Fill(X(from), top, Math.Max(X(to) - X(from), 2), height, colour, opacity);

    private double X(double seconds) => Left + PlotWidth * Math.Clamp(seconds / Math.Max(report.DurationSeconds, 1e-9), 0, 1);

    private static double LevelY(double db, int top) => top + LevelHeight * Math.Clamp(db / LowestDb, 0, 1);

    private static Colour Of(Severity severity) => severity switch { Severity.Error => Palette.Error, Severity.Warning => Palette.Warning, _ => Palette.Faint };

    private static string Shortened(string text, int most) => text.Length <= most ? text : text[..(most - 3)] + "...";

    private static string Clock(double seconds, bool tenths = false) => Invariant($"{(int)(seconds / 60)}:{(tenths ? Invariant($"{seconds % 60:00.0}") : Invariant($"{Math.Floor(seconds % 60):00}"))}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
