namespace Earshot.Audio.Detection;

/// <summary>Speech by energy alone: needs no model. A recording is judged by the distribution of all its levels, what is live by its last seconds.</summary>
public sealed class EnergySpeech : ISpeechDetector
{
    /// <summary>What results call it.</summary>
    public const string DetectorName = "energy";

    /// <inheritdoc/>
    public string Name => DetectorName;

    /// <inheritdoc/>
    public ISpeechFinder OpenRecording(int sampleRateHz) => new EnergySpeechDetector(sampleRateHz);

    /// <inheritdoc/>
    public ISpeechListener OpenLive(int sampleRateHz) => new EnergySpeechListener(sampleRateHz);

    /// <inheritdoc/>
    public void Settle(IReadOnlyList<ISpeechListener> listeners)
    {
        // Each has heard its samples when they were added.
    }
}
