namespace Earshot.Audio.Wave;

/// <summary>What was wrong with a WAV file that was read all the same.</summary>
[Flags]
public enum WaveWarnings
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The header states no length (0 or 0xFFFFFFFF, as in a file that was cut off or streamed): all that follows was taken as audio.</summary>
    LengthUnknown = 1,

    /// <summary>The header states more audio than the file holds: what is there was taken.</summary>
    Truncated = 2,

    /// <summary>The last block was not whole and was left out.</summary>
    TornBlock = 4,

    /// <summary>A chunk of odd length was not followed by the zero byte that the specification asks for.</summary>
    MissingPadding = 8,
}
