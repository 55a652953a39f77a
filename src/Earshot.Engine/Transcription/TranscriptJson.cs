using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Earshot.Engine.Transcription;

/// <summary>How a transcript is written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Transcript))]
[JsonSerializable(typeof(WordErrors))]
internal sealed partial class TranscriptJson : JsonSerializerContext
{
    /// <summary>One line, text as it is.</summary>
    public static TranscriptJson Compact { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static string Text(Transcript transcript) => JsonSerializer.Serialize(transcript, Compact.Transcript);

    /// <summary>The transcript that <see cref="Text"/> wrote; null when it is none.</summary>
    public static Transcript? Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Compact.Transcript);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
