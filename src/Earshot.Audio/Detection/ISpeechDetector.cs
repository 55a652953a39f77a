namespace Earshot.Audio.Detection;

/// <summary>A way to tell speech from everything else. One serves any number of channels at once; it is thread-safe, what it opens is not.</summary>
public interface ISpeechDetector
{
    /// <summary>What results call it: <c>energy</c> or <c>silero</c>.</summary>
    string Name { get; }

    /// <summary>Begins a channel whose speech is asked for when all of it was heard: the most exact that this detector can do.</summary>
    /// <param name="sampleRateHz">Samples a second, 200 or more.</param>
    ISpeechFinder OpenRecording(int sampleRateHz);

    /// <summary>Begins a channel whose speech is told while it is heard.</summary>
    /// <param name="sampleRateHz">Samples a second, 200 or more.</param>
    ISpeechListener OpenLive(int sampleRateHz);

    /// <summary>Brings channels up to what was added to them. Each does so by itself when it is asked for its edges; where many run, doing it together first may cost less.</summary>
    /// <param name="listeners">Channels that this detector has opened, none of them in use elsewhere meanwhile.</param>
    void Settle(IReadOnlyList<ISpeechListener> listeners);
}
