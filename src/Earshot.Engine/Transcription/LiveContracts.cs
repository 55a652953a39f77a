using System.Text.Json.Serialization;

namespace Earshot.Engine.Transcription;

/// <summary>What was said a moment ago.</summary>
internal sealed record LiveLine
{
    /// <summary><c>line</c>.</summary>
    public string Type { get; } = "line";

    /// <summary>Counts the lines of a stream from 1.</summary>
    public required int Number { get; init; }

    public required string StreamSid { get; init; }
    public required ConversationLine Line { get; init; }
}

/// <summary>What somebody who is still speaking has said so far; the next line of the track takes its place.</summary>
internal sealed record LivePartial
{
    /// <summary><c>partial</c>.</summary>
    public string Type { get; } = "partial";

    public required string StreamSid { get; init; }
    public required string RecordingId { get; init; }
    public required string Track { get; init; }
    public required string Speaker { get; init; }

    /// <summary>Where the speech began, on the call's clock.</summary>
    public double StartSeconds { get; init; }

    /// <summary>How far the text goes.</summary>
    public double EndSeconds { get; init; }

    /// <summary>Empty when there is nothing to show any more.</summary>
    public required string Text { get; init; }
}

/// <summary>How live transcription of a stream stands.</summary>
internal sealed record LiveTextState
{
    /// <summary><c>state</c>.</summary>
    public string Type { get; } = "state";

    public required string StreamSid { get; init; }

    /// <summary><c>ok</c>, <c>behind</c> (speech waits behind what the engine has), <c>failing</c> (the engine gave an error last) or <c>ended</c>.</summary>
    public required string State { get; init; }

    /// <summary>The engine's last error; empty when it works.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Speech that has no text yet: it waits, for a place at the engine too, or is there.</summary>
    public double WaitingSeconds { get; init; }

    /// <summary>Speech left out live: the engine was too slow or failed. After the call it is sent again.</summary>
    public double SkippedSeconds { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LiveLine))]
[JsonSerializable(typeof(LiveTextState))]
[JsonSerializable(typeof(LivePartial))]
internal sealed partial class LiveTextJson : JsonSerializerContext;
