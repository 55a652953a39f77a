namespace Earshot.Audio.Detection;

/// <summary>A stretch of silence and what it is made of.</summary>
/// <param name="Range">Where it is.</param>
/// <param name="Kind">What its samples are.</param>
public readonly record struct SilentStretch(SampleRange Range, SilenceKind Kind);

/// <summary>What the samples of a silence are.</summary>
public enum SilenceKind
{
    /// <summary>Zeros.</summary>
    DigitalZero,

    /// <summary>The smallest values of G.711, ±8 at most: an idle line.</summary>
    IdleCode,

    /// <summary>Faint noise.</summary>
    LineNoise,
}
