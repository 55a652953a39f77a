using Earshot.Engine.Calls;

namespace Earshot.Engine.Ingest;

/// <summary>The names by which people know the two sides; they stand in file names.</summary>
internal sealed class SpeakerOptions
{
    /// <summary>The far party, on the phone.</summary>
    public string Inbound { get; set; } = "technician";

    /// <summary>The near side: browser or bot.</summary>
    public string Outbound { get; set; } = "agent";

    /// <summary>The name by which people know the track: the stream's parameter <c>speaker</c> or <c>speaker.outbound</c>, else the setting.</summary>
    public string NameOf(Track track, IReadOnlyDictionary<string, string>? parameters) =>
        Named(track, parameters) ?? (track == Track.Inbound ? Inbound : Outbound);

    /// <summary>The name that the stream's own parameter gives the track; null where there is none.</summary>
    public static string? Named(Track track, IReadOnlyDictionary<string, string>? parameters)
    {
        string? named = parameters?.GetValueOrDefault(track == Track.Inbound ? "speaker" : "speaker.outbound");
        return string.IsNullOrWhiteSpace(named) ? null : named;
    }
}
