namespace Earshot.Audio.Detection;

/// <summary>What happens at an edge of speech.</summary>
public enum SpeechEdgeKind
{
    /// <summary>Speech begins.</summary>
    Began,

    /// <summary>Speech ends.</summary>
    Ended,
}
