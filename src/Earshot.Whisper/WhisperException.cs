namespace Earshot.Whisper;

/// <summary>whisper.cpp could not be loaded, its model could not be read, or it failed. The message names the file and what to do.</summary>
/// <param name="message">One line.</param>
public sealed class WhisperException(string message) : Exception(message);
