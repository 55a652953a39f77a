using System.Text.Json;
using System.Text.Json.Serialization;

namespace Earshot.Engine.Analysis;

/// <summary>Writes an enum's values as codes in small letters, in every JSON that they stand in.</summary>
internal sealed class CodeConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase) where T : struct, Enum;
