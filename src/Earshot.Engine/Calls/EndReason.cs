namespace Earshot.Engine.Calls;

/// <summary>Why a stream ended. No exception crosses that line: whatever happens becomes one of these.</summary>
internal enum EndReason
{
    /// <summary>It has not ended.</summary>
    None,

    /// <summary>The carrier sent <c>stop</c>.</summary>
    Stop,

    /// <summary>The carrier closed the socket without <c>stop</c>.</summary>
    SocketClosed,

    /// <summary>The connection broke.</summary>
    SocketLost,

    /// <summary>Nothing came for the idle time.</summary>
    Idle,

    /// <summary>No <c>start</c> came within its time.</summary>
    NoStart,

    /// <summary>The status callback said that the stream stopped.</summary>
    StatusCallback,

    /// <summary>The carrier broke the WebSocket protocol.</summary>
    ProtocolError,

    /// <summary>The bot behind the tap closed its socket.</summary>
    BotClosed,

    /// <summary>The bot behind the tap could not be reached, broke off, or did not read.</summary>
    BotFailed,

    /// <summary>The agent in the browser hung up.</summary>
    AgentHungUp,

    /// <summary>Earshot was told to stop.</summary>
    ServerStopped,

    /// <summary>Earshot was cut off; the recording was completed at the next start.</summary>
    Recovered,

    /// <summary>An error of Earshot's own; the log has it.</summary>
    InternalError,
}

internal static class EndReasons
{
    /// <summary>The reason as it stands in manifests, the catalog and the API.</summary>
    public static string Code(this EndReason reason) => reason switch
    {
        EndReason.None => "",
        EndReason.Stop => "stop",
        EndReason.SocketClosed => "socket-closed",
        EndReason.SocketLost => "socket-lost",
        EndReason.Idle => "idle",
        EndReason.NoStart => "no-start",
        EndReason.StatusCallback => "status-callback",
        EndReason.ProtocolError => "protocol-error",
        EndReason.BotClosed => "bot-closed",
        EndReason.BotFailed => "bot-failed",
        EndReason.AgentHungUp => "agent-hung-up",
        EndReason.ServerStopped => "server-stopped",
        EndReason.Recovered => "recovered",
        _ => "internal-error",
    };
}
