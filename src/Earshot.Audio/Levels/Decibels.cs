namespace Earshot.Audio.Levels;

/// <summary>Linear 16-bit values in dBFS and back: 20·log10(value / 32768). A full-scale sine has an RMS of -3.01 dBFS.</summary>
public static class Decibels
{
    /// <summary>What 0 dBFS is, in 16-bit units.</summary>
    public const double FullScale = 32768;

    /// <summary>A linear value in dBFS; 0 gives <see cref="double.NegativeInfinity"/>.</summary>
    /// <param name="linear">In 16-bit units, 0 or more.</param>
    /// <remarks>JSON has no infinity: write null for it, which means digital silence, never a made-up floor such as -120.</remarks>
    public static double FromLinear(double linear) => 20 * Math.Log10(linear / FullScale);

    /// <summary>A level in 16-bit units; <see cref="double.NegativeInfinity"/> gives 0.</summary>
    /// <param name="dbfs">In dBFS.</param>
    public static double ToLinear(double dbfs) => FullScale * Math.Pow(10, dbfs / 20);
}
