using System.Text.Json;

namespace Earshot.Engine.Tests.Analysis;

/// <summary>As much of JSON Schema as the committed schema uses: type, required, properties, additionalProperties, items, enum, $ref into $defs.</summary>
internal static class JsonShape
{
    public static IReadOnlyList<string> Check(JsonElement value, JsonElement schema, string path) => [.. Problems(value, schema, schema, path)];

    private static IEnumerable<string> Problems(JsonElement value, JsonElement schema, JsonElement root, string path)
    {
        if (schema.TryGetProperty("$ref", out JsonElement reference)) schema = root.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..]);
        if (schema.TryGetProperty("type", out JsonElement type) && !Types(type).Any(t => Is(value, t))) return [$"{path}: {value.ValueKind} is not {type}"];
        if (schema.TryGetProperty("enum", out JsonElement allowed) && !allowed.EnumerateArray().Any(a => a.ToString() == value.ToString())) return [$"{path}: {value} is not in {allowed}"];
        var problems = new List<string>();
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out JsonElement items))
            foreach ((int i, JsonElement item) in value.EnumerateArray().Index()) problems.AddRange(Problems(item, items, root, $"{path}[{i}]"));
        if (value.ValueKind != JsonValueKind.Object) return problems;
        if (schema.TryGetProperty("required", out JsonElement required))
            problems.AddRange(required.EnumerateArray().Where(r => !value.TryGetProperty(r.GetString()!, out _)).Select(r => $"{path}: no {r}"));
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (schema.TryGetProperty("properties", out JsonElement known) && known.TryGetProperty(property.Name, out JsonElement own)) problems.AddRange(Problems(property.Value, own, root, $"{path}.{property.Name}"));
            else if (schema.TryGetProperty("additionalProperties", out JsonElement more) && more.ValueKind == JsonValueKind.False) problems.Add($"{path}: {property.Name} is not in the schema");
            else if (more.ValueKind == JsonValueKind.Object) problems.AddRange(Problems(property.Value, more, root, $"{path}.{property.Name}"));
        }
        return problems;
    }

    private static IEnumerable<string> Types(JsonElement type) => type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!];

    private static bool Is(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => false,
    };
}
