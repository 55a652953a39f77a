using System.Numerics;

namespace Earshot.Audio.Spectral;

/// <summary>Mean spectra of windows sorted by their level, so that the spectrum of the loud and of the faint parts can be read when their border is known.</summary>
/// <remarks>Classes of 2 dB from -100 to 0 dBFS; memory does not grow. Not thread-safe.</remarks>
public sealed class SpectrumByLevel
{
    private const int Classes = 50;
    private const double StepDb = 2;
    private const double FloorDb = -100;
    private const double FullScale = 32768.0 * 32768.0;

    private readonly float[][] _sums = new float[Classes][];
    private readonly long[] _counts = new long[Classes];

    /// <param name="bins">Values of a spectrum.</param>
    public SpectrumByLevel(int bins)
    {
        for (int i = 0; i < Classes; i++) _sums[i] = new float[bins];
    }

    /// <summary>Takes the spectrum of a window.</summary>
    /// <param name="power">Powers in squared 16-bit units.</param>
    /// <param name="level">Its level, in squared 16-bit units.</param>
    public void Add(ReadOnlySpan<float> power, double level)
    {
        int index = Class(10 * Math.Log10(Math.Max(level, 1e-3) / FullScale));
        float[] sum = _sums[index];
        int i = 0;
        for (; i <= sum.Length - Vector<float>.Count; i += Vector<float>.Count) (new Vector<float>(sum, i) + new Vector<float>(power[i..])).CopyTo(sum, i);
        for (; i < sum.Length; i++) sum[i] += power[i];
        _counts[index]++;
    }

    /// <summary>The level below which that share of the windows lies, in dBFS.</summary>
    /// <param name="share">0 to 1.</param>
    public double Percentile(double share)
    {
        long all = _counts.Sum(), seen = 0;
        for (int i = 0; i < Classes; i++)
        {
            seen += _counts[i];
            if (seen > share * all) return FloorDb + (i + 0.5) * StepDb;
        }
        return 0;
    }

    /// <summary>The mean spectrum of windows between two levels.</summary>
    /// <param name="fromDbfs">The lower level.</param>
    /// <param name="toDbfs">The upper level.</param>
    /// <param name="windows">How many there were.</param>
    public double[] Mean(double fromDbfs, double toDbfs, out long windows)
    {
        var mean = new double[_sums[0].Length];
        windows = 0;
        for (int c = Class(fromDbfs); c <= Class(toDbfs); c++)
        {
            windows += _counts[c];
            for (int i = 0; i < mean.Length; i++) mean[i] += _sums[c][i];
        }
        for (int i = 0; windows > 0 && i < mean.Length; i++) mean[i] /= windows;
        return mean;
    }

    private static int Class(double dbfs) => Math.Clamp((int)((dbfs - FloorDb) / StepDb), 0, Classes - 1);
}
