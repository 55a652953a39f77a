namespace Earshot.Engine.Calls;

/// <summary>A stream that starts, for those who want to hear it.</summary>
internal sealed record HeardStream
{
    public required string CallSid { get; init; }
    public required string StreamSid { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public string From { get; init; } = "";
    public string To { get; init; } = "";
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>The recordings' ids and the speakers' names, by track.</summary>
    public required IReadOnlyList<string> RecordingIds { get; init; }

    public required IReadOnlyList<string> Speakers { get; init; }

    /// <summary>Place of a track's first sample on the stream's clock, in ms.</summary>
    public Func<Track, double> StartOffsetMs { get; init; } = _ => 0;
}

/// <summary>Hears one stream to its end, as it is recorded: of an agent the microphone, not what is played to the caller.</summary>
internal interface IStreamListener : IFrameListener
{
    /// <summary>No sample follows. It must neither block nor throw.</summary>
    void OnEnded();
}

/// <summary>Is asked at every recorded stream's start whether it wants to hear it.</summary>
internal interface IStreamHearing
{
    /// <summary>The listener, or null. Called on the reading thread: it must neither block nor throw.</summary>
    IStreamListener? OnStarted(HeardStream stream);
}
