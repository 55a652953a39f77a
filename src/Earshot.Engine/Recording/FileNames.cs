using Earshot.Engine.Calls;

namespace Earshot.Engine.Recording;

/// <summary>The names of a stream's files. Outsiders rely on them; SIDs and speakers are input and pass through <see cref="SafeName"/>.</summary>
internal static class FileNames
{
    public const string Wav = ".wav";
    public const string Manifest = ".json";
    public const string Journal = ".wire.jsonl";
    public const string CallPrefix = "call_";

    /// <summary><c>{speaker}_{sessionId}_{yyyyMMdd_HHmmss}</c>, the time in UTC.</summary>
    public static string Stem(string speaker, StreamSid stream, DateTimeOffset startedAt)
    {
        string name = $"{SafeName.Of(speaker)}_{stream.FileName}_{startedAt.UtcDateTime:yyyyMMdd_HHmmss}";
        return name.StartsWith(CallPrefix, StringComparison.Ordinal) ? "speaker_" + name : name; // That prefix is the call's own.
    }

    /// <summary>The stems of a stream's tracks; no two are the same, whatever the speakers are called.</summary>
    public static IReadOnlyList<string> TrackStems(string inbound, string outbound, StreamSid stream, DateTimeOffset startedAt)
    {
        string first = Stem(inbound, stream, startedAt), second = Stem(outbound, stream, startedAt);
        return [first, first == second ? Attempt(second, 2) : second];
    }

    /// <summary>The stem of the stream's call manifest and journal.</summary>
    public static string CallStem(StreamSid stream, DateTimeOffset startedAt) =>
        $"{CallPrefix}{stream.FileName}_{startedAt.UtcDateTime:yyyyMMdd_HHmmss}";

    /// <summary>The stem for the n-th attempt at a free name: <c>stem</c>, <c>stem_2</c>, <c>stem_3</c>.</summary>
    public static string Attempt(string stem, int attempt) => attempt <= 1 ? stem : $"{stem}_{attempt}";

    /// <summary>The WAV of the n-th segment: <c>stem.wav</c>, <c>stem.2.wav</c>.</summary>
    public static string Segment(string stem, int segment) => segment <= 1 ? stem + Wav : $"{stem}.{segment}{Wav}";
}
