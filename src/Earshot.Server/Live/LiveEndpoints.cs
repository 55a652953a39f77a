using System.Threading.Channels;
using Earshot.Engine.Access;
using Earshot.Server.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Earshot.Server.Live;

/// <summary><c>/api/live</c> (server-sent events) and the page <c>/live</c>.</summary>
internal sealed class LiveEndpoints(LiveFeed feed, Listenings listenings, IHostApplicationLifetime lifetime)
{
    private static ReadOnlySpan<byte> EventHead => "event: calls\ndata: "u8;

    private static ReadOnlySpan<byte> EventEnd => "\n\n"u8;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/live", (Delegate)Stream).WithName("WatchLive").WithTags("Live").WithSummary("Running calls as server-sent events, at most ten a second")
            .WithDescription("Events of the kind 'calls' whose data is a LiveSnapshot: every running stream with its stage, agent, and for each side its level, silence, losses and stalls.")
            .Produces<LiveSnapshot>(contentType: "text/event-stream");
        routes.MapGet("/live", Page).ExcludeFromDescription();
    }

    private static RazorComponentResult<LivePage> Page(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return new RazorComponentResult<LivePage> { PreventStreamingRendering = true };
    }

    private async Task Stream(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        ChannelReader<LiveLook> looks = feed.Watch();
        Principal who = Visitor.Of(context);
        var mayRead = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            await foreach (LiveLook look in looks.ReadAllAsync(over.Token))
            {
                mayRead.IntersectWith(look.WithWords); // A watcher may stay for weeks.
                foreach (string callSid in look.WithWords)
                    if (!mayRead.Contains(callSid) && listenings.TryNoteRead(who, callSid)) mayRead.Add(callSid);
                Write(response, look.For(mayRead));
                await response.BodyWriter.FlushAsync(over.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The one who watched is gone, or the server stops.
        }
        finally
        {
            feed.Stop(looks);
        }
    }

    private static void Write(HttpResponse response, byte[] snapshot)
    {
        Span<byte> room = response.BodyWriter.GetSpan(EventHead.Length + snapshot.Length + EventEnd.Length);
        EventHead.CopyTo(room);
        snapshot.CopyTo(room[EventHead.Length..]);
        EventEnd.CopyTo(room[(EventHead.Length + snapshot.Length)..]);
        response.BodyWriter.Advance(EventHead.Length + snapshot.Length + EventEnd.Length);
    }
}
