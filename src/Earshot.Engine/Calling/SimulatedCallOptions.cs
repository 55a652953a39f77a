namespace Earshot.Engine.Calling;

/// <summary>One phone call to place.</summary>
internal sealed record SimulatedCallOptions
{
    /// <summary>The account of a simulated carrier.</summary>
    public const string DefaultAccountSid = "AC00000000000000000000000000ea4507";

    /// <summary>How long a call with nothing to say lasts.</summary>
    public static readonly TimeSpan SilentCall = TimeSpan.FromSeconds(10);

    /// <summary>From one key to the next.</summary>
    public static readonly TimeSpan KeyTime = TimeSpan.FromMilliseconds(200);

    /// <summary>On a two-way stream the caller who has said all waits for an answer, and hangs up when so long nothing was heard.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(3);

    /// <summary>The call webhook (http, https) or the media socket itself (ws, wss).</summary>
    public required string Url { get; init; }

    /// <summary>Signs requests and upgrades; null or empty sends them unsigned.</summary>
    public string? AuthToken { get; init; }

    public string AccountSid { get; init; } = DefaultAccountSid;

    public string From { get; init; } = "+15550100001";

    public string To { get; init; } = "+15550100002";

    /// <summary>What the caller says: the inbound track. null says nothing.</summary>
    public SpeechClip? Speech { get; init; }

    /// <summary>
    /// What the other party says: the outbound track from a <c>Dial</c> on, or from the start where the URL is the media socket.
    /// </summary>
    public SpeechClip? Answer { get; init; }

    /// <summary>
    /// When the caller hangs up, counted from the first frame; silence follows what was said. null: when all is said (and, on a
    /// two-way stream, heard), or after <see cref="SilentCall"/> if there is nothing to say.
    /// </summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The tracks of a stream opened by URL; TwiML says for itself.</summary>
    public StreamTracks Tracks { get; init; } = StreamTracks.Both;

    /// <summary>
    /// The stream's custom parameters where the URL is the media socket; further fields of the webhook's form where it is a
    /// webhook (as the carrier's browser phones send theirs).
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; } = [];

    /// <summary>The media socket of the URL is opened as <c>&lt;Connect&gt;</c> opens it: two-way, with the caller's track alone.</summary>
    public bool TwoWay { get; init; }

    /// <summary>Keys that the caller presses on a two-way stream, one each <see cref="KeyTime"/>.</summary>
    public string Keys { get; init; } = "";

    /// <summary>When the first key is pressed, counted from the first frame.</summary>
    public TimeSpan KeysAt { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Takes what the caller heard, frame by frame from the first one on; null for nobody.</summary>
    public Action<ReadOnlySpan<byte>>? Heard { get; init; }

    public SimulatedFaults Faults { get; init; } = SimulatedFaults.None;

    /// <summary>How much faster than real time.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Decides faults and the first timestamp, never the SIDs: those are new in every call.</summary>
    public int Seed { get; init; }
}
