namespace Earshot.Engine.Calling;

/// <summary>How far calls are, for whoever looks while they run.</summary>
internal sealed class CallProgress
{
    private int _started;
    private int _ended;
    private long _frames;

    public int Started => Volatile.Read(ref _started);

    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Calls under way.</summary>
    public int Active => Started - Ended;

    /// <summary>Frame times played to streams: a stream's second has fifty.</summary>
    public long Frames => Interlocked.Read(ref _frames);

    public void CallStarted() => Interlocked.Increment(ref _started);

    public void CallEnded() => Interlocked.Increment(ref _ended);

    public void FramesSent(int streams) => Interlocked.Add(ref _frames, streams);
}
