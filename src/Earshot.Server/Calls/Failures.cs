using Earshot.Engine.Calls;
using Microsoft.AspNetCore.Http;

namespace Earshot.Server.Calls;

/// <summary>What the API answers when it cannot do what was asked: which input it was, and what to do.</summary>
internal static class Failures
{
    public static IResult BadInput(string name, string detail) => Results.Problem(title: $"'{name}' cannot be used", detail: detail, statusCode: StatusCodes.Status400BadRequest);

    public static IResult NotFound(string title, string detail) => Results.Problem(title: title, detail: detail, statusCode: StatusCodes.Status404NotFound);

    public static IResult NoCall(string callSid) => NotFound("No such call", $"There is no call '{LogText.Clean(callSid)}'. It may have been deleted; GET /api/calls lists those that are there.");

    public static IResult NoRecording(string id) => NotFound("No such recording", $"There is no recording '{LogText.Clean(id)}'. GET /api/calls/{{callSid}} lists a call's recordings.");
}
