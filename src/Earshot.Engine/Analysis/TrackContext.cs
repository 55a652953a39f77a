using Earshot.Audio.Detection;
using Earshot.Audio.Levels;
using Earshot.Audio.Wave;

namespace Earshot.Engine.Analysis;

/// <summary>What is found out about one channel, and by which thresholds.</summary>
internal sealed class TrackContext(string name, WaveFormat format, AnalysisOptions options, RecordingFacts? facts)
{
    private const int PlacesKept = 100;
    private const int MeasureDecimals = 6;

    private readonly Dictionary<string, double?> measures = new(StringComparer.Ordinal);

    public string Name { get; } = name;
    public WaveFormat Format { get; } = format;
    public AnalysisOptions Options { get; } = options;
    public RecordingFacts? Facts { get; } = facts;
    public int SampleRateHz => Format.SampleRateHz;

    /// <summary>Samples of the channel.</summary>
    public long Samples { get; set; }

    public double DurationSeconds => (double)Samples / SampleRateHz;

    /// <summary>Where speech is, as <see cref="SpeechDetector"/> found it: what is told.</summary>
    public IReadOnlyList<SampleRange> Speech { get; set; } = [];

    /// <summary>Where the voice stands clear of what is around it, by its energy: what levels, pauses and turns are measured by, whichever detector there is.</summary>
    public IReadOnlyList<SampleRange> Sounding { get; set; } = [];

    public string SpeechDetector { get; set; } = "";
    public IReadOnlyList<SilenceSegment> Silences { get; set; } = [];
    public IReadOnlyList<DtmfKey> DtmfKeys { get; set; } = [];
    public List<Finding> Findings { get; } = [];

    /// <summary>All samples of the channel, counted by value.</summary>
    public SampleHistogram Histogram { get; } = new();

    /// <summary>By which wrong rule the samples were read, where that was found out.</summary>
    public CodecTrial Mistake { get; set; }
    public IReadOnlyDictionary<string, double?> Measures => measures;

    /// <summary>Level of each 10 ms in dBFS.</summary>
    public IReadOnlyList<float> LevelsDbfs { get; set; } = [];

    public double SoundingSeconds => Sounding.Sum(s => s.Length) / (double)SampleRateHz;

    /// <summary>Measures how much speech there is.</summary>
    public void MeasureSpeech()
    {
        double seconds = Speech.Sum(s => s.Length) / (double)SampleRateHz;
        Measure("speechPercent", 100 * seconds / Math.Max(DurationSeconds, 1e-9));
        Measure("speechSeconds", seconds);
    }

    /// <summary>Keeps a figure; what is not finite is kept as null.</summary>
    public void Measure(string name, double value) => measures[name] = double.IsFinite(value) ? Math.Round(value, MeasureDecimals) : null;

    /// <summary>A figure that an analyzer before measured; NaN where the signal has none.</summary>
    public double Value(string name) => measures.GetValueOrDefault(name) ?? double.NaN;

    public double Seconds(long sample) => Math.Round((double)sample / SampleRateHz, 4);

    public TimeRange Range(SampleRange range) => new(Seconds(range.Start), Seconds(range.End));

    public bool Has(string code) => Findings.Exists(f => f.Code == code);

    /// <summary>Whether the place lies in what sounds, with that much room around it.</summary>
    public bool IsSounding(long sample, double roomSeconds = 0)
    {
        long room = (long)(roomSeconds * SampleRateHz);
        int low = 0, high = Sounding.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Sounding[middle].End + room <= sample) low = middle + 1;
            else high = middle;
        }
        return low < Sounding.Count && sample >= Sounding[low].Start - room;
    }

    /// <summary>Reports a finding of the whole recording, or of places in it.</summary>
    public void Report(string code, Severity severity, (double Value, double? Threshold, string Unit) figure, string message, string advice, IReadOnlyList<TimeRange>? places = null, string? kind = null, long? count = null)
        => Findings.Add(Make(code, severity, Name, figure, DurationSeconds, message, advice, places, kind, count));

    public static Finding Make(string code, Severity severity, string? track, (double Value, double? Threshold, string Unit) figure, double durationSeconds, string message, string advice, IReadOnlyList<TimeRange>? places = null, string? kind = null, long? count = null) => new()
    {
        Code = code,
        Severity = severity,
        Track = track,
        StartSeconds = places is [var first, ..] ? first.StartSeconds : 0,
        EndSeconds = places is [var only] ? only.EndSeconds : places is [var one, ..] ? one.EndSeconds : Math.Round(durationSeconds, 4),
        Value = double.IsFinite(figure.Value) ? Math.Round(figure.Value, 4) : null,
        Threshold = figure.Threshold,
        Unit = figure.Unit,
        Kind = kind,
        Message = message,
        Advice = advice,
        Count = (int)Math.Min(count ?? Math.Max(places?.Count ?? 1, 1), int.MaxValue),
        Places = [.. (places ?? []).Take(PlacesKept)],
    };

    public TrackReport ToReport() => new()
    {
        Track = Name,
        SpeechDetector = SpeechDetector,
        SpeechSegments = [.. Speech.Select(Range)],
        SilenceSegments = Silences,
        DtmfKeys = DtmfKeys,
        Measures = Measures,
        LevelsDbfs = LevelsDbfs,
    };
}
