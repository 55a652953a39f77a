using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Earshot.Engine.MediaStreams;

/// <summary>The <c>start</c> message: the stream's own facts. Every text in it is input from outside.</summary>
internal sealed record StartMessage
{
    /// <summary>The stream.</summary>
    public required string StreamSid { get; init; }

    /// <summary>The call; empty if the carrier named none.</summary>
    public string CallSid { get; init; } = "";

    /// <summary>The account; empty if the carrier named none.</summary>
    public string AccountSid { get; init; } = "";

    /// <summary>The tracks that will come, as the carrier names them; empty if it named none.</summary>
    public IReadOnlyList<string> Tracks { get; init; } = [];

    /// <summary>The <c>Parameter</c>s of the TwiML in their order; empty if there are none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> CustomParameters { get; init; } = [];

    /// <summary>What the payloads are made of.</summary>
    public MediaFormat MediaFormat { get; init; } = MediaFormat.MuLaw8000;

    /// <summary>The place of this message in its stream, -1 if absent.</summary>
    public long SequenceNumber { get; init; } = -1;

    /// <summary>Reads a start message by the slow path: once a stream.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> utf8Message, [NotNullWhen(true)] out StartMessage? message, out MediaMessageVerdict verdict)
    {
        message = null;
        verdict = new MediaStreamReader().Read(utf8Message, out MediaMessage view);
        if (verdict == MediaMessageVerdict.Ok && view.Kind != MediaMessageKind.Start)
        {
            verdict = MediaMessageVerdict.NotAStart;
        }

        if (verdict != MediaMessageVerdict.Ok)
        {
            return false;
        }

        try
        {
            var json = new Utf8JsonReader(utf8Message);
            using JsonDocument document = JsonDocument.ParseValue(ref json);
            JsonElement start = document.RootElement.GetProperty("start");
            message = new StartMessage
            {
                StreamSid = System.Text.Encoding.UTF8.GetString(view.StreamSid),
                CallSid = Text(start, "callSid"),
                AccountSid = Text(start, "accountSid"),
                Tracks = ReadTracks(start),
                CustomParameters = ReadParameters(start),
                MediaFormat = ReadFormat(start),
                SequenceNumber = view.SequenceNumber,
            };
            return true;
        }
        catch (InvalidOperationException)
        {
            // JsonElement's word for "another type than asked for" and for half a surrogate pair.
            verdict = MediaMessageVerdict.StartFieldWrongType;
            return false;
        }
    }

    private static string Text(JsonElement parent, string name)
        => TryGet(parent, name, out JsonElement value) ? value.GetString() ?? "" : "";

    private static List<string> ReadTracks(JsonElement start)
    {
        var tracks = new List<string>();
        if (TryGet(start, "tracks", out JsonElement array))
        {
            foreach (JsonElement track in array.EnumerateArray())
            {
                tracks.Add(track.GetString() ?? "");
            }
        }

        return tracks;
    }

    /// <summary>A value that is no string stands as its JSON text; of a name that comes twice the last value counts.</summary>
    private static List<KeyValuePair<string, string>> ReadParameters(JsonElement start)
    {
        var parameters = new List<KeyValuePair<string, string>>();
        if (!TryGet(start, "customParameters", out JsonElement table))
        {
            return parameters;
        }

        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (JsonProperty property in table.EnumerateObject())
        {
            string value = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText();
            var parameter = KeyValuePair.Create(property.Name, value);
            if (places.TryAdd(property.Name, parameters.Count))
            {
                parameters.Add(parameter);
            }
            else
            {
                parameters[places[property.Name]] = parameter;
            }
        }

        return parameters;
    }

    private static MediaFormat ReadFormat(JsonElement start)
    {
        MediaFormat usual = MediaFormat.MuLaw8000;
        return !TryGet(start, "mediaFormat", out JsonElement format)
            ? usual
            : new MediaFormat(
                TryGet(format, "encoding", out _) ? Text(format, "encoding") : usual.Encoding,
                Number(format, "sampleRate", usual.SampleRateHz),
                Number(format, "channels", usual.Channels));
    }

    private static int Number(JsonElement parent, string name, int absent)
    {
        if (!TryGet(parent, name, out JsonElement value))
        {
            return absent;
        }

        string text = value.ValueKind == JsonValueKind.Number ? value.GetRawText() : value.GetString()!;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new InvalidOperationException("Not a whole number.");
    }

    /// <summary>null is as good as absent.</summary>
    private static bool TryGet(JsonElement parent, string name, out JsonElement value)
        => parent.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
}
