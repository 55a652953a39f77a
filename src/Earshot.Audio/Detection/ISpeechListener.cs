namespace Earshot.Audio.Detection;

/// <summary>Tells the speech of one channel while it is heard. Not thread-safe; allocates nothing once it runs.</summary>
/// <remarks>
/// Edges come in order, a beginning and an end in turn, some hundred milliseconds behind the audio: a beginning is told when it has lasted long enough to be
/// speech, an end when the pause behind it has. Their places are those of the sound, not of the telling, with a little room around the speech.
/// </remarks>
public interface ISpeechListener
{
    /// <summary>Whether the last edge found was a beginning.</summary>
    bool IsSpeech { get; }

    /// <summary>No edge that is yet to be found lies before this sample: what is silent up to here is silent for good.</summary>
    long SettledTo { get; }

    /// <summary>Takes the next samples.</summary>
    /// <param name="samples">16-bit samples, any number.</param>
    void Add(ReadOnlySpan<short> samples);

    /// <summary>Ends the channel: speech that reaches its end gets one.</summary>
    void Complete();

    /// <summary>Takes the next edge that was found.</summary>
    /// <param name="edge">The edge.</param>
    /// <returns>False where there is none yet.</returns>
    bool TryTake(out SpeechEdge edge);
}
