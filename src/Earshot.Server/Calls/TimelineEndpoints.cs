using Earshot.Engine.Access;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Timeline;
using Earshot.Server.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Earshot.Server.Calls;

/// <summary><c>/api/calls/{callSid}/audio</c> and <c>/timeline</c>: both sides of a call on one clock.</summary>
internal sealed class TimelineEndpoints(TimelineReader timelines, TimelineExport export, CallStore store, RecordingAccess access, Listenings listenings)
{
    private static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];

    public void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder calls = routes.MapGroup("/api/calls/{callSid}").WithTags("Calls");
        calls.MapGet("/timeline", Timeline).WithName("GetCallTimeline").WithSummary("Where each recording lies on the call's clock, which one each side is taken from, and the seams")
            .Produces<CallTimeline>().ProducesProblem(404);
        calls.MapMethods("/audio", GetAndHead, Audio).WithName("GetCallAudio").WithSummary("Both sides of a call that is over, put together")
            .WithDescription("'layout' is stereo (left: inbound, the technician; right: outbound, the agent or bot; as when it is left out), mix (both on one channel) or separate (a zip of the files as they are, with timeline.json). "
                + "stereo and mix are made while they are sent, whole or by Range. 'download=1' names it as a file to save.")
            .Produces(200, contentType: "audio/wav").Produces(206, contentType: "audio/wav").ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).Produces(416);
    }

    private IResult Timeline(string callSid) => timelines.Find(callSid) is { } timeline ? Results.Ok(timeline) : Missing(callSid);

    private IResult Audio(HttpContext context, string callSid, string? layout, string? download)
    {
        if (layout is not (null or "" or "stereo" or "mix" or "separate")) return Failures.BadInput("layout", $"'{LogText.Clean(layout)}' is not one of stereo, mix, separate.");
        if (timelines.Find(callSid) is not { } timeline) return Missing(callSid);
        context.Response.Headers.CacheControl = "no-store";
        Principal who = Visitor.Of(context);
        if (layout == "separate") return Zip(context, who, callSid);
        TimelineAudio audio;
        try
        {
            audio = export.Open(callSid, layout == "mix" ? TimelineLayout.Mix : TimelineLayout.Stereo)!;
        }
        catch (ArgumentException e)
        {
            return Failures.BadInput("layout", $"The call is too long for one file: {e.Message} Take layout=separate.");
        }
        bool fromStart = context.Request.GetTypedHeaders().Range is not { Ranges.Count: 1 } range || range.Ranges.First().From == 0;
        try
        {
            if (!HttpMethods.IsHead(context.Request.Method)) listenings.NoteCall(who, callSid, timeline.Tracks.Where(t => t.DuplicateOf is null).Select(t => t.RecordingId), fromStart);
        }
        catch
        {
            audio.Dispose();
            throw;
        }
        string name = $"{FileName(callSid)}.{(layout == "mix" ? "mix" : "stereo")}.wav";
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(timeline.ToString() + layout + audio.Length)))[..32]}\"");
        return Results.Stream(audio, "audio/wav", download is null ? null : name, entityTag: tag, enableRangeProcessing: true);
    }

    private IResult Zip(HttpContext context, Principal who, string callSid)
    {
        access.NoteExport(who, callSid);
        if (context.Features.Get<IHttpBodyControlFeature>() is { } control) control.AllowSynchronousIO = true; // The archive writes its headers so.
        return Results.Stream(body => export.WriteSeparateAsync(callSid, body, context.RequestAborted), "application/zip", $"{FileName(callSid)}.zip");
    }

    private IResult Missing(string callSid)
    {
        if (store.Find(callSid) is not { } call) return Failures.NoCall(callSid);
        return call.State is "recording" or "webhook"
            ? Results.Problem(title: "The call is not over", detail: "Both sides are put together when the call has ended. Until then each track has its own audio: /api/recordings/{id}/audio.", statusCode: StatusCodes.Status409Conflict)
            : Failures.NotFound("There is no audio", "Nothing of the call was recorded, or its files were moved or deleted outside Earshot.");
    }

    private static string FileName(string callSid) => new([.. callSid.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_').Take(64)]);
}
