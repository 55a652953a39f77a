using System.Text;
using Earshot.Engine.Access;
using Earshot.Engine.Calls;
using Earshot.Engine.Transcription;
using Earshot.Server.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Earshot.Server.Calls;

/// <summary>Transcripts as JSON, text and subtitles.</summary>
internal sealed class TranscriptEndpoints(TranscriptReader reader, RecordingAccess access, TranscriptionOptions options)
{
    private static readonly (string Format, string Type)[] Formats = [("json", "application/json"), ("txt", "text/plain"), ("srt", "application/x-subrip"), ("vtt", "text/vtt")];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/recordings/{id}/transcript", OfRecording).WithName("GetRecordingTranscript").WithTags("Transcripts").WithSummary("What is said in a recording, and how far it is to be trusted")
            .WithDescription("'format' is json, txt, srt or vtt; without it the Accept header decides.").Produces<TranscriptDetail>().ProducesProblem(400).ProducesProblem(404);
        routes.MapGet("/api/calls/{callSid}/transcript", OfCall).WithName("GetCallTranscript").WithTags("Transcripts").WithSummary("What is said in a call, both sides as one conversation")
            .WithDescription("'format' is json, txt, srt or vtt; without it the Accept header decides. Places are on the call's clock.").Produces<CallTranscript>().ProducesProblem(400).ProducesProblem(404);
    }

    private IResult OfRecording(HttpContext context, string id, string? format)
    {
        if (!TryFormat(context, format, out string wanted)) return BadFormat(format);
        if (reader.OfRecording(id) is not { } found) return Failures.NoRecording(id);
        access.NoteExport(Visitor.Of(context), id);
        context.Response.Headers.CacheControl = "no-store";
        if (wanted == "json") return Results.Ok(found);
        return found.Transcript is { } made ? File(wanted, Conversation.Merge([(id, 0, made)], options.DoubtBelow), id) : NoText(found.Reason);
    }

    private IResult OfCall(HttpContext context, string callSid, string? format)
    {
        if (!TryFormat(context, format, out string wanted)) return BadFormat(format);
        if (reader.OfCall(callSid) is not { } found) return Failures.NoCall(callSid);
        access.NoteExport(Visitor.Of(context), callSid);
        context.Response.Headers.CacheControl = "no-store";
        if (wanted == "json") return Results.Ok(found);
        return found.Lines.Count > 0 || found.Sides.All(s => s.State == TranscriptStates.NoSpeech) ? File(wanted, found.Lines, new CallSid(callSid).FileName) : NoText(found.Reason);
    }

    private static bool TryFormat(HttpContext context, string? format, out string wanted)
    {
        wanted = format is { Length: > 0 } ? format : context.Request.GetTypedHeaders().Accept.OrderByDescending(a => a.Quality ?? 1)
            .Select(a => Formats.FirstOrDefault(f => f.Type == a.MediaType.Value).Format).FirstOrDefault(f => f is not null) ?? "json";
        string chosen = wanted;
        return Array.Exists(Formats, f => f.Format == chosen);
    }

    private static IResult BadFormat(string? format) => Failures.BadInput("format", $"'{LogText.Clean(format)}' is not one of json, txt, srt, vtt.");

    private static IResult NoText(string reason) => Failures.NotFound("There is no transcript", reason);

    private static IResult File(string format, IReadOnlyList<ConversationLine> lines, string stem)
    {
        string text = format switch { "srt" => ConversationText.Srt(lines), "vtt" => ConversationText.Vtt(lines), _ => ConversationText.Txt(lines) };
        return Results.File(Encoding.UTF8.GetBytes(text), Array.Find(Formats, f => f.Format == format).Type + "; charset=utf-8", $"{stem}.{format}");
    }
}
