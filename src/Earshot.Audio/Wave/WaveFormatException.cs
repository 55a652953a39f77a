namespace Earshot.Audio.Wave;

/// <summary>A file that is not read: no WAV file, a damaged one, or one of a kind that is not supported. The message names the place and what to do.</summary>
public sealed class WaveFormatException : FormatException
{
    /// <summary>A refusal without a place.</summary>
    public WaveFormatException() { }

    /// <summary>A refusal without a place.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    public WaveFormatException(string message) : base(message) { }

    /// <summary>A refusal without a place, after another exception.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="innerException">What came before.</param>
    public WaveFormatException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>A refusal at a place in the file.</summary>
    /// <param name="offset">Bytes from the start of the file.</param>
    /// <param name="message">What is wrong and what to do.</param>
    public WaveFormatException(long offset, string message) : base($"At byte {offset}: {message}") => Offset = offset;

    /// <summary>Where in the file, in bytes from its start; -1 if it is not one place.</summary>
    public long Offset { get; } = -1;
}
