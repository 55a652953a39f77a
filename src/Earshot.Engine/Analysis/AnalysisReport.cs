using System.Text.Json.Serialization;

namespace Earshot.Engine.Analysis;

/// <summary>All that is known of one recording: the JSON of <c>earshot analyze --json</c>, of the manifest and of the API.</summary>
internal sealed record AnalysisReport
{
    /// <summary>Of the JSON's shape; a change that breaks a reader raises it.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Of the measures and thresholds: a result of another version is stale.</summary>
    public const string CurrentAnalyzer = "earshot-analysis/3";

    public int Version { get; init; } = CurrentVersion;
    public string Analyzer { get; init; } = CurrentAnalyzer;

    /// <summary>The file's path or name as it was given; <c>-</c> for standard input.</summary>
    public string File { get; init; } = "";

    public double DurationSeconds { get; init; }
    public int SampleRateHz { get; init; }
    public int Channels { get; init; }

    /// <summary>What the samples are in the file: <c>pcm16</c>, <c>mulaw</c>, <c>float32</c>…</summary>
    public string Encoding { get; init; } = "";

    public int BitsPerSample { get; init; }

    /// <summary>What was wrong with the file's structure, in words.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public Verdict Verdict { get; init; }

    /// <summary>The worst first.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>One a channel.</summary>
    public IReadOnlyList<TrackReport> Tracks { get; init; } = [];

    /// <summary>What <see cref="CodecRepair"/> needs; not part of the JSON.</summary>
    [JsonIgnore]
    public RepairFacts? Repair { get; init; }

    /// <summary>What two channels say together; null for one.</summary>
    public ConversationReport? Conversation { get; init; }
}

/// <summary>A stretch of silence and what it is made of.</summary>
/// <param name="StartSeconds">Where it begins.</param>
/// <param name="EndSeconds">Where it ends.</param>
/// <param name="Kind">A kind of <see cref="SilenceKinds"/>.</param>
internal sealed record SilenceSegment(double StartSeconds, double EndSeconds, string Kind);

/// <summary>What a silence is made of.</summary>
internal static class SilenceKinds
{
    /// <summary>Samples of exactly 0: nothing was sent, or it was filled.</summary>
    public const string DigitalZero = "digital-zero";

    /// <summary>The idle codes of G.711, 0xFF and 0x7F or 0xD5 and 0x55: a line that is up and says nothing.</summary>
    public const string IdleCode = "idle-code";

    /// <summary>Faint noise, as an open line or room has it.</summary>
    public const string LineNoise = "line-noise";
}

/// <summary>A key that was pressed.</summary>
internal sealed record DtmfKey(string Digit, double StartSeconds, double EndSeconds);

/// <summary>What one channel says.</summary>
internal sealed record TrackReport
{
    /// <summary><c>inbound</c> or <c>outbound</c> of a recording of Earshot's, else <c>mono</c>, <c>left</c>, <c>right</c>, <c>channel 3</c>.</summary>
    public required string Track { get; init; }

    /// <summary><c>silero</c> or <c>energy</c>: what found the speech.</summary>
    public string SpeechDetector { get; init; } = "";

    public IReadOnlyList<TimeRange> SpeechSegments { get; init; } = [];
    public IReadOnlyList<SilenceSegment> SilenceSegments { get; init; } = [];
    public IReadOnlyList<DtmfKey> DtmfKeys { get; init; } = [];

    /// <summary>Figures by name, unit in the name; null where the signal has none (the level of digital silence).</summary>
    public IReadOnlyDictionary<string, double?> Measures { get; init; } = new Dictionary<string, double?>();

    /// <summary>Level over time for pictures, one value a step in dBFS; not part of the JSON.</summary>
    [JsonIgnore]
    public IReadOnlyList<float> LevelsDbfs { get; init; } = [];
}

/// <summary>What two sides say together.</summary>
internal sealed record ConversationReport
{
    /// <summary>Pause between the end of one side and the start of the other, in ms; negative where the other broke in.</summary>
    public IReadOnlyList<double> ResponseLatenciesMs { get; init; } = [];

    public double? ResponseLatencyP50Ms { get; init; }
    public double? ResponseLatencyP95Ms { get; init; }

    /// <summary>Both at once for 200 ms or longer, added up.</summary>
    public double TalkOverSeconds { get; init; }

    public IReadOnlyList<TimeRange> TalkOver { get; init; } = [];

    /// <summary>Times one side began while the other spoke and took over.</summary>
    public int Interruptions { get; init; }

    /// <summary>Share of each channel in all speech, in percent, in the order of the tracks.</summary>
    public IReadOnlyList<double> SpeechSharePercent { get; init; } = [];

    /// <summary>How far the echo comes behind; null without echo.</summary>
    public double? EchoDelayMs { get; init; }

    /// <summary>How much fainter the echo is; null without echo.</summary>
    public double? EchoReturnLossDb { get; init; }

    /// <summary>The track that the echo is heard on; null without echo.</summary>
    public string? EchoTrack { get; init; }

    /// <summary>How much alike the two are: 1 the same, -1 inverted, about 0 unrelated.</summary>
    public double? Correlation { get; init; }
}
