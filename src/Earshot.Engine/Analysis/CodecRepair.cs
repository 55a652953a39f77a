using Earshot.Audio.Detection;
using Earshot.Audio.Wave;

namespace Earshot.Engine.Analysis;

/// <summary>Writes a recording again by the right rule, where a finding says by which wrong one it was read.</summary>
internal static class CodecRepair
{
    /// <summary>Whether there is something in the report that can be put right.</summary>
    public static bool Can(AnalysisReport report) => report.Channels == 1 && report.Findings.Any(f => f.Code is FindingCodes.WrongCodec or FindingCodes.WrongByteOrder or FindingCodes.WrongRate);

    /// <summary>Writes the repaired file.</summary>
    /// <param name="reader">The file from its start.</param>
    /// <param name="report">What was found in it.</param>
    /// <param name="destination">Takes a 16-bit WAV file; can seek.</param>
    /// <returns>What was done, in words.</returns>
    public static string Write(WaveReader reader, AnalysisReport report, Stream destination)
    {
        int rate = reader.Format.SampleRateHz;
        Finding? header = report.Findings.FirstOrDefault(f => f.Kind == Analyzers.CodecAnalyzer.HeaderKind);
        Finding? codec = report.Findings.FirstOrDefault(f => f.Code is FindingCodes.WrongCodec or FindingCodes.WrongByteOrder && f != header);
        Finding? speed = report.Findings.FirstOrDefault(f => f.Code == FindingCodes.WrongRate);
        var done = new List<string>();
        int step = 1;
        CodecMistake mistake = CodecMistake.None;
        if (codec is not null)
        {
            mistake = Enum.GetValues<CodecMistake>().First(m => m != CodecMistake.None && CodecMistakeWords.Of(m).Kind == codec.Kind);
            step = report.Repair?.Step ?? 1;
            done.Add($"read again: {codec.Kind}");
        }
        double factor = speed?.Kind == "double-speed" ? 0.5 : speed is not null ? 2 : 1;
        int newRate = (int)(rate / step * factor);
        if (speed is not null) done.Add($"states {newRate} Hz");
        using var writer = new WaveWriter(destination, WaveFormat.Pcm16(newRate), leaveOpen: true);
        if (header is not null) done.Add(header.Count == 1 ? "the header in the payload is cut out" : $"{header.Count} headers in the payload are cut out");
        var cuts = new Queue<long>((header?.Places ?? []).Select(p => (long)Math.Round(p.StartSeconds * rate)));
        long length = header is null ? 0 : (long)Math.Round(header.Places[0].Seconds * rate);
        var samples = new short[RecordingAnalyzer.BlockSamples];
        long at = 0;
        int read;
        while ((read = reader.Read(samples)) > 0)
        {
            short[] piece = Without(samples.AsSpan(0, read), at, cuts, length);
            at += read;
            writer.Write(mistake == CodecMistake.None ? piece : CodecProbe.Undo(mistake, piece, step));
        }
        return string.Join(", ", done);
    }

    private static short[] Without(Span<short> samples, long at, Queue<long> cuts, long length)
    {
        if (cuts.Count == 0) return samples.ToArray();
        var kept = new List<short>(samples.Length);
        for (int i = 0; i < samples.Length; i++)
        {
            while (cuts.Count > 0 && at + i >= cuts.Peek() + length) cuts.Dequeue();
            if (cuts.Count == 0 || at + i < cuts.Peek()) kept.Add(samples[i]);
        }
        return [.. kept];
    }
}

/// <summary>What is needed beside the findings to put the audio right.</summary>
/// <param name="Step">1, or 2 where every second sample alone is as it was read.</param>
internal sealed record RepairFacts(int Step);
