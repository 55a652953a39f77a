using System.Text.Json.Serialization;
using Earshot.Engine.Transcription;

namespace Earshot.Server.Live;

/// <summary>All running calls at one moment: the data of a <c>calls</c> event of <c>/api/live</c>.</summary>
/// <param name="At">The moment.</param>
/// <param name="Calls">One entry a stream, oldest first.</param>
internal sealed record LiveSnapshot(DateTimeOffset At, IReadOnlyList<LiveCall> Calls);

/// <summary>A running stream.</summary>
internal sealed record LiveCall
{
    public required string CallSid { get; init; }
    public required string StreamSid { get; init; }
    public required string From { get; init; }
    public required string To { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required double Seconds { get; init; }

    /// <summary>The highest stage that it reached, 1 to 11.</summary>
    public required int Stage { get; init; }

    /// <summary>True when it can be answered in the browser.</summary>
    public required bool TwoWay { get; init; }

    /// <summary><c>enabled</c> or <c>disabled</c>: whether it is recorded.</summary>
    public required string Recording { get; init; }

    /// <summary>Why the disk does not take the audio at the moment; null when it does.</summary>
    public string? Trouble { get; init; }

    /// <summary>Who talks with the caller in the browser.</summary>
    public string? Agent { get; init; }

    /// <summary>How many listen in.</summary>
    public int Listeners { get; init; }

    public required IReadOnlyList<LiveTrack> Tracks { get; init; }

    /// <summary>How its live transcription stands, and what was said last; null where it has none.</summary>
    public LiveText? Text { get; init; }
}

/// <summary>One side of a running stream.</summary>
/// <param name="Track"><c>inbound</c> or <c>outbound</c>.</param>
/// <param name="Speaker">The name by which people know it.</param>
/// <param name="LevelDbfs">RMS since the event before, in dBFS; null in digital silence or when nothing came.</param>
/// <param name="SilentSeconds">How long it has been below -50 dBFS, in seconds, since somebody watches.</param>
/// <param name="LostMs">Time that was lost so far, in ms.</param>
/// <param name="Stalls">Delivery stalls so far.</param>
internal sealed record LiveTrack(string Track, string Speaker, double? LevelDbfs, double SilentSeconds, double LostMs, long Stalls);

/// <summary>The words of a running stream.</summary>
/// <param name="Standing">How the engine keeps up.</param>
/// <param name="Lines">The newest, oldest first; all of them come from <c>WS /api/calls/{id}/transcript/stream</c>.</param>
/// <param name="Partials">What is being said, where <c>Transcription:Live:PartialEvery</c> asks for it.</param>
internal sealed record LiveText(LiveTextState Standing, IReadOnlyList<LiveLine> Lines, IReadOnlyList<LivePartial> Partials);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LiveSnapshot))]
internal sealed partial class LiveJson : JsonSerializerContext;
