using System.Text.Json;
using System.Text.Json.Serialization;
using Earshot.Engine.Calls;

namespace Earshot.Engine.Recording;

/// <summary>How far a recording or a stream is, as manifests and catalog say it.</summary>
internal static class RecordingStates
{
    /// <summary>It runs, or was cut off and is not recovered yet.</summary>
    public const string Recording = "recording";

    /// <summary>It was closed in order.</summary>
    public const string Complete = "complete";

    /// <summary>It was cut off and completed from its journal.</summary>
    public const string Recovered = "recovered";
}

/// <summary>What stands beside each WAV. Times in seconds or ms as named; levels over all samples of the file.</summary>
internal sealed record RecordingManifest
{
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;
    public required string CallSid { get; init; }
    public required string StreamSid { get; init; }
    public string AccountSid { get; init; } = "";
    public required string Track { get; init; }
    public required string Speaker { get; init; }
    public required string State { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Place of the first sample on the call's clock: the timestamp of the track's first frame.</summary>
    public double StartOffsetMs { get; init; }

    /// <summary>How far the place may be off, where it is rebuilt from what was sent and not stamped by the carrier: half the round trip and half a frame. 0 for stamped frames; null while the round trip is not known.</summary>
    public double? PlaceErrorMs { get; init; } = 0;

    public double DurationSeconds { get; init; }

    /// <summary>Media frames placed in the file.</summary>
    public long Frames { get; init; }

    /// <summary>Time that never came and was filled with silence.</summary>
    public double LostMs { get; init; }

    public long Stalls { get; init; }
    public long Duplicates { get; init; }

    /// <summary>Frames that came out of order and were put right.</summary>
    public long Reordered { get; init; }

    /// <summary>Frames that came after their place had been filled.</summary>
    public long Late { get; init; }

    /// <summary>The largest distance between the carrier's timestamps and the place in the file.</summary>
    public double DriftMs { get; init; }

    /// <summary>Time that was received but could not be written; it reads as digital silence.</summary>
    public double UnwrittenMs { get; init; }

    /// <summary>Root mean square in 16-bit units.</summary>
    public double Rms { get; init; }

    /// <summary>The same in dBFS; null for digital silence.</summary>
    public double? RmsDbfs { get; init; }

    /// <summary>Largest magnitude in dBFS; null for digital silence.</summary>
    public double? PeakDbfs { get; init; }

    public string EndReason { get; init; } = "";
    public IReadOnlyList<SegmentManifest> Segments { get; init; } = [];

    /// <summary>SHA-256 of the (first) WAV file as it lies on disk.</summary>
    public string? WavSha256 { get; init; }

    /// <summary>SHA-256 of the received coded bytes in the order of their place: no fill, no duplicates.</summary>
    public string? MulawSha256 { get; init; }

    /// <summary>The analysis, once it is made: the report of <c>earshot analyze --json</c>.</summary>
    public JsonElement? Analysis { get; init; }

    /// <summary>The words, once they are made: what <c>earshot transcribe --json</c> prints.</summary>
    public JsonElement? Transcription { get; init; }

    public IReadOnlyList<TimelineEvent> Events { get; init; } = [];
}

/// <summary>One file of a recording.</summary>
/// <param name="File">Its name.</param>
/// <param name="StartSample">Place of its first sample in the recording, at 16 kHz.</param>
/// <param name="Samples">Its length.</param>
/// <param name="Sha256">Of the file as it lies on disk; null while it runs.</param>
internal sealed record SegmentManifest(string File, long StartSample, long Samples, string? Sha256);

/// <summary>One per stream, also for a call without audio or with recording off, so that the catalog can be rebuilt from manifests alone.</summary>
internal sealed record CallManifest
{
    public int Version { get; init; } = RecordingManifest.CurrentVersion;
    public required string CallSid { get; init; }
    public required string StreamSid { get; init; }
    public string AccountSid { get; init; } = "";
    public required string State { get; init; }
    public string From { get; init; } = "";
    public string To { get; init; } = "";
    public string Direction { get; init; } = "";
    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public double DurationSeconds { get; init; }
    public string EndReason { get; init; } = "";

    /// <summary><c>enabled</c> or <c>disabled</c>.</summary>
    public required string Recording { get; init; }

    /// <summary>Why it is recorded or not.</summary>
    public required string Policy { get; init; }

    public string Encoding { get; init; } = "";
    public int SampleRateHz { get; init; }
    public IReadOnlyList<string> Tracks { get; init; } = [];
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<StageReached> Stages { get; init; } = [];

    /// <summary>Stems of the stream's recordings.</summary>
    public IReadOnlyList<string> Recordings { get; init; } = [];

    public long Messages { get; init; }
    public long Malformed { get; init; }

    /// <summary>Messages that the journal lacks because the disk did not take them.</summary>
    public long JournalMissing { get; init; }

    public IReadOnlyList<TimelineEvent> Events { get; init; } = [];
}

/// <summary>How manifests and journal headers are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RecordingManifest))]
[JsonSerializable(typeof(CallManifest))]
[JsonSerializable(typeof(JournalHeader))]
[JsonSerializable(typeof(IReadOnlyList<StageReached>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class ManifestJson : JsonSerializerContext
{
    /// <summary>The same without line breaks, for journal headers and rows.</summary>
    public static ManifestJson Compact { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Converters = { new JsonStringEnumConverter() } });
}
