using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Earshot.Server.Calls;

/// <summary>Analyses, measures over all calls, and the work that is open.</summary>
internal sealed class AnalysisEndpoints(AnalysisReader reader, AfterWorkStore work)
{
    private const int MostJobs = 200;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/recordings/{id}/analysis", OfRecording).WithName("GetRecordingAnalysis").WithTags("Analysis").WithSummary("What is wrong with a recording, and every measure; and how far the work is that makes it")
            .Produces<AnalysisDetail>().ProducesProblem(404);
        routes.MapGet("/api/calls/{callSid}/analysis", OfCall).WithName("GetCallAnalysis").WithTags("Analysis").WithSummary("The analyses of a call's recordings and of both sides together")
            .Produces<CallAnalysis>().ProducesProblem(404);
        routes.MapGet("/api/measures", () => Results.Ok(reader.MeasureNames())).WithName("ListMeasures").WithTags("Analysis").WithSummary("Names of all measures").Produces<IReadOnlyList<string>>();
        routes.MapGet("/api/measures/{name}/distribution", Distribution).WithName("GetMeasureDistribution").WithTags("Analysis").WithSummary("A measure over all recordings, with the thresholds that it is held against")
            .Produces<MeasureDistribution>().ProducesProblem(404);
        routes.MapGet("/api/jobs", () => Results.Ok(work.Open(MostJobs))).WithName("ListJobs").WithTags("Analysis").WithSummary("Work after calls that waits, runs or failed, newest first").Produces<IReadOnlyList<AfterWorkRow>>();
        routes.MapGet("/measures", Page).ExcludeFromDescription();
        routes.MapGet("/measures/{name}", OnePage).ExcludeFromDescription();
    }

    private IResult OfRecording(string id) => reader.OfRecording(id) is { } found ? Results.Ok(found) : Failures.NoRecording(id);

    private IResult OfCall(string callSid) => reader.OfCall(callSid) is { } found ? Results.Ok(found) : Failures.NoCall(callSid);

    private IResult Distribution(string name) => reader.Distribution(name) is { } found ? Results.Ok(found)
        : Failures.NotFound("No such measure", $"No recording has a measure '{LogText.Clean(name)}'. GET /api/measures lists those that there are.");

    private IResult OnePage(HttpContext context, string name)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (reader.Measure(name) is not { } model) return Failures.NotFound("No such measure", $"No recording has a measure '{LogText.Clean(name)}'. /measures lists those that there are.");
        context.Features.Set(model);
        context.Features.Set(new MeasuresModel([model.Distribution]));
        return new RazorComponentResult<MeasurePage> { PreventStreamingRendering = true };
    }

    private RazorComponentResult<MeasuresPage> Page(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Features.Set(new MeasuresModel([.. reader.MeasureNames().Select(reader.Distribution).OfType<MeasureDistribution>()]));
        return new RazorComponentResult<MeasuresPage> { PreventStreamingRendering = true };
    }
}
