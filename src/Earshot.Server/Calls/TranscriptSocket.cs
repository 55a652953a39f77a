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
internal sealed class TranscriptSocket(LiveTranscription live, RecordingAccess access, Listenings listenings, IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>Close codes of this socket, as the agent's; 1013 is <i>try again later</i>.</summary>
    public const int CallEnded = 4000, NoSuchCall = 4404, TooMany = 1013;

    private const int LongestMessage = 4096;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/calls/{callSid}/transcript/stream", Accept).ExcludeFromDescription();
        access.Deleted += live.Forget;
    }

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
        IReadOnlyList<LiveStream> streams = live.OfCall(callSid);
        if (streams.Count == 0) sender.Close(NoSuchCall, live.IsOn ? $"no call '{LogText.Clean(callSid)}' is being transcribed" : "live transcription is off: set Transcription:Live:Enabled");
        else await Show(who, callSid, streams, sender, Task.WhenAny(reading, peer.Over), over.Token);
        await ClosingHandshake.RunAsync(sender, reading, over, time);
    }

    /// <summary>Sends what comes of the streams until they are complete, the client leaves or the server stops.</summary>
    private async Task Show(Principal who, string callSid, IReadOnlyList<LiveStream> streams, WebSocketSender sender, Task left, CancellationToken cancellation)
    {
        LiveWatch?[] watches = [.. streams.Select(s => s.Watch())];
        try
        {
            if (watches.Contains(null))
            {
                sender.Close(TooMany, "too many watch this call's words");
                return;
            }
            if (!listenings.TryNoteRead(who, callSid))
            {
                sender.Close(WebSocketClose.InternalError, "the access log cannot be written");
                return;
            }
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
            Task sending = Task.WhenAll(watches.Select(w => Send(w!.Messages, sender, end.Token)));
            await Task.WhenAny(left, sending);
            if (lifetime.ApplicationStopping.IsCancellationRequested) sender.Close(WebSocketClose.GoingAway, "the server stops");
            else if (sending.IsCompleted && streams.All(s => s.Finished.IsCompleted)) sender.Close(CallEnded, "the call's words are complete");
            await end.CancelAsync();
            await sending;
        }
        finally
        {
            foreach (LiveWatch? watch in watches) watch?.Dispose();
        }
    }

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
