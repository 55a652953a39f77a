namespace Earshot.Engine.Calls;

/// <summary>Something that happened at a place of the call.</summary>
/// <param name="Kind">A stable code of <see cref="EventKinds"/>.</param>
/// <param name="Track">The track's name, or null when it concerns the whole stream.</param>
/// <param name="AtMs">Its place on the call's clock in ms.</param>
/// <param name="DurationMs">How long it lasted in ms; 0 for a moment.</param>
/// <param name="Detail">One plain sentence.</param>
internal sealed record TimelineEvent(string Kind, string? Track, double AtMs, double DurationMs, string Detail);

/// <summary>The codes of timeline events.</summary>
internal static class EventKinds
{
    /// <summary>Time that the carrier never delivered; filled with silence.</summary>
    public const string Loss = "loss";

    /// <summary>Frames came late and then at once; nothing is missing and nothing was filled.</summary>
    public const string Stall = "stall";

    /// <summary>A frame came twice; the second was dropped.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>A frame came out of order and was put right.</summary>
    public const string Reordered = "reordered";

    /// <summary>A frame came after its place had been filled; it is in the journal only.</summary>
    public const string Late = "late";

    /// <summary>The timestamp jumped further than is ever filled.</summary>
    public const string ClockJump = "clock-jump";

    /// <summary>The timestamp went back.</summary>
    public const string ClockBack = "clock-back";

    /// <summary>A message that could not be used; it is in the journal.</summary>
    public const string Malformed = "malformed";

    /// <summary>A message that does not belong to this socket's stream.</summary>
    public const string Foreign = "foreign";

    /// <summary>A key was pressed.</summary>
    public const string Dtmf = "dtmf";

    /// <summary>A mark of the carrier.</summary>
    public const string Mark = "mark";

    /// <summary>Someone joined, left, muted or held the call in the browser.</summary>
    public const string Agent = "agent";

    /// <summary>Audio could not be written to disk.</summary>
    public const string RecordingTrouble = "recording-trouble";

    /// <summary>Writing to disk works again.</summary>
    public const string RecordingResumed = "recording-resumed";

    /// <summary>An utterance of the near side as the caller heard it.</summary>
    public const string Heard = "heard";

    /// <summary>Audio that was sent to the caller and never played.</summary>
    public const string Unheard = "unheard";

    /// <summary>What became of the bot behind the tap.</summary>
    public const string Bot = "bot";

    /// <summary>What the tap carried, and how long it held messages up.</summary>
    public const string Tap = "tap";

    /// <summary>The carrier's status callback said something.</summary>
    public const string Status = "status";
}
