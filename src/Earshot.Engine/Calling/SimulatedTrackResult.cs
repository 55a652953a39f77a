namespace Earshot.Engine.Calling;

/// <summary>What was sent of one track of one stream.</summary>
/// <param name="Track"><c>inbound</c> or <c>outbound</c>.</param>
/// <param name="FramesSent">Frames sent, each counted once.</param>
/// <param name="FramesLost">Frames withheld as lost.</param>
/// <param name="Duplicates">Frames sent a second time.</param>
/// <param name="Reordered">Frames that were overtaken by later ones.</param>
/// <param name="FirstTimestampMs">The first frame's timestamp, lost or not; -1 if there was no frame.</param>
/// <param name="Seconds">The media time of the track, lost frames included.</param>
/// <param name="MuLawSha256">SHA-256 of the mu-law bytes sent, in media order, without duplicates and lost frames; lower-case hex.</param>
internal sealed record SimulatedTrackResult(
    string Track,
    long FramesSent,
    long FramesLost,
    long Duplicates,
    long Reordered,
    long FirstTimestampMs,
    double Seconds,
    string MuLawSha256);
