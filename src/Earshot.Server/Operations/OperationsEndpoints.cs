using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;
using Earshot.Server.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;

namespace Earshot.Server.Operations;

/// <summary>What a readiness check found.</summary>
/// <param name="Ready">True when calls can be taken and recorded.</param>
/// <param name="Problems">What is wrong, in words.</param>
internal sealed record Readiness(bool Ready, IReadOnlyList<string> Problems);

/// <summary><c>/healthz</c>, <c>/readyz</c>, <c>/metrics</c>.</summary>
internal sealed class OperationsEndpoints(RecordingOptions options, TwilioOptions twilio, CallStore store, IRecordingStorage storage, RecordingWriters writers, MetricsText metrics)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => Results.Text("ok\n")).WithSummary("The process answers").Produces<string>(200, "text/plain");
        routes.MapGet("/readyz", Ready).WithSummary("Calls can be taken and recorded").Produces<Readiness>().Produces<Readiness>(503);
        routes.MapGet("/metrics", () => Results.Text(metrics.Render(), "text/plain; version=0.0.4")).WithSummary("Counters for scrapers").Produces<string>(200, "text/plain");
    }

    private IResult Ready()
    {
        var problems = new List<string>();
        try { store.Count(); }
        catch (SqliteException e) { problems.Add($"the catalog does not answer: {e.Message}"); }
        if (options.Enabled)
        {
            if (writers.Refusal is { } refusal) problems.Add(refusal);
            try
            {
                if (!writers.IsHanging) ProbeWrite();
            }
            catch (Exception e) when (StorageFault.Is(e)) { problems.Add(StorageFault.Describe(e, storage.Location)); }
        }
        if (twilio is { ValidateSignatures: true, AuthToken: "" }) problems.Add("TWILIO_AUTH_TOKEN is not set: the carrier's requests are refused");
        var result = new Readiness(problems.Count == 0, problems);
        return Results.Json(result, statusCode: result.Ready ? 200 : 503);
    }

    private void ProbeWrite()
    {
        storage.WriteWhole("readyz.probe", "ok"u8, durable: false);
        storage.Delete("readyz.probe");
    }
}
