namespace Earshot.Engine.Transcription;

/// <summary>What one speaker says in one go, on the call's clock.</summary>
internal sealed record ConversationLine
{
    public required string RecordingId { get; init; }
    public required string Track { get; init; }
    public required string Speaker { get; init; }

    /// <summary>Place on the call's clock.</summary>
    public double StartSeconds { get; init; }

    public double EndSeconds { get; init; }

    /// <summary>Place in the recording.</summary>
    public double InRecordingSeconds { get; init; }

    public required string Text { get; init; }

    /// <summary>The engine's own, 0 to 1; null where it does not say.</summary>
    public double? Confidence { get; init; }

    /// <summary>How far to trust it, 0 to 1.</summary>
    public double Trust { get; init; } = 1;

    /// <summary>True when the trust is below the setting.</summary>
    public bool Doubted { get; init; }

    /// <summary>True where nobody speaks: an invention of the engine, never part of the text.</summary>
    public bool WithoutSpeech { get; init; }

    public IReadOnlyList<TrustReason> Doubts { get; init; } = [];
    public IReadOnlyList<SpokenWord> Words { get; init; } = [];
}

/// <summary>The transcripts of several tracks as one conversation.</summary>
internal static class Conversation
{
    /// <param name="tracks">Each track's recording, the place of its first sample on the call's clock, and its transcript.</param>
    /// <param name="doubtBelow">What is trusted less is marked.</param>
    public static IReadOnlyList<ConversationLine> Merge(IEnumerable<(string RecordingId, double OffsetSeconds, Transcript Transcript)> tracks, double doubtBelow) =>
    [
        .. tracks.SelectMany(t => t.Transcript.Segments.Select(s => Line(t.RecordingId, t.OffsetSeconds, t.Transcript, s, doubtBelow)))
            .OrderBy(l => l.StartSeconds).ThenBy(l => l.EndSeconds),
    ];

    private static ConversationLine Line(string recordingId, double offset, Transcript transcript, TranscriptSegment s, double doubtBelow) => new()
    {
        RecordingId = recordingId,
        Track = transcript.Track,
        Speaker = transcript.Speaker,
        StartSeconds = Math.Round(offset + s.StartSeconds, 3),
        EndSeconds = Math.Round(offset + s.EndSeconds, 3),
        InRecordingSeconds = s.StartSeconds,
        Text = s.Text,
        Confidence = s.Confidence,
        Trust = s.Trust,
        Doubted = s.WithoutSpeech || s.Trust < doubtBelow,
        WithoutSpeech = s.WithoutSpeech,
        Doubts = s.Doubts,
        Words = [.. s.Words.Select(w => w with { StartSeconds = Math.Round(offset + w.StartSeconds, 3), EndSeconds = Math.Round(offset + w.EndSeconds, 3) })],
    };
}
