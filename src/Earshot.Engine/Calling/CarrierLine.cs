using Earshot.Audio.Codecs;

namespace Earshot.Engine.Calling;

/// <summary>What the carrier plays to the caller: silence, a clip once or over and over, the other party.</summary>
internal sealed class CarrierLine
{
    private SpeechClip? _clip;
    private long _frame;
    private int _loops;
    private long _framesLeft;
    private bool _joined;

    /// <summary>Nothing is left to be waited for.</summary>
    public bool IsFree => _framesLeft <= 0;

    /// <summary>The other party is on the line and has more to say.</summary>
    public bool OtherIsSpeaking => _joined && IsSpeaking;

    /// <summary>The other party is on the line and has said what it had to say.</summary>
    public bool OtherHasSpoken => _joined && _clip is not null && !IsSpeaking;

    private bool IsSpeaking => _clip is not null && _loops > 0;

    /// <summary>Silence for so long.</summary>
    public void Wait(TimeSpan time) => (_clip, _framesLeft) = (null, (long)Math.Ceiling(time.TotalMilliseconds / FrameClock.FrameMs));

    /// <summary>A clip, then free again.</summary>
    public void Play(SpeechClip clip, int loops) => (_clip, _frame, _loops, _framesLeft) = (clip, 0, loops, (long)clip.Frames * loops);

    /// <summary>The other party, who stays on the line when all is said.</summary>
    public void Join(SpeechClip? clip)
        => (_clip, _frame, _loops, _framesLeft, _joined) = (clip, 0, clip is null ? 0 : 1, long.MaxValue, true);

    public void NextFrame(Span<byte> destination)
    {
        _framesLeft--;
        if (!IsSpeaking)
        {
            destination.Fill(MuLaw.Silence);
            return;
        }

        _clip!.CopyFrame(_frame++, destination);
        if (_frame >= _clip.Frames)
        {
            _frame = 0;
            _loops--;
        }
    }
}
