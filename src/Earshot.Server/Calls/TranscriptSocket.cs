using System.Threading.Channels;
using Earshot.Engine.Access;
using Earshot.Engine.Calls;
using Earshot.Engine.Transcription;
using Earshot.Server.Access;
using Earshot.Server.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Earshot.Server.Calls;

/// <summary><c>WS /api/calls/{id}/transcript/stream</c>: what is said in a running call, line by line, and how the engine keeps up. It closes when the call's words are complete.</summary>
internal sealed class TranscriptSocket(LiveTranscription live, Listenings listenings, IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>Close codes of this socket, as the agent's; 1013 is <i>try again later</i>.</summary>
    public const int CallEnded = 4000, NoSuchCall = 4404, TooMany = 1013;

    private const int LongestMessage = 4096;

    /// <summary>How soon a stream that begins later (a fork, a reconnect) is heard of.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/calls/{callSid}/transcript/stream", Accept).ExcludeFromDescription();

    private async Task Accept(HttpContext context, string callSid)
    {
        if (await WebSocketHandshake.RefusesAsync(context, "This address takes a WebSocket")) return;
        if (!LocalAccess.IsOwnOrigin(context))
        {
            await Results.Problem(title: "Another site asked for the call's words", detail: "The Origin of the request is not this server's own address.", statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context);
            return;
        }
        Principal who = Visitor.Of(context);
        await using Stream stream = await WebSocketHandshake.AcceptAsync(context);
        var sender = new WebSocketSender(stream, time);
        var peer = new Peer(sender);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        Task reading = new ClientInput(peer, LongestMessage, time).ReadAsync(stream, sender, over.Token);
        if (live.OfCall(callSid).Count == 0) sender.Close(NoSuchCall, live.IsOn ? $"no call '{LogText.Clean(callSid)}' is being transcribed" : "live transcription is off: set Transcription:Live:Enabled");
        else await Show(who, callSid, sender, Task.WhenAny(reading, peer.Over), over.Token);
        await ClosingHandshake.RunAsync(sender, reading, over, time);
    }

    /// <summary>Sends what comes of the call's streams, of those too that begin meanwhile, until they are complete, the client leaves or the server stops.</summary>
    private async Task Show(Principal who, string callSid, WebSocketSender sender, Task left, CancellationToken cancellation)
    {
        var watches = new List<LiveWatch>();
        var known = new HashSet<LiveStream>();
        var sending = new List<Task>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        try
        {
            if (!listenings.TryNoteRead(who, callSid))
            {
                sender.Close(WebSocketClose.InternalError, "the access log cannot be written");
                return;
            }
            while (true)
            {
                LiveStream[] begun = Begun(callSid, known);
                if (begun.Length == 0 && known.All(s => s.Finished.IsCompleted)) break;
                foreach (LiveStream stream in begun)
                {
                    if (stream.Watch() is not { } watch)
                    {
                        sender.Close(TooMany, "too many watch this call's words");
                        return;
                    }
                    watches.Add(watch);
                    sending.Add(Send(watch.Messages, sender, end.Token));
                }
                await Task.WhenAny(left, Task.WhenAll(sending), Task.Delay(LookAgain, time, CancellationToken.None));
                if (left.IsCompleted) return;
                if (!lifetime.ApplicationStopping.IsCancellationRequested) continue;
                sender.Close(WebSocketClose.GoingAway, "the server stops");
                return;
            }
            await Task.WhenAll(sending); // The last lines are on their way before the end is.
            sender.Close(CallEnded, "the call's words are complete");
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(sending);
            foreach (LiveWatch watch in watches) watch.Dispose();
        }
    }

    /// <summary>The call's streams that are not known yet; they are from now on.</summary>
    private LiveStream[] Begun(string callSid, HashSet<LiveStream> known) => [.. live.OfCall(callSid).Where(known.Add)];

    private static async Task Send(ChannelReader<byte[]> messages, WebSocketSender sender, CancellationToken cancellation)
    {
        try
        {
            await foreach (byte[] message in messages.ReadAllAsync(cancellation)) sender.TrySend(message);
        }
        catch (OperationCanceledException)
        {
            // The one who watched is gone, or the server stops.
        }
    }

    /// <summary>The other end: it says nothing but ping and close.</summary>
    private sealed class Peer(WebSocketSender sender) : IWebSocketHandler
    {
        private readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Over => over.Task;

        public void OnMessage(ReadOnlySpan<byte> message, bool isText, long consumedBytes)
        {
        }

        public void OnControl(WebSocketOpcode opcode, ReadOnlySpan<byte> body)
        {
            if (opcode == WebSocketOpcode.Ping) sender.Pong(body);
            if (opcode != WebSocketOpcode.Close) return;
            sender.AnswerClose(body);
            over.TrySetResult();
        }
    }
}
