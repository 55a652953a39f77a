namespace Earshot.Audio.Detection;

/// <summary>Makes edges of speech from what is found frame by frame: hysteresis, a least length of speech and of the pause that ends it, and a little room on both sides.</summary>
/// <remarks>The rules are those of Silero's reference (get_speech_timestamps), in a form that tells each edge as soon as it is certain. Not thread-safe.</remarks>
public sealed class SpeechGate
{
    private readonly long _minSpeech;
    private readonly long _minPause;
    private readonly long _pad;
    private readonly Queue<SpeechEdge> _edges = new(8);
    private long _at;
    private long _start = -1;
    private long _end = -1;
    private long _least;

    /// <param name="minSpeech">Speech of this length or shorter is none, in samples.</param>
    /// <param name="minPause">A pause of this length ends speech, in samples; at least twice the pad.</param>
    /// <param name="pad">Room before and behind speech, in samples.</param>
    public SpeechGate(long minSpeech, long minPause, long pad)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minPause, 2 * pad);
        (_minSpeech, _minPause, _pad) = (minSpeech, minPause, pad);
    }

    /// <summary>Whether the last edge was a beginning.</summary>
    public bool IsSpeech { get; private set; }

    /// <summary>No edge that is yet to be found lies before this sample.</summary>
    public long SettledTo => IsSpeech ? (_end >= 0 ? _end : _at) : Math.Max((_start >= 0 ? _start : _at) - _pad, _least);

    /// <summary>Takes the next frame.</summary>
    /// <param name="samples">How long it is.</param>
    /// <param name="speech">It is certainly speech: a stretch begins or goes on.</param>
    /// <param name="pause">It is certainly none. Where neither is certain, what was goes on.</param>
    public void Add(long samples, bool speech, bool pause)
    {
        long from = _at;
        _at += samples;
        if (speech)
        {
            _end = -1;
            if (_start < 0) _start = from;
        }
        if (_start < 0) return;
        if (pause && !speech)
        {
            if (_end < 0) _end = from;
            if (from - _end >= _minPause) Close();
        }
        else if (_end < 0 && !IsSpeech && _at - _start > _minSpeech) Open();
    }

    /// <summary>Takes the end of the audio.</summary>
    public void Complete()
    {
        if (_start < 0) return;
        // What follows the last speech is too short to have ended it.
        _end = _at;
        if (!IsSpeech && _end - _start > _minSpeech) Open();
        Close();
    }

    /// <summary>Takes the next edge that was found.</summary>
    /// <param name="edge">The edge.</param>
    /// <returns>False where there is none yet.</returns>
    public bool TryTake(out SpeechEdge edge) => _edges.TryDequeue(out edge);

    private void Open()
    {
        IsSpeech = true;
        _edges.Enqueue(new SpeechEdge(SpeechEdgeKind.Began, Math.Max(_start - _pad, _least)));
    }

    private void Close()
    {
        if (IsSpeech)
        {
            _least = Math.Min(_end + _pad, _at);
            _edges.Enqueue(new SpeechEdge(SpeechEdgeKind.Ended, _least));
        }
        IsSpeech = false;
        (_start, _end) = (-1, -1);
    }
}
