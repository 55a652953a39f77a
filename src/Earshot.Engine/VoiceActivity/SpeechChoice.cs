using Earshot.Audio.Detection;

namespace Earshot.Engine.VoiceActivity;

/// <summary>The detector of speech that was chosen.</summary>
/// <param name="Detector">It.</param>
/// <param name="Why">Where it comes from, or why it is not the other.</param>
/// <param name="Warning">What an operator should hear, where another was asked for or is broken; else null.</param>
internal sealed record SpeechChoice(ISpeechDetector Detector, string Why, string? Warning);
