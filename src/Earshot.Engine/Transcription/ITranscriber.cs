namespace Earshot.Engine.Transcription;

/// <summary>An engine that turns speech into text. Used by several callers at once.</summary>
internal interface ITranscriber
{
    /// <summary>Its name in the settings.</summary>
    string Engine { get; }

    /// <summary>The model that it runs.</summary>
    string Model { get; }

    /// <summary>Price of a minute of audio in US dollars; 0 where it costs nothing or nobody knows.</summary>
    double PricePerMinute { get; }

    /// <summary>False while all that it may do at once is under way: a piece would wait.</summary>
    bool HasRoom => true;

    /// <summary>Turns one piece into text. What it knows of places is in seconds from the piece's first sample.</summary>
    /// <exception cref="TranscriptionException">It could not. The message names the engine and what to do.</exception>
    /// <exception cref="OperationCanceledException">It was called off.</exception>
    Task<EngineAnswer> TranscribeAsync(SpeechPiece piece, TranscribeRequest request, CancellationToken cancellation);
}

/// <summary>Speech, as an engine gets it: 16-bit, mono.</summary>
internal sealed record SpeechPiece(ReadOnlyMemory<short> Samples, int SampleRateHz)
{
    public double Seconds => (double)Samples.Length / SampleRateHz;
}

/// <summary>What the engine is told beside the audio.</summary>
/// <param name="Language">As in <c>fr</c>; empty to detect it.</param>
/// <param name="Prompt">Words that come up; empty for none.</param>
/// <param name="Once">True where a failed attempt is not worth another: what goes on to be said is asked again soon.</param>
internal sealed record TranscribeRequest(string Language, string Prompt, bool Once = false);

/// <summary>What an engine made of a piece.</summary>
/// <param name="Text">All of it.</param>
/// <param name="Language">The language as the engine names it; empty where it does not.</param>
/// <param name="Segments">Its parts in order; empty where the engine gives no places.</param>
internal sealed record EngineAnswer(string Text, string Language, IReadOnlyList<EngineSegment> Segments);

/// <summary>A part of an answer.</summary>
internal sealed record EngineSegment
{
    public double StartSeconds { get; init; }
    public double EndSeconds { get; init; }
    public required string Text { get; init; }

    /// <summary>Mean logarithm of the tokens' probabilities; null where the engine does not say.</summary>
    public double? AverageLogProbability { get; init; }

    /// <summary>How probable the engine holds it that nobody speaks, 0 to 1; null where it does not say.</summary>
    public double? NoSpeechProbability { get; init; }

    public IReadOnlyList<SpokenWord> Words { get; init; } = [];
}

/// <summary>A word and its place.</summary>
/// <param name="Text">The word as written.</param>
/// <param name="StartSeconds">Where it begins.</param>
/// <param name="EndSeconds">Where it ends.</param>
/// <param name="Probability">How sure the engine is, 0 to 1; null where it does not say.</param>
internal sealed record SpokenWord(string Text, double StartSeconds, double EndSeconds, double? Probability);

/// <summary>An engine could not do its work.</summary>
/// <param name="message">One line: which endpoint or file, what it did, what to do.</param>
/// <param name="mayPass">True when another attempt, later, may do: it was busy or away.</param>
internal sealed class TranscriptionException(string message, bool mayPass, Exception? inner = null) : Exception(message, inner)
{
    public bool MayPass { get; } = mayPass;

    /// <summary>When the endpoint said to come again.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
