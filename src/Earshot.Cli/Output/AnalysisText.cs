using System.Globalization;
using Earshot.Engine.Analysis;
using Earshot.Engine.Calls;

namespace Earshot.Cli.Output;

/// <summary>A report for eyes: the verdict and what is wrong first, then the figures beside what is normal.</summary>
internal static class AnalysisText
{
    private const int Width = 100;
    private const int PlacesShown = 3;
    private const int SilencesShown = 5;
    private const string Blocks = "▁▂▃▄▅▆▇█";

    public static void Write(TextWriter output, AnalysisReport report, bool gap, bool levelsOnly)
    {
        if (gap) output.WriteLine();
        bool terminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        bool colour = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        output.WriteLine($"{Paint(report.Verdict.ToString().ToUpperInvariant(), Colour(report.Verdict), colour)}  {LogText.Clean(report.File)}  {Format(report)}");
        foreach (string warning in report.Warnings) output.WriteLine($"  note: {warning}");
        if (terminal) foreach (TrackReport track in report.Tracks) Sparkline(output, track, report.Tracks.Count > 1);
        foreach (Finding finding in report.Findings) Write(output, finding, report, colour);
        if (report.Findings.Count == 0) output.WriteLine(levelsOnly ? "  Nothing is wrong with its levels; nothing else was looked at." : "  Nothing is wrong with it.");
        foreach (TrackReport track in report.Tracks) Figures(output, track, report.Tracks.Count > 1);
        if (report.Conversation is { } conversation) Figures(output, conversation);
    }

    private static string Format(AnalysisReport r) =>
        $"{Report.Duration(r.DurationSeconds)} · {r.SampleRateHz / 1000.0:0.###} kHz · {r.Channels switch { 1 => "mono", 2 => "stereo", var n => $"{n} channels" }} · {r.Encoding}";

    private static void Write(TextWriter output, Finding finding, AnalysisReport report, bool colour)
    {
        string severity = finding.Severity switch { Severity.Error => "error", Severity.Warning => "warning", _ => "info" };
        string track = report.Tracks.Count > 1 && finding.Track is { } t ? $" ({t})" : "";
        string kind = finding.Kind is { } k ? $" [{k}]" : "";
        output.WriteLine($"  {Paint(severity, Colour(finding.Severity), colour)} {finding.Code}{kind}{track}: {Figure(finding)}{Places(finding)}");
        Wrap(output, finding.Message, "    ", "    ");
        Wrap(output, finding.Advice, "    → ", "      ");
    }

    private static string Figure(Finding f)
    {
        string value = f.Value is { } v ? $"{Number(v)}{(f.Unit == "%" ? " %" : f.Unit.Length > 0 ? " " + f.Unit : "")}" : "digital silence";
        return f.Threshold is { } threshold ? $"{value} (threshold {Number(threshold)})" : value;
    }

    private static string Places(Finding f)
    {
        if (f.Places.Count == 0) return "";
        string shown = string.Join(", ", f.Places.Take(PlacesShown).Select(p => p.Seconds >= 1 ? $"{Clock(p.StartSeconds)} to {Clock(p.EndSeconds)}" : Clock(p.StartSeconds)));
        int more = Math.Max(f.Count, f.Places.Count) - Math.Min(f.Places.Count, PlacesShown);
        return $", at {shown}{(more > 0 ? $" and {more} more" : "")}";
    }

    private static void Sparkline(TextWriter output, TrackReport track, bool named)
    {
        int columns = Math.Min(72, track.LevelsDbfs.Count);
        if (columns == 0) return;
        var line = new char[columns];
        for (int c = 0; c < columns; c++)
        {
            int from = (int)((long)c * track.LevelsDbfs.Count / columns), to = Math.Max((int)((long)(c + 1) * track.LevelsDbfs.Count / columns), from + 1);
            float level = float.NegativeInfinity;
            for (int i = from; i < to; i++) level = Math.Max(level, track.LevelsDbfs[i]);
            line[c] = level <= -70 ? ' ' : Blocks[Math.Clamp((int)((level + 60) / 60 * Blocks.Length), 0, Blocks.Length - 1)];
        }
        output.WriteLine($"  {new string(line)}{(named ? $"  {track.Track}" : "")}");
    }

    private static void Figures(TextWriter output, TrackReport track, bool named)
    {
        string Level(string name, string unit) => track.Measures.GetValueOrDefault(name) is { } v ? $"{Number(v)} {unit}" : "none";
        bool Has(string name) => track.Measures.GetValueOrDefault(name) is not null;
        if (named) output.WriteLine($"  {track.Track}");
        output.WriteLine($"  level    RMS {Level("rmsDbfs", "dBFS")} ({Level("rms16", "in 16-bit units")}; a whole telephone call has 500 to 2000) · peak {Level("peakDbfs", "dBFS")} · true peak {Level("truePeakDbtp", "dBTP")} · loudness {Level("loudnessLufs", "LUFS")}");
        if (Has("activeSpeechLevelDbfs"))
            output.WriteLine($"  speech   {Level("speechPercent", "%")} of the time, {Level("activeSpeechLevelDbfs", "dBov")} while it is spoken (normal -36 to -10) · found by {track.SpeechDetector}");
        if (Has("noiseFloorDbfs") || Has("bandwidthHz"))
            output.WriteLine($"  noise    floor {Level("noiseFloorDbfs", "dBFS")} · speech over noise {Level("snrDb", "dB")} · bandwidth {Level("bandwidthHz", "Hz")}");
        if (track.DtmfKeys.Count > 0) output.WriteLine($"  keys     {string.Concat(track.DtmfKeys.Select(k => k.Digit))}");
        if (track.SilenceSegments.Count > 0)
        {
            string shown = string.Join(", ", track.SilenceSegments.Take(SilencesShown).Select(s => $"{Clock(s.StartSeconds)} to {Clock(s.EndSeconds)} ({s.Kind})"));
            output.WriteLine($"  silence  {shown}{(track.SilenceSegments.Count > SilencesShown ? $" and {track.SilenceSegments.Count - SilencesShown} more" : "")}");
        }
    }

    private static void Figures(TextWriter output, ConversationReport c)
    {
        string latency = c.ResponseLatencyP50Ms is { } p50 ? $"answers after {Number(p50)} ms (median), {Number(c.ResponseLatencyP95Ms ?? p50)} ms (95 of 100)" : "no answers";
        output.WriteLine($"  both     {latency} · talk-over {Number(c.TalkOverSeconds)} s · interruptions {c.Interruptions}{(c.SpeechSharePercent.Count > 0 ? $" · share {string.Join(" to ", c.SpeechSharePercent.Select(s => $"{s:0} %"))}" : "")}");
    }

    private static void Wrap(TextWriter output, string text, string first, string next)
    {
        string line = first;
        foreach (string word in text.Split(' '))
        {
            if (line.Length + word.Length > Width && line.Trim().Length > 0)
            {
                output.WriteLine(line.TrimEnd());
                line = next;
            }
            line += word + " ";
        }
        output.WriteLine(line.TrimEnd());
    }

    private static string Clock(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{(int)(seconds / 60)}:{seconds % 60:00.00}");

    private static string Number(double value) => value.ToString(Math.Abs(value) switch { >= 100 => "0", >= 10 => "0.0", >= 0.1 or 0 => "0.0#", _ => "0.####" }, CultureInfo.InvariantCulture);

    private static int Colour(Verdict verdict) => verdict switch { Verdict.Good => 32, Verdict.Fair => 33, _ => 31 };

    private static int Colour(Severity severity) => severity switch { Severity.Info => 36, Severity.Warning => 33, _ => 31 };

    private static string Paint(string text, int colour, bool painted) => painted ? $"\u001b[1;{colour}m{text}\u001b[0m" : text;
}
