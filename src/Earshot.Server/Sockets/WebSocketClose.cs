namespace Earshot.Server.Sockets;

/// <summary>Close codes that the server sends (RFC 6455, 7.4.1).</summary>
internal static class WebSocketClose
{
    public const int Normal = 1000;
    public const int GoingAway = 1001;
    public const int ProtocolError = 1002;

    /// <summary>A closing frame without a code; never sent as one.</summary>
    public const int NoStatus = 1005;
    public const int PolicyViolation = 1008;
    public const int TooBig = 1009;
    public const int InternalError = 1011;
}
