using System.Runtime.InteropServices;

namespace Earshot.Audio.Levels;

/// <summary>Extremes and power of one stretch of samples, in 12 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct PeakNode(short min, short max, ulong sumOfSquares)
{
    public static readonly PeakNode Empty = new(short.MaxValue, short.MinValue, 0);

    public ulong SumOfSquares { get; private set; } = sumOfSquares;

    public short Min { get; private set; } = min;

    public short Max { get; private set; } = max;

    public void Include(in PeakNode other)
    {
        Min = Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
        SumOfSquares += other.SumOfSquares;
    }
}
