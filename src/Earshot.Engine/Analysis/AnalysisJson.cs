using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Earshot.Engine.Analysis;

/// <summary>How a report is written as JSON. docs/measures/analysis.schema.json describes the shape.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AnalysisReport))]
internal sealed partial class AnalysisJson : JsonSerializerContext
{
    /// <summary>One line, codes in small letters, text as it is.</summary>
    public static AnalysisJson Compact { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static string Text(AnalysisReport report) => JsonSerializer.Serialize(report, Compact.AnalysisReport);

    /// <summary>The report that <see cref="Text"/> wrote; null when it is none.</summary>
    public static AnalysisReport? Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Compact.AnalysisReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
