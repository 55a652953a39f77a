using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Tests.Calling;

/// <summary>A bot's server: answers TwiML, accepts media sockets, writes down all it is told.</summary>
internal sealed class CalledServer : IAsyncDisposable
{
    public const string Token = "the token";

    private readonly HttpListener _listener;
    private readonly Task _serving;
    private readonly List<Task> _requests = [];

    public CalledServer()
    {
        (_listener, Port) = Listen();
        _serving = ServeAsync();
    }

    public int Port { get; }

    public string Voice => $"http://127.0.0.1:{Port}/voice";

    public string Media => $"ws://127.0.0.1:{Port}/media";

    /// <summary>The answer to a path; a text of TwiML or a WAV.</summary>
    public ConcurrentDictionary<string, Func<Request, byte[]>> Answers { get; } = new();

    public ConcurrentQueue<Request> Requests { get; } = new();

    /// <summary>One list of messages a socket.</summary>
    public ConcurrentQueue<Received> Sockets { get; } = new();

    /// <summary>Refuses the socket with this status.</summary>
    public int RefuseSocket { get; set; }

    /// <summary>Closes a socket after so many messages.</summary>
    public int CloseAfter { get; set; } = int.MaxValue;

    /// <summary>Sends this on every socket.</summary>
    public string? Greeting { get; set; }

    /// <summary>What a bot answers to a message: texts to send, and maybe a close code after them.</summary>
    public Func<string, (string[] Texts, int? Close)>? Bot { get; set; }

    public void Answer(string twiml) => Answers["/voice"] = _ => Encoding.UTF8.GetBytes(twiml);

    public Received Single() => Sockets.ShouldHaveSingleItem();

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        await Task.WhenAll(_requests);
        _listener.Close();
    }

    private static (HttpListener Listener, int Port) Listen()
    {
        for (int attempt = 0; ; attempt++)
        {
            int port = RandomNumberGenerator.GetInt32(20_000, 60_000);
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return (listener, port);
            }
            catch (HttpListenerException) when (attempt < 50)
            {
                listener.Close();
            }
        }
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                _requests.Add(Task.Run(() => HandleAsync(context)));
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task HandleAsync(HttpListenerContext context)
    {
        string path = context.Request.Url!.AbsolutePath;
        using var body = new StreamReader(context.Request.InputStream);
        string text = context.Request.IsWebSocketRequest ? "" : await body.ReadToEndAsync();
        var form = text.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).Select(pair =>
            KeyValuePair.Create(WebUtility.UrlDecode(pair[0]), WebUtility.UrlDecode(pair[1]))).ToList();
        bool signed = CarrierSignature.IsValid(
            [Token],
            CarrierUrl.Candidates("http", context.Request.UserHostName, path, context.Request.Url.Query, null, context.Request.IsWebSocketRequest),
            form,
            context.Request.Headers[CarrierSignature.HeaderName]);
        var request = new Request(
            context.Request.HttpMethod, path, form, context.Request.Headers[CarrierSignature.HeaderName] is not null, signed,
            context.Request.IsWebSocketRequest, context.Request.Headers["Sec-WebSocket-Extensions"]);
        Requests.Enqueue(request);
        if (request.IsSocket && RefuseSocket == 0)
        {
            WebSocketContext accepted = await context.AcceptWebSocketAsync(null);
            await TalkAsync(accepted.WebSocket);
            return;
        }

        context.Response.StatusCode = request.IsSocket ? RefuseSocket : Answers.ContainsKey(path) ? 200 : path == "/status" ? 204 : 404;
        if (!request.IsSocket && Answers.TryGetValue(path, out Func<Request, byte[]>? answer))
        {
            await context.Response.OutputStream.WriteAsync(answer(request));
        }

        context.Response.Close();
    }

    private async Task TalkAsync(WebSocket socket)
    {
        var received = new Received();
        Sockets.Enqueue(received);
        byte[] buffer = new byte[64 * 1024];
        try
        {
            if (Greeting is not null)
            {
                await socket.SendAsync(Encoding.UTF8.GetBytes(Greeting), WebSocketMessageType.Text, true, CancellationToken.None);
            }

            while (true)
            {
                WebSocketReceiveResult result = await socket.ReceiveAsync(buffer, CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    received.CloseCode = (int?)socket.CloseStatus;
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None);
                    break;
                }

                received.Messages.Add(Encoding.UTF8.GetString(buffer, 0, result.Count));
                (string[] texts, int? close) = Bot?.Invoke(received.Messages[^1]) ?? ([], null);
                foreach (string text in texts) await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);
                if (close is { } code)
                {
                    Bot = null;
                    await socket.CloseOutputAsync((WebSocketCloseStatus)code, "", CancellationToken.None);
                }

                if (received.Messages.Count >= CloseAfter)
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, "enough", CancellationToken.None);
                    CloseAfter = int.MaxValue;
                }
            }
        }
        catch (Exception error) when (error is WebSocketException or IOException or HttpListenerException)
        {
            received.Broken = true;
        }

        // A client waits a second for the server to close the connection itself.
        socket.Dispose();
        received.Ended.SetResult();
    }

    internal sealed record Request(
        string Method, string Path, List<KeyValuePair<string, string>> Form, bool HasSignature, bool IsSigned, bool IsSocket, string? Extensions)
    {
        public string this[string name] => Form.Single(pair => pair.Key == name).Value;
    }

    internal sealed class Received
    {
        public List<string> Messages { get; } = [];

        public int? CloseCode { get; set; }

        public bool Broken { get; set; }

        public TaskCompletionSource Ended { get; } = new();

        public IEnumerable<JsonNode> Events(string name) => Messages.Select(text => JsonNode.Parse(text)!).Where(node => (string?)node["event"] == name);

        public IEnumerable<JsonNode> Media(string track) => Events("media").Where(node => (string?)node["media"]!["track"] == track);

        public static long Sequence(JsonNode message) => long.Parse((string)message["sequenceNumber"]!);

        public static long Timestamp(JsonNode message) => long.Parse((string)message["media"]!["timestamp"]!);

        public static byte[] Payload(JsonNode message) => Convert.FromBase64String((string)message["media"]!["payload"]!);

        /// <summary>What a recorder makes of it: each frame once, in media order.</summary>
        public byte[] Audio(string track) =>
            [.. Media(track).GroupBy(Sequence).Select(same => same.First()).OrderBy(Sequence).SelectMany(Payload)];
    }
}
