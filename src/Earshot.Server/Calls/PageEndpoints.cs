using Earshot.Engine.Access;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Storage;
using Earshot.Engine.Transcription;
using Earshot.Server.Access;
using Earshot.Server.Layout;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Earshot.Server.Calls;

/// <summary>The pages: the list of calls, and a call.</summary>
internal sealed class PageEndpoints(CallReader reader, AnalysisReader analyses, TranscriptReader transcripts, LiveTranscription live, CallStore store, RecordingAccess access, Listenings listenings, IRecordingStorage storage, IAntiforgery antiforgery, ServerOptions server, TwilioOptions twilio)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", List).ExcludeFromDescription();
        routes.MapGet("/calls/{callSid}", Get).ExcludeFromDescription();
        routes.MapPost("/calls/{callSid}/delete", Delete).ExcludeFromDescription();
    }

    /// <summary>Answers every other address, where Earshot is the whole program.</summary>
    public static void MapMissing(IEndpointRouteBuilder routes) => routes.MapFallback("{*path}", Missing);

    private IResult List(HttpContext context, string? filter, string? before, string? text)
    {
        if (!CallEndpoints.TryParseFilter(filter, out CallFilter which) || !Cursors.TryParse(before, out CallCursor? cursor) || text?.Length > CallEndpoints.MaxText) return NotFound("There is no such page of the list.");
        if (!string.IsNullOrWhiteSpace(text)) listenings.NoteSearch(Visitor.Of(context), text.Trim());
        CallList list = reader.List(which, cursor, CallEndpoints.DefaultLimit, text);
        context.Features.Set(new CallListModel(
            list, which, text?.Trim() ?? "", cursor is null, list.Calls.Count == 0 && store.Count() == 0, $"{context.Request.Scheme}://{context.Request.Host}",
            server.PublicBaseUrl, twilio.AuthToken.Length > 0 || !twilio.ValidateSignatures, storage.Location));
        context.Response.Headers.CacheControl = "no-store";
        return Page<CallListPage>();
    }

    private IResult Get(HttpContext context, string callSid) => Show(context, callSid, null);

    private async Task<IResult> Delete(HttpContext context, string callSid)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
            return Show(context, callSid, "Nothing was deleted: this form was too old, or another site sent it. Try again from here.", StatusCodes.Status400BadRequest);
        return access.Delete(Visitor.Of(context), callSid) switch
        {
            DeleteOutcome.Deleted => Results.LocalRedirect("/"),
            DeleteOutcome.Running => Show(context, callSid, "Nothing was deleted: the call is running. Delete it when it has ended.", StatusCodes.Status409Conflict),
            _ => NoCall(callSid),
        };
    }

    private IResult Show(HttpContext context, string callSid, string? refusal, int status = StatusCodes.Status200OK)
    {
        if (reader.Find(callSid) is not { } call || reader.Events(callSid) is not { } events) return NoCall(callSid);
        AntiforgeryTokenSet tokens = antiforgery.GetAndStoreTokens(context);
        context.Features.Set(new CallModel(call, [.. events.Events.OrderBy(e => e.AtMs)], call.Running ? null : analyses.OfCall(callSid), call.Running ? null : Words(Visitor.Of(context), callSid), tokens.FormFieldName, tokens.RequestToken!, refusal) { IsHeardLive = call.Running && live.IsOn });
        context.Response.Headers.CacheControl = "no-store";
        return Page<CallPage>(status);
    }

    /// <summary>What is said in a call, once it is written down that somebody reads it.</summary>
    private CallTranscript? Words(Principal who, string callSid)
    {
        CallTranscript? found = transcripts.OfCall(callSid);
        return found is null || !found.HasWords || listenings.TryNoteRead(who, callSid) ? found : new CallTranscript { CallSid = callSid, State = TranscriptReader.NoneYet, Reason = Listenings.Unwritten };
    }

    private static IResult Missing(HttpContext context)
    {
        PathString path = context.Request.Path;
        return path.StartsWithSegments("/api") || path.StartsWithSegments("/twilio") || !HttpMethods.IsGet(context.Request.Method)
            ? Results.Problem(title: "No such address", detail: $"{context.Request.Method} {LogText.Clean(path)} is not served. /openapi/v1.json lists what is.", statusCode: 404)
            : NotFound($"There is no page at {LogText.Clean(path)}.");
    }

    private static RazorComponentResult<NotFoundPage> NoCall(string callSid) => NotFound($"There is no call “{LogText.Clean(callSid)}”. It may have been deleted.");

    private static RazorComponentResult<NotFoundPage> NotFound(string what) =>
        new(new Dictionary<string, object?> { [nameof(NotFoundPage.What)] = what }) { StatusCode = StatusCodes.Status404NotFound, PreventStreamingRendering = true };

    private static RazorComponentResult<T> Page<T>(int status = StatusCodes.Status200OK) where T : IComponent => new() { StatusCode = status, PreventStreamingRendering = true };
}
