using System.Net.Sockets;
using System.Text;
using Earshot.Engine.MediaStreams;
using Earshot.Testing;

namespace Earshot.Server.Tests.Transport;

/// <summary>A TCP connection that says byte for byte what a test wants.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Uri address;
    private readonly TcpClient tcp = new() { NoDelay = true };

    public RawClient(EarshotTestServer server)
    {
        address = server.BaseAddress;
        tcp.Connect(address.Host, address.Port);
        tcp.ReceiveTimeout = 20_000;
    }

    public Socket Socket => tcp.Client;

    /// <summary>The signed opening handshake.</summary>
    public byte[] Upgrade() => Encoding.ASCII.GetBytes(
        $"GET /twilio/media HTTP/1.1\r\nHost: {address.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + $"{CarrierSignature.HeaderName}: {Signature(address)}\r\n\r\n");

    public static string Signature(Uri address) => CarrierSignature.Compute(EarshotTestServer.AuthToken, $"ws://{address.Authority}/twilio/media", CarrierSignature.NoForm);

    public void Send(params byte[][] parts) => Socket.Send([.. parts.SelectMany(p => p)]);

    /// <summary>Reads the answer to the handshake.</summary>
    public string ReadHead()
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && Socket.Receive(one) == 1) head.Append((char)one[0]);
        return head.ToString();
    }

    /// <summary>The next frame of the server: opcode and body; null at the end of the connection.</summary>
    public (int Opcode, byte[] Body)? ReadFrame()
    {
        byte[] head = Exactly(2);
        if (head.Length < 2) return null;
        (head[1] & 0x80).ShouldBe(0, "a server does not mask");
        return (head[0] & 0x0F, Exactly(head[1] & 0x7F));
    }

    /// <summary>Passes over everything up to the closing frame and gives its code; 0 when there was none.</summary>
    public int ReadCloseCode()
    {
        while (ReadFrame() is { } frame)
            if (frame.Opcode == 8) return frame.Body.Length < 2 ? 1005 : (frame.Body[0] << 8) | frame.Body[1];
        return 0;
    }

    /// <summary>True when the server ends the connection.</summary>
    public bool IsEnded()
    {
        try { return Socket.Receive(new byte[1]) == 0; }
        catch (SocketException e) { return e.SocketErrorCode == SocketError.ConnectionReset; }
    }

    /// <summary>All that comes until the connection ends.</summary>
    public string ReadToEnd()
    {
        var all = new List<byte>();
        byte[] part = new byte[1024];
        for (int count; (count = Socket.Receive(part)) > 0;) all.AddRange(part.AsSpan(0, count));
        return System.Text.Encoding.ASCII.GetString([.. all]);
    }

    /// <summary>Breaks the connection at once (RST).</summary>
    public void Break()
    {
        tcp.LingerState = new LingerOption(true, 0);
        tcp.Close();
    }

    public void Dispose() => tcp.Dispose();

    private byte[] Exactly(int count)
    {
        byte[] bytes = new byte[count];
        int at = 0;
        try
        {
            while (at < count && Socket.Receive(bytes, at, count - at, SocketFlags.None) is > 0 and int received) at += received;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // The end, told roughly.
        }
        return bytes[..at];
    }
}
