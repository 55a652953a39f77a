using System.Xml;

namespace Earshot.Engine.MediaStreams;

/// <summary>A stream as an answer asks for it.</summary>
internal sealed record TwiMLStream
{
    /// <summary>Name and value of one parameter together are shorter than this.</summary>
    public const int ParameterLimit = 500;

    /// <summary>The media socket. A query string would be stripped by the carrier.</summary>
    public required string Url { get; init; }

    /// <summary>A name to stop the stream by.</summary>
    public string? Name { get; init; }

    /// <summary><c>inbound_track</c> (also when absent), <c>outbound_track</c> or <c>both_tracks</c>.</summary>
    public string? Track { get; init; }

    /// <summary>Where the carrier reports that the stream started, stopped or failed.</summary>
    public string? StatusCallback { get; init; }

    /// <summary><c>POST</c> (also when absent) or <c>GET</c>.</summary>
    public string? StatusCallbackMethod { get; init; }

    /// <summary>Facts that travel to the socket's <c>customParameters</c>, in this order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; } = [];

    /// <summary>What the carrier would not take, in words; null if all is well.</summary>
    public string? Problem()
    {
        if (!Url.StartsWith("wss://", StringComparison.OrdinalIgnoreCase) && !Url.StartsWith("ws://", StringComparison.OrdinalIgnoreCase))
        {
            return $"The stream's URL must begin with wss:// (ws:// for a simulated carrier): {Url}";
        }

        if (Url.AsSpan().IndexOfAny('?', '#') >= 0)
        {
            return $"The carrier strips a stream URL's query string; send parameters instead: {Url}";
        }

        if (Track is not (null or "inbound_track" or "outbound_track" or "both_tracks"))
        {
            return $"The stream's track is one of inbound_track, outbound_track, both_tracks, not \"{Track}\".";
        }

        foreach ((string name, string value) in Parameters)
        {
            if (name.Length == 0)
            {
                return "A stream parameter has no name.";
            }

            if (name.Length + value.Length >= ParameterLimit)
            {
                return $"The stream parameter \"{Short(name)}\" has {name.Length + value.Length} characters in name and value; "
                    + $"the carrier takes fewer than {ParameterLimit}.";
            }

            if (!IsXml(name) || !IsXml(value))
            {
                return $"The stream parameter \"{Short(name)}\" holds a character that XML cannot carry.";
            }
        }

        return null;
    }

    /// <summary>As lists, so that two streams with the same parameters are equal.</summary>
    public bool Equals(TwiMLStream? other)
        => other is not null
            && (Url, Name, Track, StatusCallback, StatusCallbackMethod)
                == (other.Url, other.Name, other.Track, other.StatusCallback, other.StatusCallbackMethod)
            && Parameters.SequenceEqual(other.Parameters);

    public override int GetHashCode() => HashCode.Combine(Url, Name, Track, StatusCallback, StatusCallbackMethod, Parameters.Count);

    private static string Short(string name) => name.Length <= 40 ? name : name[..40] + "…";

    private static bool IsXml(string text)
    {
        try
        {
            XmlConvert.VerifyXmlChars(text);
            return true;
        }
        catch (XmlException)
        {
            return false;
        }
    }
}
