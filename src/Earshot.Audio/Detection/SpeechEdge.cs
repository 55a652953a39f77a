namespace Earshot.Audio.Detection;

/// <summary>A place where speech begins or ends.</summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="Sample">The first sample of the speech, or the first one behind it; from 0, the channel's first.</param>
public readonly record struct SpeechEdge(SpeechEdgeKind Kind, long Sample);
