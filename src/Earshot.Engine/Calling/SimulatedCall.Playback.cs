using Earshot.Audio.Codecs;

namespace Earshot.Engine.Calling;

/// <summary>What the caller hears and presses on a two-way stream.</summary>
internal sealed partial class SimulatedCall
{
    /// <summary>
    /// The outbound frame of this tick. A tick sends the frames of the 20 ms that end with it; what it takes from a two-way stream's
    /// queue plays from then on, so it is the outbound frame of the next tick.
    /// </summary>
    private void NextOutbound(double dueMs)
    {
        if (_connected is null)
        {
            _line.NextFrame(_outbound);
        }
        else
        {
            _playing.CopyTo(_outbound.AsSpan());
            PressKeys(dueMs);
            if (_connected.Play(_playing, dueMs) && _playing.AsSpan().ContainsAnyExcept(MuLaw.IdleCodes))
            {
                _lastHeardFrame = _speechFrame;
            }
        }

        _options.Heard?.Invoke(_outbound);
    }

    private void PressKeys(double dueMs)
    {
        double since = dueMs - _options.KeysAt.TotalMilliseconds;
        double step = SimulatedCallOptions.KeyTime.TotalMilliseconds;
        if (since >= 0 && since % step == 0 && since / step < _options.Keys.Length)
        {
            _connected!.Press(_options.Keys[(int)(since / step)], dueMs);
        }
    }

    private static byte[] NewSilence()
    {
        byte[] frame = new byte[FrameClock.FrameBytes];
        frame.AsSpan().Fill(MuLaw.Silence);
        return frame;
    }

    /// <summary>All is said, and for a while nothing was heard: what a bot sends of silence is none of it.</summary>
    private bool HasHeardAll()
    {
        int said = _options.Speech!.Frames;
        return _speechFrame >= said && (_speechFrame - Math.Max(_lastHeardFrame, said)) * FrameClock.FrameMs >= SimulatedCallOptions.AnswerTime.TotalMilliseconds;
    }

    /// <summary>A two-way stream that its server broke ends its verb alone: what follows it in the answer is done.</summary>
    private bool GoesOnWithoutStream() => _streams.Exists(stream => stream.Playback is not null) && (_verbs.Count > 0 || !_line.IsFree);
}
