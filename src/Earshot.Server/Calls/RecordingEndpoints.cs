using System.Globalization;
using Earshot.Engine.Access;
using Earshot.Engine.Calls;
using Earshot.Engine.Recording;
using Earshot.Server.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

using Earshot.Server.Layout;

namespace Earshot.Server.Calls;

/// <summary><c>/api/recordings</c>.</summary>
internal sealed class RecordingEndpoints(CallReader reader, RecordingAccess access, ManifestStore manifests, PeakCache peaks, Listenings listenings)
{
    private const int DefaultColumns = 1000;
    private const int MaxColumns = 4000;
    private const string WaveType = "audio/wav";

    private static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];

    public void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder recordings = routes.MapGroup("/api/recordings").WithTags("Recordings");
        recordings.MapGet("/{id}", Get).WithName("GetRecording").WithSummary("A recording and its figures").Produces<RecordingDetail>().ProducesProblem(404);
        recordings.MapMethods("/{id}/audio", GetAndHead, Audio).WithName("GetRecordingAudio").WithSummary("The WAV, whole or by Range; also while it is being written")
            .WithDescription("16 kHz, 16-bit, mono. 'segment' is the number of the file, from 1. 'until' (seconds) holds a growing file still, so that several ranges fit together. 'download=1' names it as a file to save.")
            .Produces(200, contentType: WaveType).Produces(206, contentType: WaveType).ProducesProblem(400).ProducesProblem(404).Produces(416);
        recordings.MapGet("/{id}/manifest", Manifest).WithName("GetRecordingManifest").WithSummary("The manifest that stands beside the WAV, as it lies").Produces(200, contentType: "application/json").ProducesProblem(404);
        recordings.MapGet("/{id}/peaks", Waveform).WithName("GetRecordingPeaks").WithSummary("Columns to draw a waveform from")
            .WithDescription("Minimum, maximum and RMS in 16-bit units for each of 'columns' stretches of equal length between 'start' and 'end' (seconds; the whole recording by default).")
            .Produces<Peaks>().ProducesProblem(400).ProducesProblem(404);
    }

    private IResult Get(string id) => reader.FindRecording(id) is { } recording ? Results.Ok(recording) : Failures.NoRecording(id);

    private IResult Audio(HttpContext context, string id, int? segment, double? until, string? download)
    {
        int number = segment ?? 1;
        if (number < 1) return Failures.BadInput("segment", $"'{number}' is not a file's number; they count from 1.");
        if (until is { } seconds && !(seconds > 0 && double.IsFinite(seconds))) return Failures.BadInput("until", $"'{seconds}' is not a time in seconds above 0.");
        if (reader.FindRecording(id) is not { } recording) return Failures.NoRecording(id);
        Principal who = Visitor.Of(context);
        bool isHead = HttpMethods.IsHead(context.Request.Method);
        if ((isHead ? access.OpenAudio(who, id, number, note: false) : listenings.OpenAudio(who, id, number, FromStart(context.Request))) is not { } opened)
            return Failures.NotFound("There is no such file", number > 1
                ? $"The recording has {Display.Count(recording.Segments.Count, "file")}, and no segment {number}."
                : $"The file {FileNames.Segment(id, 1)} is not there: {(recording.Running ? "nothing has been written yet" : "it was moved or deleted outside Earshot")}.");
        context.Response.Headers.CacheControl = "no-store";
        SegmentDetail? file = recording.Running ? null : recording.Segments.FirstOrDefault(s => s.Number == number);
        return Results.Stream(
            WaveSnapshot.Of(opened.Audio, until), WaveType,
            fileDownloadName: download is null or "" or "0" ? null : opened.FileName,
            entityTag: file?.Sha256 is { } hash && until is null ? new EntityTagHeaderValue($"\"{hash}\"") : null,
            enableRangeProcessing: true);
    }

    private IResult Manifest(HttpContext context, string id)
    {
        if (reader.FindRecording(id) is null) return Failures.NoRecording(id);
        string file = id + FileNames.Manifest;
        if (!manifests.Storage.Exists(file)) return Failures.NotFound("There is no manifest yet", "A recording's manifest is written when its call has ended.");
        access.NoteExport(Visitor.Of(context), id);
        context.Response.Headers.CacheControl = "no-store";
        return Results.Stream(manifests.Storage.OpenRead(file), "application/json", file);
    }

    private IResult Waveform(HttpContext context, string id, int? columns, double? start, double? end)
    {
        int count = columns ?? DefaultColumns;
        if (count is < 1 or > MaxColumns) return Failures.BadInput("columns", $"'{count}' is not from 1 to {MaxColumns}.");
        double from = start ?? 0;
        if (!(from >= 0 && from < 1e7)) return Failures.BadInput("start", "It must be a time in seconds, 0 or more.");
        if (end is { } to && !(to > from && to < 1e7)) return Failures.BadInput("end", "It must be a time in seconds after 'start'.");
        if (reader.FindRecording(id) is null) return Failures.NoRecording(id);
        context.Response.Headers.CacheControl = "no-store";
        return peaks.Read(id, count, from, end) is { } found ? Results.Ok(found)
            : Failures.NotFound("There is no audio", string.Create(CultureInfo.InvariantCulture, $"The file {FileNames.Segment(LogText.Clean(id), 1)} is not there."));
    }

    private static bool FromStart(HttpRequest request) =>
        request.GetTypedHeaders().Range is not { Ranges.Count: 1 } range || range.Ranges.First().From == 0;
}
