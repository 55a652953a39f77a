namespace Earshot.Audio.Wave;

/// <summary>What the header of a WAV file says, held against what the file holds.</summary>
/// <param name="Format">What the samples are.</param>
/// <param name="DataBytes">Bytes of audio, whole blocks; null if only reading to the end can tell.</param>
/// <param name="StatedBytes">Bytes of audio that the header states; null where it states none.</param>
/// <param name="Warnings">What was wrong.</param>
internal sealed record WaveLayout(WaveFormat Format, long? DataBytes, long? StatedBytes, WaveWarnings Warnings);
