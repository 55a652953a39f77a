namespace Earshot.Audio.Detection;

/// <summary>A stretch of samples.</summary>
/// <param name="Start">The first sample.</param>
/// <param name="Length">How many.</param>
public readonly record struct SampleRange(long Start, long Length)
{
    /// <summary>The first sample after it.</summary>
    public long End => Start + Length;
}
