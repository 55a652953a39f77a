using Earshot.Engine.Access;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Server.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Earshot.Server.Calls;

/// <summary><c>/api/calls</c>.</summary>
internal sealed class CallEndpoints(CallReader reader, RecordingAccess access, CallStore store, JournalExport export, Listenings listenings)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;

    /// <summary>Letters of a search.</summary>
    public const int MaxText = 200;

    public void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder calls = routes.MapGroup("/api/calls").WithTags("Calls");
        calls.MapGet("", List).WithName("ListCalls").WithSummary("Lists calls, newest first")
            .WithDescription("'filter' is all, problems or running; 'text' finds calls in which the words were said (within quotation marks in that order). Give 'next' of the answer as 'before' for the next page.")
            .Produces<CallList>().ProducesProblem(400);
        calls.MapGet("/{callSid}", Get).WithName("GetCall").WithSummary("A call with its streams, stages, recordings and figures; of a running call those of this moment")
            .Produces<CallDetail>().ProducesProblem(404);
        calls.MapGet("/{callSid}/events", Events).WithName("GetCallEvents").WithSummary("What happened in a call: losses, stalls, duplicates, trouble")
            .Produces<CallEvents>().ProducesProblem(404);
        calls.MapGet("/{callSid}/export", Export).WithName("ExportCall").WithSummary("Renders a call from its journal")
            .WithDescription("'format' is mulaw, wav8k, wav16k (one 'track', inbound by default) or jsonl (the carrier's messages). 'stream' names one of several streams by its stem.")
            .Produces(200, contentType: "application/octet-stream").ProducesProblem(400).ProducesProblem(404);
        calls.MapDelete("/{callSid}", Delete).WithName("DeleteCall").WithSummary("Deletes a call's files and its entry")
            .Produces(204).ProducesProblem(404).ProducesProblem(409);
    }

    /// <summary>Reads a filter's name; false when there is none of that name.</summary>
    public static bool TryParseFilter(string? text, out CallFilter filter)
    {
        filter = text switch { "problems" => CallFilter.Problems, "running" => CallFilter.Running, _ => CallFilter.All };
        return text is null or "" or "all" or "problems" or "running";
    }

    private IResult List(HttpContext context, int? limit, string? before, string? filter, string? text)
    {
        if (limit is < 1 or > MaxLimit) return Failures.BadInput("limit", $"'{limit}' is not from 1 to {MaxLimit}.");
        if (!Cursors.TryParse(before, out CallCursor? cursor)) return Failures.BadInput("before", $"'{LogText.Clean(before)}' is not a cursor. Take it from 'next' of the page before.");
        if (!TryParseFilter(filter, out CallFilter which)) return Failures.BadInput("filter", $"'{LogText.Clean(filter)}' is not one of all, problems, running.");
        if (text?.Length > MaxText) return Failures.BadInput("text", $"It has {text.Length} letters; at most {MaxText} are looked for.");
        if (!string.IsNullOrWhiteSpace(text)) listenings.NoteSearch(Visitor.Of(context), text.Trim());
        return Results.Ok(reader.List(which, cursor, limit ?? DefaultLimit, text));
    }

    private IResult Get(string callSid) => reader.Find(callSid) is { } call ? Results.Ok(call) : Failures.NoCall(callSid);

    private IResult Events(string callSid) => reader.Events(callSid) is { } events ? Results.Ok(events) : Failures.NoCall(callSid);

    private IResult Delete(HttpContext context, string callSid) => access.Delete(Visitor.Of(context), callSid) switch
    {
        DeleteOutcome.Deleted => Results.NoContent(),
        DeleteOutcome.Running => Results.Problem(title: "The call is running", detail: $"'{LogText.Clean(callSid)}' is still being recorded. Delete it when it has ended.", statusCode: 409),
        _ => Failures.NoCall(callSid),
    };

    private IResult Export(HttpContext context, string callSid, string? format, string? track, [FromQuery(Name = "stream")] string? streamStem)
    {
        ExportFormat? kind = format switch { "mulaw" => ExportFormat.MuLaw, "wav8k" => ExportFormat.Wav8k, "wav16k" => ExportFormat.Wav16k, null or "" or "jsonl" => ExportFormat.Jsonl, _ => null };
        if (kind is not { } wanted) return Failures.BadInput("format", $"'{LogText.Clean(format)}' is not one of mulaw, wav8k, wav16k, jsonl.");
        if (track is not (null or "" or "inbound" or "outbound")) return Failures.BadInput("track", $"'{LogText.Clean(track)}' is not inbound or outbound.");
        if (store.Find(callSid) is null) return Failures.NoCall(callSid);
        IReadOnlyList<StreamRow> streams = store.Streams(callSid);
        StreamRow? stream = string.IsNullOrEmpty(streamStem) ? streams.Count > 0 ? streams[0] : null : streams.FirstOrDefault(s => s.Stem == streamStem);
        if (stream is null) return Failures.NotFound("No such stream", $"The call '{LogText.Clean(callSid)}' has {streams.Count} streams{(string.IsNullOrEmpty(streamStem) ? "" : $", none with the stem '{LogText.Clean(streamStem)}'")}.");
        Track side = track == "outbound" ? Track.Outbound : Track.Inbound;
        var file = new FileStream(Path.GetTempFileName(), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose });
        try
        {
            if (!export.Write(stream.Stem, side, wanted, file))
            {
                file.Dispose();
                return Failures.NotFound("Nothing to export", wanted == ExportFormat.Jsonl ? "The journal has no message." : $"The journal has nothing of the {side.Name()} track.");
            }
        }
        catch (FileNotFoundException)
        {
            file.Dispose();
            return Failures.NotFound("There is no journal", "The call was not recorded, or its journal was deleted.");
        }
        catch
        {
            file.Dispose();
            throw;
        }
        access.NoteExport(Visitor.Of(context), callSid);
        file.Position = 0;
        (string suffix, string type) = wanted switch
        {
            ExportFormat.MuLaw => ($".{side.Name()}.mulaw", "audio/basic"),
            ExportFormat.Wav8k => ($".{side.Name()}.8k.wav", "audio/wav"),
            ExportFormat.Wav16k => ($".{side.Name()}.16k.wav", "audio/wav"),
            _ => (".messages.jsonl", "application/jsonl"),
        };
        context.Response.Headers.CacheControl = "no-store";
        return Results.Stream(file, type, stream.Stem + suffix);
    }
}
