using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Earshot.Engine.Tests.Alerts;

/// <summary>A mail server that takes one mail a connection (RFC 5321) and keeps it.</summary>
internal sealed class SmtpSink : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly bool refuses;
    private readonly Task running;

    public SmtpSink(bool refuses = false)
    {
        this.refuses = refuses;
        listener.Start();
        running = Run();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What the client said: commands and the mail's lines.</summary>
    public List<string> Said { get; } = [];

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task Run()
    {
        while (true)
        {
            using TcpClient client = await listener.AcceptTcpClientAsync();
            await using NetworkStream stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII);
            await using var writer = new StreamWriter(stream, Encoding.ASCII) { AutoFlush = true, NewLine = "\r\n" };
            await writer.WriteLineAsync("220 sink");
            bool inMail = false;
            while (await reader.ReadLineAsync() is { } line)
            {
                Said.Add(line);
                if (inMail && line != ".") continue;
                if (line == ".") inMail = false;
                string word = line.Split(' ', ':')[0].ToUpperInvariant();
                inMail = word == "DATA";
                await writer.WriteLineAsync(word switch { "DATA" => "354 go on", "QUIT" => "221 bye", "MAIL" when refuses => "451 not now", _ => "250 ok" });
                if (word == "QUIT") break;
            }
        }
    }
}
