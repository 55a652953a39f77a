namespace Earshot.Engine.Calling;

/// <summary>How a stream ends when the call is over.</summary>
internal enum StreamEnding
{
    /// <summary>As it should: a stop message, then the closing handshake.</summary>
    Stop,

    /// <summary>A fault: the closing handshake with no stop message before it.</summary>
    CloseWithoutStop,

    /// <summary>A fault: nothing more comes and the socket stays open, as after a tunnel that died.</summary>
    Silence,
}
