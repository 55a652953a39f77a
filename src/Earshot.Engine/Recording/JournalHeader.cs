namespace Earshot.Engine.Recording;

/// <summary>The first line of a journal.</summary>
internal sealed record JournalHeader
{
    public const int CurrentVersion = 1;

    /// <summary>Version of the journal's form.</summary>
    public int Journal { get; init; } = CurrentVersion;

    public required string StreamSid { get; init; }

    public required string CallSid { get; init; }

    /// <summary>When <c>start</c> came (UTC); the time in the file names.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Zero of every line's <c>us</c> (UTC): when the socket was accepted.</summary>
    public required DateTimeOffset ZeroAt { get; init; }

    /// <summary>Stems that the tracks' WAVs asked for: inbound, outbound.</summary>
    public IReadOnlyList<string> TrackStems { get; init; } = [];

    /// <summary>How exactly <c>us</c> tells the arrival, in microseconds: 0 for each message by itself, else the interval at which the socket was looked at.</summary>
    public long ArrivalResolutionUs { get; init; }

    /// <summary>True for a two-way stream: what the caller heard is its outbound track, from the line's first frame on.</summary>
    public bool TwoWay { get; init; }

    /// <summary>Which of a journal's files this is, from 1.</summary>
    public int Part { get; init; } = 1;
}
