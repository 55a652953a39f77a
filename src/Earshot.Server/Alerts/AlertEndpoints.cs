using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Earshot.Server.Alerts;

/// <summary><c>/api/alerts</c> and the page <c>/alerts</c>.</summary>
internal sealed class AlertEndpoints(AlertReader reader)
{
    private const int Most = 100;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/alerts", () => Results.Ok(reader.Read(Most))).WithName("ListAlerts").WithTags("Alerts").WithSummary("Open alerts, then resolved ones, newest first, at most 100; the rules; the deliveries")
            .Produces<AlertOverview>();
        routes.MapGet("/alerts", Page).ExcludeFromDescription();
    }

    private RazorComponentResult<AlertsPage> Page(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Features.Set(reader.Read(Most));
        return new RazorComponentResult<AlertsPage> { PreventStreamingRendering = true };
    }
}
