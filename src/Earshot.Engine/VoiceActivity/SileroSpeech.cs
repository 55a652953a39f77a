using Earshot.Audio.Detection;

namespace Earshot.Engine.VoiceActivity;

/// <summary>Speech by Silero's network. Thread-safe.</summary>
internal sealed class SileroSpeech(SileroModel model) : ISpeechDetector, IDisposable
{
    public const string DetectorName = "silero";

    public string Name => DetectorName;

    public ISpeechFinder OpenRecording(int sampleRateHz) => new SileroChannel(model, sampleRateHz);

    public ISpeechListener OpenLive(int sampleRateHz) => new SileroChannel(model, sampleRateHz);

    public void Dispose() => model.Dispose();
}
