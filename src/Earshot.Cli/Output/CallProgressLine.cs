using Earshot.Engine.Calling;

namespace Earshot.Cli.Output;

/// <summary>One line on standard error that says how far the calls are; nothing where that is no terminal.</summary>
internal sealed class CallProgressLine : IDisposable
{
    private readonly Lock _turn = new();
    private readonly CallProgress _progress;
    private readonly int _calls;
    private readonly ITimer? _timer;
    private int _width;

    public CallProgressLine(CallProgress progress, int calls, TimeProvider time)
    {
        (_progress, _calls) = (progress, calls);
        if (!Console.IsErrorRedirected)
        {
            _timer = time.CreateTimer(_ => Draw(), null, TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(500));
        }
    }

    /// <summary>Writes something else without the line in the way.</summary>
    public void Aside(Action write)
    {
        lock (_turn)
        {
            Clear();
            write();
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        lock (_turn)
        {
            Clear();
        }
    }

    private void Draw()
    {
        lock (_turn)
        {
            string line = $"{_progress.Ended} of {_calls} calls ended, {_progress.Active} under way, {_progress.Frames / 50} s of audio sent";
            Console.Error.Write("\r" + line.PadRight(_width));
            _width = line.Length;
        }
    }

    private void Clear()
    {
        if (_width > 0)
        {
            Console.Error.Write("\r" + new string(' ', _width) + "\r");
            _width = 0;
        }
    }
}
