namespace Earshot.Engine.Calls;

/// <summary>One direction of a stream, named from the carrier's side.</summary>
internal enum Track
{
    /// <summary>What the carrier receives from the far party.</summary>
    Inbound = 0,

    /// <summary>What the carrier plays to the far party.</summary>
    Outbound = 1,
}

/// <summary>Names of tracks as they stand on the wire and in files.</summary>
internal static class TrackNames
{
    /// <summary>How many tracks a stream can carry.</summary>
    public const int Count = 2;

    /// <summary>The wire's name of the track.</summary>
    public static string Name(this Track track) => track == Track.Inbound ? "inbound" : "outbound";

    /// <summary>Reads <c>inbound</c>, <c>outbound</c> and the spelling of <c>dtmf</c> messages, <c>inbound_track</c>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> name, out Track track)
    {
        track = name.StartsWith("outbound"u8) ? Track.Outbound : Track.Inbound;
        return name.SequenceEqual("inbound"u8) || name.SequenceEqual("outbound"u8)
            || name.SequenceEqual("inbound_track"u8) || name.SequenceEqual("outbound_track"u8);
    }
}
