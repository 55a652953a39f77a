namespace Earshot.Engine.Calling;

/// <summary>How a simulated call went.</summary>
internal enum SimulatedCallOutcome
{
    /// <summary>All was sent, and the call ended as planned.</summary>
    Completed,

    /// <summary>The socket was broken on purpose (<see cref="SimulatedFaults.DropSocketAfter"/>).</summary>
    SocketDropped,

    /// <summary>The answer refused the call with a Reject.</summary>
    Rejected,

    /// <summary>The webhook could not be reached, or did not answer in time.</summary>
    WebhookUnreachable,

    /// <summary>The webhook answered with a status other than 200 (403: the signature).</summary>
    WebhookRefused,

    /// <summary>What the webhook answered is not TwiML, or asks for what is not simulated.</summary>
    BadAnswer,

    /// <summary>The answer opened no stream.</summary>
    NoStream,

    /// <summary>The media socket could not be opened.</summary>
    SocketRefused,

    /// <summary>The server closed the media socket during the call.</summary>
    SocketClosed,

    /// <summary>The media socket broke, or took no more audio for ten seconds.</summary>
    SocketFailed,

    /// <summary>The call was ended from outside before its time.</summary>
    Cancelled,
}
