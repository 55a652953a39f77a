using Earshot.Audio.Spectral;

namespace Earshot.Audio.Detection;

/// <summary>How much of the loud time two pure tones hold nearly all the power: signals and beeps do, voices do not.</summary>
/// <remarks>Memory does not grow. Not thread-safe.</remarks>
public sealed class ToneShare
{
    private const int Classes = 50;
    private const double Pure = 0.93;

    /// <summary>Below is DC; nearer than this is the same tone.</summary>
    private const int Lowest = 2, Apart = 4;

    private readonly long[] _all = new long[Classes];
    private readonly long[] _pure = new long[Classes];

    /// <summary>Takes the spectrum of a window.</summary>
    /// <param name="power">Powers in squared 16-bit units.</param>
    /// <param name="total">Their sum.</param>
    public void Add(ReadOnlySpan<float> power, double total)
    {
        int index = Class(10 * Math.Log10(Math.Max(total, 1e-3) / (32768.0 * 32768.0)));
        _all[index]++;
        int first = Highest(power, power.Length), second = Highest(power, first);
        if (Around(power, first) + Around(power, second) >= Pure * total) _pure[index]++;
    }

    /// <summary>The share of windows above a level that are pure tones, 0 to 1.</summary>
    /// <param name="fromDbfs">The level.</param>
    public double Share(double fromDbfs)
    {
        long all = 0, pure = 0;
        for (int i = Class(fromDbfs); i < Classes; i++)
        {
            all += _all[i];
            pure += _pure[i];
        }
        return all == 0 ? 0 : (double)pure / all;
    }

    private static int Class(double dbfs) => Math.Clamp((int)((dbfs + 100) / 2), 0, Classes - 1);

    private static int Highest(ReadOnlySpan<float> power, int except)
    {
        int below = Math.Clamp(except - Apart, Lowest, power.Length), above = Math.Clamp(except + Apart + 1, Lowest, power.Length);
        int low = Summit.Of(power[Lowest..below], out float lowTop), high = Summit.Of(power[above..], out float highTop);
        return low < 0 && high < 0 ? Lowest : highTop > lowTop ? above + high : Lowest + low;
    }

    private static double Around(ReadOnlySpan<float> power, int at)
    {
        double sum = 0;
        for (int i = Math.Max(at - 2, 0); i <= Math.Min(at + 2, power.Length - 1); i++) sum += power[i];
        return sum;
    }
}
