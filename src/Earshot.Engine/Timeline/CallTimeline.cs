namespace Earshot.Engine.Timeline;

/// <summary>One recording's place on the call's clock.</summary>
/// <param name="RecordingId">The recording.</param>
/// <param name="StreamStem">Its stream.</param>
/// <param name="Track">Its side.</param>
/// <param name="StartOffsetMs">Place of its first sample on the call's clock: the timestamps of the call's first stream.</param>
/// <param name="DurationSeconds">Its length.</param>
/// <param name="DuplicateOf">The recording that has the same audio and is used instead; null for one that is used.</param>
internal sealed record TimelineTrack(string RecordingId, string StreamStem, string Track, double StartOffsetMs, double DurationSeconds, string? DuplicateOf);

/// <summary>How a stream was put on the call's clock.</summary>
/// <param name="StreamStem">The stream.</param>
/// <param name="ShiftMs">What is added to its own timestamps; 0 for the first stream.</param>
/// <param name="How"><c>own</c> (the first stream), <c>arrival</c> (when its frames came) or <c>correlation</c> (refined by the track that both have).</param>
/// <param name="ErrorMs">How far it may be off; 0 where the samples agree.</param>
internal sealed record TimelineStream(string StreamStem, double ShiftMs, string How, double ErrorMs);

/// <summary>A stretch of a side that is taken from one recording.</summary>
internal sealed record TimelinePiece(string RecordingId, string Track, double StartMs, double EndMs);

/// <summary>Where a side goes on with another recording.</summary>
/// <param name="Track">The side.</param>
/// <param name="AtMs">Where the one before it ends.</param>
/// <param name="GapMs">How long nothing of this side was recorded there; it is silence in the audio.</param>
/// <param name="From">The recording before.</param>
/// <param name="To">The recording after.</param>
internal sealed record TimelineSeam(string Track, double AtMs, double GapMs, string From, string To);

/// <summary>All of a call's recordings on one clock.</summary>
/// <param name="CallSid">The call.</param>
/// <param name="StartMs">Where the first sample of any side is.</param>
/// <param name="EndMs">Where the last one ends.</param>
/// <param name="Streams">How each stream was placed.</param>
/// <param name="Tracks">Every recording.</param>
/// <param name="Pieces">What each side is made of, in order.</param>
/// <param name="Seams">Where a side changes its source.</param>
internal sealed record CallTimeline(
    string CallSid, double StartMs, double EndMs, IReadOnlyList<TimelineStream> Streams, IReadOnlyList<TimelineTrack> Tracks,
    IReadOnlyList<TimelinePiece> Pieces, IReadOnlyList<TimelineSeam> Seams)
{
    public double DurationSeconds => Math.Max(0, EndMs - StartMs) / 1000;
}
