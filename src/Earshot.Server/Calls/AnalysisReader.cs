using Earshot.Engine.Analysis;
using Earshot.Engine.Catalog;

namespace Earshot.Server.Calls;

/// <summary>Analyses as API and pages show them.</summary>
internal sealed class AnalysisReader(AnalysisStore analyses, AfterWorkStore work, CallStore calls, AnalysisOptions options)
{
    private const int MostPoints = 20_000;
    private const int BinCount = 40;
    private const int OutlierCount = 10;

    /// <summary>Which settings each measure is held against.</summary>
    private readonly Dictionary<string, MeasureThreshold[]> thresholds = new(StringComparer.Ordinal)
    {
        ["activeSpeechLevelDbfs"] = [new("Analysis:TooQuietDbov", options.TooQuietDbov), new("Analysis:TooLoudDbov", options.TooLoudDbov)],
        ["clippingPercent"] = [new("Analysis:ClippingPercent", options.ClippingPercent), new("Analysis:ClippingErrorPercent", options.ClippingErrorPercent)],
        ["dcOffset"] = [new("Analysis:DcOffset", -options.DcOffset), new("Analysis:DcOffset", options.DcOffset)],
        ["highBandDb"] = [new("Analysis:MuffledDb", options.MuffledDb)],
        ["humDbfs"] = [new("Analysis:HumDbfs", options.HumDbfs)],
        ["bitDepth"] = [new("Analysis:LowBitDepth", options.LowBitDepth)],
        ["floorSpreadDb"] = [new("Analysis:NoiseSpreadDb", options.NoiseSpreadDb)],
        ["snrDb"] = [new("Analysis:NoiseErrorSnrDb", options.NoiseErrorSnrDb), new("Analysis:NoiseSnrDb", options.NoiseSnrDb), new("Analysis:NoiseInfoSnrDb", options.NoiseInfoSnrDb)],
    };

    /// <summary>Of one recording; null when there is no such recording.</summary>
    public AnalysisDetail? OfRecording(string id)
    {
        if (calls.FindRecording(id) is not { } recording) return null;
        AnalysisRow? row = analyses.Find(id);
        AfterWorkRow? state = work.Find(recording.CallSid);
        return new AnalysisDetail
        {
            State = row is not null && state?.State is null or AfterWorkStates.Done ? AfterWorkStates.Done : state?.State ?? "none",
            Attempts = state?.Attempts ?? 0,
            Error = state?.Error ?? "",
            Stale = row is not null && row.Analyzer != AnalysisReport.CurrentAnalyzer,
            MadeAt = row?.MadeAt,
            Report = row is null ? null : AnalysisJson.Read(row.Report),
        };
    }

    /// <summary>Of a call; null when there is no such call.</summary>
    public CallAnalysis? OfCall(string callSid)
    {
        if (calls.Find(callSid) is null) return null;
        AfterWorkRow? state = work.Find(callSid);
        IReadOnlyList<AnalysisRow> rows = analyses.OfCall(callSid);
        Dictionary<string, AnalysisReport> reports = rows.Select(r => (r.Subject, Report: AnalysisJson.Read(r.Report))).Where(r => r.Report is not null).ToDictionary(r => r.Subject, r => r.Report!, StringComparer.Ordinal);
        reports.Remove(callSid, out AnalysisReport? both);
        string? verdict = rows.Count == 0 ? null : rows.Any(r => r.Verdict == "bad") ? "bad" : rows.Any(r => r.Verdict == "fair") ? "fair" : "good";
        return new CallAnalysis(state?.State ?? "none", state?.Attempts ?? 0, state?.Error ?? "", verdict, reports, both);
    }

    public IReadOnlyList<string> MeasureNames() => analyses.MeasureNames();

    /// <summary>Null when no recording has such a measure.</summary>
    public MeasureDistribution? Distribution(string name) => Distribution(name, analyses.Distribution(name, MostPoints));

    /// <summary>A measure with the recordings at its ends. Null when no recording has it.</summary>
    public MeasureModel? Measure(string name)
    {
        IReadOnlyList<MeasurePoint> points = analyses.Distribution(name, MostPoints);
        if (Distribution(name, points) is not { } distribution) return null;
        MeasuredRecording[] rising = [.. points.OrderBy(p => p.Value).ThenBy(p => p.Subject, StringComparer.Ordinal).Select(p => new MeasuredRecording(p.CallSid, p.Subject, p.Value))];
        bool isAll = rising.Length <= 2 * OutlierCount;
        return new MeasureModel(distribution, MeasureDefinitions.Find(name), isAll ? [] : rising[..OutlierCount], [.. rising.Reverse().Take(isAll ? rising.Length : OutlierCount)]);
    }

    private MeasureDistribution? Distribution(string name, IReadOnlyList<MeasurePoint> points)
    {
        double[] values = [.. points.Select(p => p.Value).Order()];
        if (values.Length == 0) return null;
        MeasureThreshold[] held = thresholds.GetValueOrDefault(name) ?? [];
        double from = Math.Min(values[0], held.Select(t => t.Value).DefaultIfEmpty(values[0]).Min()), to = Math.Max(values[^1], held.Select(t => t.Value).DefaultIfEmpty(values[^1]).Max());
        if (to - from < 1e-9) to = from + 1;
        double width = (to - from) / BinCount;
        int[] counts = new int[BinCount];
        foreach (double value in values) counts[Math.Min(BinCount - 1, (int)((value - from) / width))]++;
        return new MeasureDistribution(name, values.Length, values[0], Quantile(values, 0.05), Quantile(values, 0.5), Quantile(values, 0.95), values[^1], held,
            [.. counts.Select((c, i) => new MeasureBin(from + i * width, from + (i + 1) * width, c))]);
    }

    private static double Quantile(double[] sorted, double part) => sorted[(int)Math.Round(part * (sorted.Length - 1))];
}
