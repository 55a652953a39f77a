using Earshot.Audio.Codecs;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Calling;

/// <summary>
/// What the server of a two-way stream wants played: audio and marks in their order, until the line has played them or a
/// <c>clear</c> drops them. The socket's reader fills it, the call's clock empties it, a frame at a time.
/// </summary>
internal sealed class PlaybackQueue
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(byte[]? Audio, string? Mark)> _queue = new();
    private readonly List<string> _due = [];
    private readonly MediaStreamReader _reader = new();
    private int _offset;
    private long _queuedBytes;
    private long _playedBytes;
    private long _clearedBytes;
    private long _marks;
    private string? _problem;

    /// <summary>Nothing waits to be played.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _queuedBytes == 0;
            }
        }
    }

    /// <summary>Takes a message of the server's.</summary>
    public void Take(ReadOnlySpan<byte> text)
    {
        lock (_gate)
        {
            MediaMessageVerdict verdict = _reader.Read(text, out MediaMessage message);
            if (verdict != MediaMessageVerdict.Ok)
            {
                _problem ??= $"The server sent a message that the carrier does not take ({verdict}, error 31951).";
                return;
            }

            switch (message.Kind)
            {
                case MediaMessageKind.Media:
                    byte[] audio = new byte[message.PayloadBytes];
                    if (audio.Length > 0 && MediaStreamReader.TryDecodePayload(message.Payload, audio, out _))
                    {
                        _queue.AddLast((audio, null));
                        _queuedBytes += audio.Length;
                    }

                    break;
                case MediaMessageKind.Mark:
                    _queue.AddLast((null, System.Text.Encoding.UTF8.GetString(message.MarkName)));
                    break;
                case MediaMessageKind.Clear:
                    Clear();
                    break;
                default:
                    _problem ??= $"The server sent '{System.Text.Encoding.UTF8.GetString(message.Event)}', which is no message to the carrier (error 31951).";
                    break;
            }
        }
    }

    /// <summary>The next 20 ms of the line, silence where nothing is queued.</summary>
    /// <param name="frame">Takes them.</param>
    /// <param name="played">Takes the marks before which everything had been played when this frame began, or was cleared.</param>
    /// <returns>false for a frame of silence alone.</returns>
    public bool NextFrame(Span<byte> frame, List<string> played)
    {
        lock (_gate)
        {
            played.AddRange(_due);
            _due.Clear();
            int filled = 0;
            while (filled < frame.Length && _queue.First is { } first)
            {
                (byte[]? audio, string? mark) = first.Value;
                if (audio is null)
                {
                    // In the middle of a frame it is due when the frame has been played.
                    (filled == 0 ? played : _due).Add(mark!);
                    _marks++;
                    _queue.RemoveFirst();
                    continue;
                }

                int count = Math.Min(frame.Length - filled, audio.Length - _offset);
                audio.AsSpan(_offset, count).CopyTo(frame[filled..]);
                filled += count;
                _offset += count;
                if (_offset == audio.Length)
                {
                    _queue.RemoveFirst();
                    _offset = 0;
                }
            }

            // What stood right behind the last sample is due with it.
            while (filled > 0 && _queue.First?.Value.Mark is { } behind)
            {
                _due.Add(behind);
                _marks++;
                _queue.RemoveFirst();
            }

            frame[filled..].Fill(MuLaw.Silence);
            _queuedBytes -= filled;
            _playedBytes += filled;
            return filled > 0;
        }
    }

    public SimulatedPlayback Result()
    {
        lock (_gate)
        {
            return new SimulatedPlayback(_playedBytes / 8000.0, _clearedBytes / 8000.0, _queuedBytes / 8000.0, _marks, _problem);
        }
    }

    private void Clear()
    {
        foreach ((byte[]? _, string? mark) in _queue)
        {
            if (mark is not null)
            {
                _due.Add(mark);
                _marks++;
            }
        }

        _queue.Clear();
        _offset = 0;
        _clearedBytes += _queuedBytes;
        _queuedBytes = 0;
    }
}

/// <summary>What became of the audio that a two-way stream's server sent.</summary>
/// <param name="PlayedSeconds">What the caller heard.</param>
/// <param name="ClearedSeconds">What a <c>clear</c> dropped.</param>
/// <param name="UnplayedSeconds">What was still queued when the call ended.</param>
/// <param name="Marks">Marks that were sent back.</param>
/// <param name="Problem">The first message that the carrier would not have taken, in words; null if all were good.</param>
internal sealed record SimulatedPlayback(double PlayedSeconds, double ClearedSeconds, double UnplayedSeconds, long Marks, string? Problem);
