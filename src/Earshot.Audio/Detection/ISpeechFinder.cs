namespace Earshot.Audio.Detection;

/// <summary>Finds the speech of one channel that is heard to its end. Not thread-safe.</summary>
public interface ISpeechFinder
{
    /// <summary>Takes samples.</summary>
    /// <param name="samples">Samples in 16-bit units, any number.</param>
    void Add(ReadOnlySpan<float> samples);

    /// <summary>The stretches of speech in all that was taken, in order, none touching another.</summary>
    IReadOnlyList<SampleRange> Complete();
}
