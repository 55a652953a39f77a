using Earshot.Engine.Calls;

namespace Earshot.Engine.Ingest;

/// <summary>What a stream's <c>start</c> said, in the domain's words.</summary>
internal sealed record StreamFacts
{
    public required StreamSid StreamSid { get; init; }
    public required CallSid CallSid { get; init; }
    public string AccountSid { get; init; } = "";
    public required FrameFormat Format { get; init; }

    /// <summary>The encoding as the carrier names it.</summary>
    public string Encoding { get; init; } = "";

    /// <summary>False when the format is one that cannot be decoded: the stream is journalled only.</summary>
    public bool FormatSupported { get; init; } = true;

    public IReadOnlyList<string> Tracks { get; init; } = [];
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();
}
