using System.Text.Json.Serialization;

namespace Earshot.Engine.Transcription;

/// <summary>What became of a recording's words.</summary>
internal static class TranscriptStates
{
    /// <summary>There is text, and speech under it.</summary>
    public const string Text = "text";

    /// <summary>Nobody speaks: nothing was sent to the engine.</summary>
    public const string NoSpeech = "no-speech";

    /// <summary>Somebody speaks, and the engine gave no text for it.</summary>
    public const string SpeechWithoutText = "speech-without-text";

    /// <summary>The engine could not do its work; the reason says why.</summary>
    public const string Failed = "failed";
}

/// <summary>The words of one track: what the manifest keeps as <c>transcription</c>, and <c>earshot transcribe --json</c> prints.</summary>
internal sealed record Transcript
{
    /// <summary>Of the JSON's shape; a change that breaks a reader raises it.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Of cutting, placing and trust: a result of another version is stale.</summary>
    public const string CurrentTranscriber = "earshot-transcription/1";

    public int Version { get; init; } = CurrentVersion;
    public string Transcriber { get; init; } = CurrentTranscriber;

    /// <summary>One of <see cref="TranscriptStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>Why it failed, or what the state rests on; one sentence.</summary>
    public string Reason { get; init; } = "";

    /// <summary>True when it failed by something that may pass.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MayPass { get; init; }

    public string Engine { get; init; } = "";
    public string Model { get; init; } = "";

    /// <summary>As asked for or as detected; empty when neither.</summary>
    public string Language { get; init; } = "";

    public string Track { get; init; } = "";
    public string Speaker { get; init; } = "";

    /// <summary>Of the audio that the engine got.</summary>
    public int SampleRateHz { get; init; }

    /// <summary>What found the speech.</summary>
    public string SpeechDetector { get; init; } = "";

    public double DurationSeconds { get; init; }
    public double SpeechSeconds { get; init; }

    /// <summary>Audio that went to the engine, and how often.</summary>
    public double SentSeconds { get; init; }

    public int Requests { get; init; }

    /// <summary>By the price in the settings; 0 where it costs nothing.</summary>
    public double CostDollars { get; init; }

    /// <summary>Word error rate against a reference, where one was given.</summary>
    public WordErrors? Wer { get; init; }

    public IReadOnlyList<TranscriptSegment> Segments { get; init; } = [];

    /// <summary>All that is believed to have been said.</summary>
    [JsonIgnore]
    public string Text => string.Join(' ', Segments.Where(s => !s.WithoutSpeech).Select(s => s.Text));
}

/// <summary>What one speaker says in one go. Places are in seconds from the recording's first sample.</summary>
internal sealed record TranscriptSegment
{
    public double StartSeconds { get; init; }
    public double EndSeconds { get; init; }
    public required string Text { get; init; }
    public IReadOnlyList<SpokenWord> Words { get; init; } = [];

    /// <summary>How sure the engine is, 0 to 1; null where it does not say.</summary>
    public double? Confidence { get; init; }

    /// <summary>How far the text is to be trusted, 0 to 1.</summary>
    public double Trust { get; init; } = 1;

    /// <summary>What lowered the trust.</summary>
    public IReadOnlyList<TrustReason> Doubts { get; init; } = [];

    /// <summary>True where nobody speaks under the text: an invention of the engine.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WithoutSpeech { get; init; }
}

/// <summary>One reason to doubt a text.</summary>
/// <param name="Code">A stable code of <see cref="TrustCodes"/>.</param>
/// <param name="Message">The same in words, with its figure.</param>
internal sealed record TrustReason(string Code, string Message);

/// <summary>Codes of reasons to doubt.</summary>
internal static class TrustCodes
{
    public const string NoSpeechUnderIt = "no-speech-under-it";
    public const string LittleSpeech = "little-speech";
    public const string Quiet = "quiet";
    public const string Compressible = "compressible";
    public const string RepeatedWords = "repeated-words";
    public const string KnownPhrase = "known-phrase";
    public const string EngineHearsNoSpeech = "engine-hears-no-speech";
    public const string EngineUnsure = "engine-unsure";
    public const string TooFast = "too-fast";
    public const string TooSlow = "too-slow";
    public const string DiffersFromLive = "differs-from-live";
}
