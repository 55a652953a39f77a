using Earshot.Engine.Calls;
using Earshot.Engine.Diagnostics;
using Earshot.Engine.Ingest;
using Earshot.Server.Sockets;
using Earshot.Server.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Earshot.Server.Streams;

/// <summary>Steps 1 and 2: accepts the carrier's media socket, which <see cref="CarrierGate"/> has verified, and gives it to the reader.</summary>
internal sealed class StreamEndpoint(StreamServices services, TransportOptions transport, EarshotMeters meters)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(VoiceEndpoints.MediaPath, Accept).ExcludeFromDescription();

    private async Task Accept(HttpContext context)
    {
        if (await WebSocketHandshake.RefusesAsync(context, "This address takes the carrier's media WebSocket")) return;
        // The handover needs the plain socket: under TLS its bytes are not ours to read.
        IMediaHandover? handover = context.Request.IsHttps ? null : context.Features.Get<IMediaHandover>();
        await using Stream stream = await WebSocketHandshake.AcceptAsync(context);
        meters.StreamsAccepted.Add(1);
        StreamSession session = services.Open(handover is null ? 0 : (long)transport.ArrivalResolution.TotalMicroseconds);
        if (services.Live.Closing) session.End(EndReason.ServerStopped);
        var sender = new WebSocketSender(stream, services.Time);
        session.Attach(sender);
        using var media = new MediaSocket(session, sender, services.Ingest.MaxMessageBytes);
        session.Prompted += () => media.IsPrompt = true;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        Task reading = handover is null
            ? StreamPump.RunAsync(stream, media, services.Time, over.Token)
            : Handover(handover, stream, media, over.Token);
        await Task.WhenAny(session.Ended, reading);
        session.End(EndReason.SocketLost);
        (int code, string reason) = session.EndReason switch
        {
            EndReason.NoStart => (WebSocketClose.PolicyViolation, "no start message came in time"),
            EndReason.ServerStopped => (WebSocketClose.GoingAway, "the server stops"),
            EndReason.InternalError => (WebSocketClose.InternalError, "internal error"),
            _ => (WebSocketClose.Normal, ""),
        };
        sender.Close(code, reason);
        await ClosingHandshake.RunAsync(sender, reading, over, services.Time);
    }

    private static async Task Handover(IMediaHandover handover, Stream stream, MediaSocket media, CancellationToken cancellation)
    {
        await handover.StopHttpInputAsync();
        if (await GiveEarlyBytes(stream, media, cancellation)) await handover.RunAsync(media, cancellation);
    }

    /// <summary>What the client sent behind its request, before it saw the answer, is still HTTP's. False when the socket is over.</summary>
    private static async Task<bool> GiveEarlyBytes(Stream stream, MediaSocket media, CancellationToken cancellation)
    {
        byte[] early = new byte[4096];
        try
        {
            int received;
            while ((received = await stream.ReadAsync(early, cancellation)) > 0)
            {
                byte[] whole = new byte[media.Frames.RestLength + received];
                int kept = media.Frames.TakeRest(whole);
                early.AsSpan(0, received).CopyTo(whole.AsSpan(kept));
                if (!media.OnBytes(whole, received, media.Session.LastMessageTicks)) return false;
            }
            return true;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return false;
        }
    }
}
