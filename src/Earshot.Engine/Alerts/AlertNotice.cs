using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Earshot.Engine.Alerts;

/// <summary>What is told of an alert: the JSON of the webhook.</summary>
internal sealed record AlertNotice
{
    public const string Opened = "opened";

    /// <summary>It was told before, and holds on or has held again.</summary>
    public const string Repeated = "repeated";

    public const string Resolved = "resolved";

    /// <summary>A sample of <c>earshot alerts test</c>.</summary>
    public const string Test = "test";

    /// <summary>Of the JSON's shape; a change that breaks a reader raises it.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Of this message to this delivery, unique for ever and the same in each attempt: who has had it drops it.</summary>
    public string Id { get; init; } = "";

    /// <summary><c>opened</c>, <c>repeated</c>, <c>resolved</c> or <c>test</c>.</summary>
    public required string Event { get; init; }

    public long AlertId { get; init; }
    public required string Rule { get; init; }

    /// <summary><c>info</c>, <c>warning</c> or <c>error</c>.</summary>
    public required string Severity { get; init; }

    /// <summary>What the rule looks for, in words.</summary>
    public required string Condition { get; init; }

    /// <summary>What happened, in words; of a resolved alert why it is over.</summary>
    public required string Message { get; init; }

    /// <summary>The call; null where it is about the server or several calls.</summary>
    public string? CallSid { get; init; }

    /// <summary>The page that shows the place.</summary>
    public required string Url { get; init; }

    /// <summary>How often it fired since it opened.</summary>
    public long Count { get; init; }

    public DateTimeOffset OpenedAt { get; init; }
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>When this attempt was made: an old one that comes again is not from here.</summary>
    public DateTimeOffset SentAt { get; init; }

    /// <summary>One line for people: what, where, of which rule.</summary>
    [JsonIgnore]
    public string Headline => $"{(Event switch { Resolved => "Resolved", Test => "Test", Repeated => "Still open", _ => char.ToUpperInvariant(Severity[0]) + Severity[1..] })}: {Rule}{(CallSid is null ? "" : $" in call {CallSid}")}";

    public string ToJson() => JsonSerializer.Serialize(this, AlertJson.Plain.AlertNotice);

    public static AlertNotice FromJson(string json) => JsonSerializer.Deserialize(json, AlertJson.Plain.AlertNotice)!;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AlertNotice))]
[JsonSerializable(typeof(SlackMessage))]
internal sealed partial class AlertJson : JsonSerializerContext
{
    /// <summary>One line, text as it is.</summary>
    public static AlertJson Plain { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
