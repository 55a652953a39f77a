using Earshot.Engine.Calls;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Ingest;

/// <summary>Hears what a <see cref="StreamDecoder"/> makes of the messages.</summary>
internal interface IStreamConsumer : ISampleOutput
{
    /// <summary><c>connected</c> came.</summary>
    void OnConnected();

    /// <summary>The stream's <c>start</c>.</summary>
    void OnStart(StreamFacts facts);

    /// <summary>The first frame of a track.</summary>
    void OnTrackStarted(Track track);

    /// <summary>Coded samples of a track in their final order; <see cref="OnFill"/> where time was lost.</summary>
    void OnCoded(Track track, ReadOnlySpan<byte> payload);

    /// <summary>So many samples of a track (at the format's rate) were lost.</summary>
    void OnFill(Track track, long samples);

    /// <summary>Of what follows, so many samples of a track (at the format's rate) stand for messages that a journal lacks. They come as fill.</summary>
    void OnMissing(Track track, long samples)
    {
    }
}

/// <summary>Why a readable message was set aside.</summary>
internal enum SetAside
{
    /// <summary>It was used.</summary>
    No,

    /// <summary>It could not be read; the verdict says why.</summary>
    Malformed,

    /// <summary>It names another stream than the socket's.</summary>
    ForeignStream,

    /// <summary>The socket has its stream already.</summary>
    SecondStart,

    /// <summary>No <c>start</c> came before it.</summary>
    BeforeStart,

    /// <summary>It names a track that does not exist.</summary>
    UnknownTrack,
}

/// <summary>What became of one message.</summary>
internal readonly record struct MessageOutcome(MediaMessageVerdict Verdict, SetAside SetAside)
{
    /// <summary>False for what is not one JSON value.</summary>
    public bool IsJson => Verdict is not (MediaMessageVerdict.NotJson or MediaMessageVerdict.ByteOrderMark or MediaMessageVerdict.TooDeep);
}
