using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Earshot.Testing;

/// <summary>A piece of speech that was sent for transcription.</summary>
internal sealed record SentSpeech(IReadOnlyDictionary<string, string> Fields, string? Authorization, string Path, short[] Samples, int SampleRateHz)
{
    public double Seconds => (double)Samples.Length / SampleRateHz;
}

/// <summary>An endpoint of OpenAI's kind whose answers a test chooses.</summary>
internal sealed class SpeechEndpoint : IAsyncDisposable
{
    private readonly WebApplication app;

    private SpeechEndpoint(WebApplication app) => this.app = app;

    /// <summary>What goes into <c>OPENAI_BASE_URL</c>.</summary>
    public string BaseUrl => app.Urls.First() + "/v1";

    public ConcurrentQueue<SentSpeech> Received { get; } = new();

    /// <summary>Answers a request; <see cref="Say"/> the usual way.</summary>
    public required Func<SentSpeech, HttpContext, Task> Answer { get; set; }

    /// <summary>Requests that were open at once, at the most.</summary>
    public int MostAtOnce { get; private set; }

    private int open;

    public static async Task<SpeechEndpoint> StartAsync(Func<SentSpeech, HttpContext, Task> answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(k => k.AddServerHeader = false).UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var endpoint = new SpeechEndpoint(builder.Build()) { Answer = answer };
        endpoint.app.Run(endpoint.Take);
        await endpoint.app.StartAsync();
        return endpoint;
    }

    /// <summary>One that says the same of everything.</summary>
    public static Task<SpeechEndpoint> SayingAsync(string text) => StartAsync((_, context) => Say(context, new { text }));

    public static Task Say(HttpContext context, object json) => context.Response.WriteAsJsonAsync(json);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token); // Requests that hang are not waited for.
        await app.DisposeAsync();
    }

    private async Task Take(HttpContext context)
    {
        lock (Received) MostAtOnce = Math.Max(MostAtOnce, ++open);
        try
        {
            IFormCollection form = await context.Request.ReadFormAsync();
            using var wav = new MemoryStream();
            await form.Files["file"]!.CopyToAsync(wav);
            byte[] bytes = wav.ToArray();
            var sent = new SentSpeech(form.ToDictionary(f => f.Key, f => f.Value.ToString(), StringComparer.Ordinal), context.Request.Headers.Authorization, context.Request.Path,
                MemoryMarshal.Cast<byte, short>(bytes.AsSpan(44)).ToArray(), BitConverter.ToInt32(bytes, 24));
            Received.Enqueue(sent);
            await Answer(sent, context);
        }
        finally
        {
            lock (Received) open--;
        }
    }
}
