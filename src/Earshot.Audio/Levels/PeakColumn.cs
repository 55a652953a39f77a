namespace Earshot.Audio.Levels;

/// <summary>One column of a drawn waveform, in 16-bit units.</summary>
/// <param name="Min">The lowest sample.</param>
/// <param name="Max">The highest sample.</param>
/// <param name="Rms">Root of the mean square.</param>
public readonly record struct PeakColumn(short Min, short Max, double Rms);
