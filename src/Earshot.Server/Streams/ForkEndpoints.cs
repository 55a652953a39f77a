using Earshot.Engine.MediaStreams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Earshot.Server.Streams;

/// <summary>A fork that was started.</summary>
internal sealed record ForkStarted(string CallSid, string StreamSid, string Track);

/// <summary><c>/api/calls/{callSid}/forks</c>: a fork on a call that is already running.</summary>
internal sealed class ForkEndpoints(ForkStarter forks)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api/calls/{callSid}/forks").WithTags("Calls");
        group.MapPost("", Start).WithName("StartFork").WithSummary("Asks the carrier to fork a running call to this server")
            .WithDescription("'track' is both_tracks (as when it is left out), inbound_track or outbound_track.")
            .Produces<ForkStarted>(201).ProducesProblem(400).ProducesProblem(409).ProducesProblem(502);
        group.MapDelete("/{streamSid}", Stop).WithName("StopFork").WithSummary("Asks the carrier to stop a fork")
            .Produces(204).ProducesProblem(409).ProducesProblem(502);
    }

    private async Task<IResult> Start(string callSid, string? track, CancellationToken stop)
    {
        track ??= "both_tracks";
        if (track is not ("both_tracks" or "inbound_track" or "outbound_track"))
            return Results.Problem(title: "'track' cannot be used", detail: "It is one of both_tracks, inbound_track, outbound_track.", statusCode: StatusCodes.Status400BadRequest);
        if (forks.Missing is { } missing) return NotSetUp(missing);
        StreamRequestResult result = await forks.StartAsync(callSid, track, stop);
        return result.Problem is { } problem ? Refused(problem)
            : Results.Json(new ForkStarted(callSid, result.StreamSid, track), statusCode: StatusCodes.Status201Created);
    }

    private async Task<IResult> Stop(string callSid, string streamSid, CancellationToken stop)
    {
        if (forks.Missing is { } missing) return NotSetUp(missing);
        StreamRequestResult result = await forks.StopAsync(callSid, streamSid, stop);
        return result.Problem is { } problem ? Refused(problem) : Results.NoContent();
    }

    private static IResult NotSetUp(string missing) => Results.Problem(title: "The carrier's API is not set up", detail: missing, statusCode: StatusCodes.Status409Conflict);

    private static IResult Refused(string problem) => Results.Problem(title: "The carrier did not do it", detail: problem, statusCode: StatusCodes.Status502BadGateway);
}
