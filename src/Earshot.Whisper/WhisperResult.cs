namespace Earshot.Whisper;

/// <summary>What to do with a piece of audio.</summary>
public sealed record WhisperRequest
{
    /// <summary>Language as whisper names it, as in <c>fr</c>; empty to detect it. A model of English alone takes <c>en</c> and nothing else.</summary>
    public string Language { get; init; } = "";

    /// <summary>Words that come up, to help spelling; empty for none.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>Threads that one piece is computed with.</summary>
    public int Threads { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 4);
}

/// <summary>What whisper made of a piece.</summary>
/// <param name="Language">The language that it was told or found, as in <c>fr</c>.</param>
/// <param name="Segments">In order; empty where it found nothing to say.</param>
public sealed record WhisperResult(string Language, IReadOnlyList<WhisperSegment> Segments);

/// <summary>A part of what was said.</summary>
/// <param name="StartSeconds">From the piece's first sample, to 10 ms.</param>
/// <param name="EndSeconds">Likewise; at most the piece's length.</param>
/// <param name="Text">As whisper writes it, trimmed.</param>
/// <param name="AverageLogProbability">Mean natural logarithm of the tokens' probabilities, at most 0.</param>
/// <param name="NoSpeechProbability">How probable whisper holds it that nobody speaks there, 0 to 1.</param>
/// <param name="Words">With places from the tokens' timestamps, which are estimates.</param>
public sealed record WhisperSegment(double StartSeconds, double EndSeconds, string Text, double AverageLogProbability, double NoSpeechProbability, IReadOnlyList<WhisperWord> Words);

/// <summary>A word.</summary>
/// <param name="Text">As written, without the space before it.</param>
/// <param name="StartSeconds">From the piece's first sample.</param>
/// <param name="EndSeconds">Likewise.</param>
/// <param name="Probability">Mean of its tokens' probabilities, 0 to 1.</param>
public sealed record WhisperWord(string Text, double StartSeconds, double EndSeconds, double Probability);
