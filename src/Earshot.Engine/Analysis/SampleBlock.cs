namespace Earshot.Engine.Analysis;

/// <summary>The next samples of one channel, twice: as they are and as floats of the same unit.</summary>
internal readonly ref struct SampleBlock(ReadOnlySpan<short> samples, ReadOnlySpan<float> floats, long start)
{
    public ReadOnlySpan<short> Samples { get; } = samples;

    /// <summary>The same in 16-bit units, for filters.</summary>
    public ReadOnlySpan<float> Floats { get; } = floats;

    /// <summary>Place of the first one in the recording.</summary>
    public long Start { get; } = start;
}
