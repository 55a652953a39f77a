using System.Globalization;
using Earshot.Engine.Calls;

namespace Earshot.Cli.Output;

/// <summary>How far a long file is, on standard error; nothing for short ones and where that is no terminal.</summary>
internal sealed class ProgressLine : IDisposable
{
    private const int BarWidth = 30;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly string _name;
    private readonly double? _total;
    private readonly TimeProvider _time;
    private readonly long _began;
    private TimeSpan _next = Patience;
    private int _width;

    public ProgressLine(string name, double? totalSeconds, TimeProvider time) => (_name, _total, _time, _began) = (Path.GetFileName(name), totalSeconds, time, time.GetTimestamp());

    /// <summary>Takes the seconds of audio that are done.</summary>
    public void Tell(double seconds)
    {
        if (Console.IsErrorRedirected) return;
        TimeSpan elapsed = _time.GetElapsedTime(_began);
        if (elapsed < _next) return;
        _next = elapsed + Step;
        string done = _total is > 0 and var total ? $"[{new string('=', (int)(BarWidth * Math.Min(seconds / total, 1))),-BarWidth}] {Math.Min(100 * seconds / total, 100):0} %" : $"{seconds:0} s";
        string line = string.Create(CultureInfo.InvariantCulture, $"{LogText.Clean(_name)} {done}");
        Console.Error.Write("\r" + line.PadRight(_width));
        _width = line.Length;
    }

    public void Dispose()
    {
        if (_width > 0) Console.Error.Write("\r" + new string(' ', _width) + "\r");
    }
}
