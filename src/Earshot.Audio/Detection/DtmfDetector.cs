using Earshot.Audio.Spectral;

namespace Earshot.Audio.Detection;

/// <summary>Keys of a telephone: two tones, one of each group, and little else. ITU-T Q.23, Q.24.</summary>
/// <remarks>Takes power spectra of about 32 ms, half a window apart. Not thread-safe.</remarks>
public sealed class DtmfDetector(double binHz, int hopSamples)
{
    private const double Share = 0.8;
    private const double MaxTwist = 10; // Times in power.
    private const double Tolerance = 0.025;
    private const double MinMeanSquare = 900; // -60 dBFS.
    private const int MinWindows = 2;
    private const string Keys = "123A456B789C*0#D";
    private static readonly double[] Rows = [697, 770, 852, 941];
    private static readonly double[] Columns = [1209, 1336, 1477, 1633];

    private readonly List<(char Key, SampleRange Range)> _found = [];
    private char _key;
    private long _start;
    private int _windows;

    /// <summary>The keys, in order.</summary>
    public IReadOnlyList<(char Key, SampleRange Range)> Found => _found;

    /// <summary>Takes the spectrum of a window.</summary>
    /// <param name="power">Powers in squared 16-bit units.</param>
    /// <param name="total">Their sum.</param>
    /// <param name="startSample">Where the window begins.</param>
    public void Add(ReadOnlySpan<float> power, double total, long startSample)
    {
        char key = total < MinMeanSquare ? '\0' : Key(power, total);
        if (key != _key) End(startSample);
        if (key == '\0') return;
        if (_windows++ == 0) _start = startSample + hopSamples / 2;
        _key = key;
    }

    /// <summary>Closes a key that is held to the end.</summary>
    /// <param name="samples">Samples of the recording.</param>
    public void Complete(long samples) => End(samples);

    private void End(long at)
    {
        if (_windows >= MinWindows && _found.Count < PlaceList.Kept) _found.Add((_key, new SampleRange(_start, Math.Max(at + hopSamples / 2 - _start, 0))));
        (_key, _windows) = ('\0', 0);
    }

    private char Key(ReadOnlySpan<float> power, double total)
    {
        int row = Tone(power, 640, 1010, Rows, out double low), column = Tone(power, 1130, 1720, Columns, out double high);
        if (row < 0 || column < 0 || low + high < Share * total || low > MaxTwist * high || high > MaxTwist * low) return '\0';
        return Keys[4 * row + column];
    }

    private int Tone(ReadOnlySpan<float> power, double fromHz, double toHz, double[] nominal, out double sum)
    {
        sum = 0;
        int from = (int)(fromHz / binHz), to = Math.Min((int)(toHz / binHz), power.Length - 3);
        if (from < 2 || to <= from) return -1;
        int top = from + Summit.Of(power[from..(to + 1)], out _);
        double moment = 0;
        for (int i = top - 2; i <= top + 2; i++)
        {
            sum += power[i];
            moment += i * power[i];
        }
        double frequency = moment / Math.Max(sum, 1e-9) * binHz;
        return Array.FindIndex(nominal, n => Math.Abs(frequency - n) <= Tolerance * n);
    }
}
