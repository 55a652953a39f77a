using System.Text.Json.Serialization;
using Earshot.Engine.Transcription;

namespace Earshot.Server.Calls;

/// <summary>The words of a recording, and how far the work is that makes them.</summary>
internal sealed record TranscriptDetail
{
    /// <summary><c>text</c>, <c>no-speech</c>, <c>speech-without-text</c>, <c>failed</c>; before that <c>pending</c>, <c>queued</c>, <c>running</c>; <c>none</c> where no engine is chosen or nothing is to be transcribed.</summary>
    public required string State { get; init; }

    /// <summary>Why; of <c>none</c> how to get one.</summary>
    public string Reason { get; init; } = "";

    /// <summary>True when a newer version or another engine would make it anew; <c>earshot transcribe --all --stale</c> does.</summary>
    public bool Stale { get; init; }

    public DateTimeOffset? MadeAt { get; init; }

    /// <summary>What <c>earshot transcribe --json</c> prints; null until it is made.</summary>
    public Transcript? Transcript { get; init; }

    /// <summary>What was heard while the call ran; null where nothing was.</summary>
    public Transcript? Live { get; init; }
}

/// <summary>The words of a call as one conversation.</summary>
internal sealed record CallTranscript
{
    public required string CallSid { get; init; }

    /// <summary>As of <see cref="TranscriptDetail"/>: <c>text</c> where any side has text, else what most needs a look.</summary>
    public required string State { get; init; }

    public string Reason { get; init; } = "";

    /// <summary>In the order in which it was said, on the call's clock.</summary>
    public IReadOnlyList<ConversationLine> Lines { get; init; } = [];

    /// <summary>Each recording's state, without its segments.</summary>
    public IReadOnlyList<SideTranscript> Sides { get; init; } = [];

    /// <summary>True where it tells anything that was said.</summary>
    [JsonIgnore]
    public bool HasWords => Lines.Count > 0 || Sides.Any(s => (s.Wer ?? s.Live) is not null);
}

/// <summary>One side's state.</summary>
internal sealed record SideTranscript
{
    public required string RecordingId { get; init; }
    public required string Track { get; init; }
    public required string Speaker { get; init; }
    public required string State { get; init; }
    public string Reason { get; init; } = "";
    public string Engine { get; init; } = "";
    public string Model { get; init; } = "";
    public string Language { get; init; } = "";
    public double SpeechSeconds { get; init; }
    public double SentSeconds { get; init; }
    public double CostDollars { get; init; }
    public bool Stale { get; init; }

    /// <summary>Against a reference, where one was given.</summary>
    public WordErrors? Wer { get; init; }

    /// <summary>What was heard live, against what was made after the call.</summary>
    public WordErrors? Live { get; init; }
}
