using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Earshot.Server.Operations;

/// <summary>When the server stops, an answer has a moment to be read to its end; then it is cut off. A client that has stopped reading a download would hold up the end for as long as the host has patience. Sockets have their own closing handshake.</summary>
internal sealed class LastAnswers : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource late;
    private readonly CancellationTokenRegistration stopping;

    public LastAnswers(IHostApplicationLifetime lifetime, TimeProvider time)
    {
        late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        stopping = lifetime.ApplicationStopping.Register(() => late.CancelAfter(Patience));
    }

    public Task Watch(HttpContext context, RequestDelegate next)
    {
        CancellationTokenRegistration end = late.Token.UnsafeRegister(static c => CutOff((HttpContext)c!), context);
        context.Response.RegisterForDispose(end); // After the last byte was given to the connection, and before the context serves another request.
        return next(context);
    }

    public void Dispose()
    {
        stopping.Dispose();
        late.Dispose();
    }

    private static void CutOff(HttpContext context)
    {
        if (context.Response.StatusCode != StatusCodes.Status101SwitchingProtocols) context.Abort();
    }
}
