using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Earshot.Testing;

/// <summary>What came in one request.</summary>
internal sealed record Posted(string Path, string? ContentType, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>A web server that keeps what is posted to it.</summary>
internal sealed class HttpSink : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<int> answers = new();

    private HttpSink(WebApplication app) => this.app = app;

    /// <summary>Where to post.</summary>
    public string Url => app.Urls.First() + "/hook?key=of-the-receiver";

    public ConcurrentQueue<Posted> Received { get; } = new();

    /// <summary>The next requests are answered so; after them with 200.</summary>
    public void AnswerNext(params int[] statuses)
    {
        foreach (int status in statuses) answers.Enqueue(status);
    }

    public static async Task<HttpSink> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var sink = new HttpSink(builder.Build());
        sink.app.Run(sink.Take);
        await sink.app.StartAsync();
        return sink;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task Take(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Received.Enqueue(new Posted(context.Request.Path + context.Request.QueryString, context.Request.ContentType, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
        context.Response.StatusCode = answers.TryDequeue(out int status) ? status : 200;
    }
}
