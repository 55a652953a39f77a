namespace Earshot.Engine.Calls;

/// <summary>How far a call's audio came, in the order in which it travels. 6 to 11 are reached by each track for itself.</summary>
internal enum CallStage
{
    /// <summary>The carrier's webhook asked what to do with the call.</summary>
    WebhookReceived = 1,

    /// <summary>TwiML that opens the stream was answered.</summary>
    TwimlAnswered = 2,

    /// <summary>The carrier's WebSocket was verified and accepted.</summary>
    SocketAccepted = 3,

    /// <summary>The carrier's <c>connected</c> message came.</summary>
    Connected = 4,

    /// <summary>The <c>start</c> message came and the recording was opened.</summary>
    RecordingOpened = 5,

    /// <summary>The first media message of the track came.</summary>
    FirstMedia = 6,

    /// <summary>A payload of the track was decoded from base64.</summary>
    PayloadDecoded = 7,

    /// <summary>A frame was decoded to 16-bit PCM.</summary>
    DecodedToPcm = 8,

    /// <summary>Samples came out of the resampler at 16 kHz.</summary>
    Resampled = 9,

    /// <summary>Samples were written to the WAV file.</summary>
    WrittenToWav = 10,

    /// <summary>The track's level was measured.</summary>
    LevelMeasured = 11,
}

/// <summary>What people read of a stage.</summary>
internal static class CallStages
{
    public const int Count = 11;

    /// <summary>The first stage that each track reaches for itself.</summary>
    public const CallStage FirstOfTrack = CallStage.FirstMedia;

    /// <summary>The stage in a few words, as it stands in the log and on the page.</summary>
    public static string Title(this CallStage stage) => stage switch
    {
        CallStage.WebhookReceived => "webhook received",
        CallStage.TwimlAnswered => "TwiML answered",
        CallStage.SocketAccepted => "socket accepted",
        CallStage.Connected => "connected",
        CallStage.RecordingOpened => "start: recording opened",
        CallStage.FirstMedia => "first media",
        CallStage.PayloadDecoded => "payload decoded",
        CallStage.DecodedToPcm => "mu-law to PCM",
        CallStage.Resampled => "resampled to 16 kHz",
        CallStage.WrittenToWav => "written to WAV",
        _ => "level measured",
    };
}

/// <summary>A stage that was reached.</summary>
/// <param name="Stage">Which.</param>
/// <param name="Track">The track, for stages 6 to 11.</param>
/// <param name="At">When (UTC).</param>
internal sealed record StageReached(CallStage Stage, Track? Track, DateTimeOffset At);
