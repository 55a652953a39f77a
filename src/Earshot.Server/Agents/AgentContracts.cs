using System.Text.Json.Serialization;
using Earshot.Engine.Agents;
using Earshot.Engine.Calls;

namespace Earshot.Server.Agents;

/// <summary>What a browser says: <c>hello</c> first, then <c>mute</c>, <c>hold</c>, <c>hangup</c>.</summary>
internal sealed record AgentCommand
{
    public string? Type { get; init; }

    /// <summary>Of <c>hello</c>: <c>agent</c> or <c>listener</c>.</summary>
    public string? Role { get; init; }

    /// <summary>Of <c>hello</c>: who it is.</summary>
    public string? Name { get; init; }

    /// <summary>Of <c>hello</c>: rate of the microphone in Hz.</summary>
    public int Rate { get; init; }

    /// <summary>Of <c>hello</c>: the token of the connection that was lost.</summary>
    public string? Resume { get; init; }

    /// <summary>Of <c>mute</c> and <c>hold</c>.</summary>
    public bool On { get; init; }
}

/// <summary>The answer to <c>hello</c>.</summary>
internal sealed record AgentWelcome(string Role, string Token, int SampleRateHz)
{
    public string Type { get; } = "welcome";
}

/// <summary>How the call stands.</summary>
internal sealed record AgentState(string CallSid, string? Agent, IReadOnlyList<string> Listeners, bool Muted, bool OnHold, DateTimeOffset? AnsweredAt, double DriftPpm, double LineQueueMs, double SkippedMs)
{
    public string Type { get; } = "state";

    public static AgentState Of(AgentSeat seat) => new(
        seat.Session.Facts?.CallSid.Value ?? "", seat.AgentName, seat.ListenerNames, seat.IsMuted, seat.IsOnHold, seat.AnsweredAt,
        Math.Round(seat.DriftPpm, 1), Math.Round(seat.QueueMs), seat.SkippedMs);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AgentCommand))]
[JsonSerializable(typeof(AgentWelcome))]
[JsonSerializable(typeof(AgentState))]
internal sealed partial class AgentJson : JsonSerializerContext;
