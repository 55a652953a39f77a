using System.Security.Cryptography;

namespace Earshot.Engine.Calling;

/// <summary>Counts what is sent of one track, and hashes it in media order however it was delivered.</summary>
internal sealed class TrackTally(string track) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Queue<OutgoingFrame> _open = new();
    private long _sent;
    private long _lost;
    private long _duplicates;
    private long _reordered;

    public string Track { get; } = track;

    public byte[] Name { get; } = System.Text.Encoding.ASCII.GetBytes(track);

    public long Chunk { get; private set; }

    public long FirstTimestampMs { get; private set; } = -1;

    public void Add(OutgoingFrame frame, long timestampMs)
    {
        Chunk++;
        FirstTimestampMs = FirstTimestampMs < 0 ? timestampMs : FirstTimestampMs;
        _open.Enqueue(frame);
    }

    public void Sent(OutgoingFrame frame, bool again)
    {
        _duplicates += again ? 1 : 0;
        frame.Settled = true;
    }

    public void Overtaken() => _reordered++;

    /// <summary>Hashes the frames that are settled and hands them back; one that is not holds up those behind it.</summary>
    public void Settle(Stack<OutgoingFrame> free)
    {
        while (_open.TryPeek(out OutgoingFrame? frame) && frame.Settled)
        {
            _open.Dequeue();
            if (frame.Fate.Lost)
            {
                _lost++;
            }
            else
            {
                _sent++;
                _hash.AppendData(frame.Audio);
            }

            free.Push(frame);
        }
    }

    /// <summary>The end: what was not sent by now never will be.</summary>
    public SimulatedTrackResult Close()
    {
        foreach (OutgoingFrame frame in _open.Where(frame => frame.Settled))
        {
            if (frame.Fate.Lost)
            {
                _lost++;
            }
            else
            {
                _sent++;
                _hash.AppendData(frame.Audio);
            }
        }

        _open.Clear();
        return new SimulatedTrackResult(
            Track, _sent, _lost, _duplicates, _reordered, FirstTimestampMs, Chunk * FrameClock.FrameMs / 1000.0,
            Convert.ToHexStringLower(_hash.GetCurrentHash()));
    }

    public void Dispose() => _hash.Dispose();
}
