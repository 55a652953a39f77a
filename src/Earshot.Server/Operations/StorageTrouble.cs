using Earshot.Engine.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Earshot.Server.Operations;

/// <summary>A disk that fails a request is told to the one who asked, with what it said: 503, as it may pass. Nothing of what was asked for is given out.</summary>
internal sealed partial class StorageTrouble(ILogger<StorageTrouble> log)
{
    private static readonly string[] OfTheAnswer = ["Content-Length", "Content-Range", "Content-Disposition", "Accept-Ranges", "ETag", "Last-Modified"];

    public async Task Guard(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception e) when (StorageFault.Is(e) && e is not BadHttpRequestException && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            Log.Failed(log, e, context.Request.Method, context.Request.Path);
            foreach (string of in OfTheAnswer) context.Response.Headers.Remove(of);
            await Results.Problem(title: "The disk does not take or give what this needs", detail: $"{e.Message} Every listening stands in the access log before its audio is given out, so that has to be writable too. 'earshot doctor' looks at the folders.",
                statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 6801, Level = LogLevel.Error, Message = "{Method} {Path} failed: the disk did not take or give what it needed")]
        public static partial void Failed(ILogger logger, Exception error, string method, string path);
    }
}
