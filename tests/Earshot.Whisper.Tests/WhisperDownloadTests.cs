using System.Security.Cryptography;
using Earshot.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Earshot.Whisper.Tests;

public sealed class WhisperDownloadTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly byte[] model = new byte[700_000];
    private readonly List<string> ranges = [];
    private WebApplication server = null!;
    private long cutAfter = long.MaxValue;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Target => folder.Sub("ggml-mine.bin");

    private WhisperModelEntry Entry { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        new Random(3).NextBytes(model);
#pragma warning disable CA5350
        Entry = new WhisperModelEntry("mine", "1 MiB", Convert.ToHexStringLower(SHA1.HashData(model)));
#pragma warning restore CA5350
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        server = builder.Build();
        server.Run(Serve);
        await server.StartAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_model_is_fetched_and_its_checksum_is_right()
    {
        long told = 0;
        await Get(progress: p => told = p.Bytes);
        (await File.ReadAllBytesAsync(Target, Cancel)).ShouldBe(model);
        told.ShouldBe(model.Length);
        File.Exists(Target + ".part").ShouldBeFalse();
    }

    [Fact]
    public async Task What_was_cut_off_goes_on_where_it_was()
    {
        cutAfter = 300_000;
        (await Problem()).ShouldContain("What came is kept");
        long here = new FileInfo(Target + ".part").Length;
        here.ShouldBeInRange(1, 300_000);
        File.Exists(Target).ShouldBeFalse();
        cutAfter = long.MaxValue;
        await Get();
        ranges.ShouldBe(["", $"bytes={here}-"]);
        (await File.ReadAllBytesAsync(Target, Cancel)).ShouldBe(model);
    }

    [Fact]
    public async Task A_part_that_is_whole_is_taken_as_it_is()
    {
        await File.WriteAllBytesAsync(Target + ".part", model, Cancel);
        await Get();
        (await File.ReadAllBytesAsync(Target, Cancel)).ShouldBe(model);
    }

    [Fact]
    public async Task Another_file_than_the_model_is_deleted_and_named()
    {
        await File.WriteAllBytesAsync(Target + ".part", new byte[100], Cancel); // Not this model's beginning.
        (await Problem()).ShouldStartWith($"{Source}/ggml-mine.bin gave another file than whisper.cpp's model 'mine' (SHA-1 ");
        File.Exists(Target + ".part").ShouldBeFalse();
        File.Exists(Target).ShouldBeFalse();
    }

    [Fact]
    public async Task A_source_that_has_it_not_or_is_not_there_is_named_with_what_to_do()
    {
        (await Problem(Source + "/none")).ShouldBe($"{Source}/none/ggml-mine.bin could not be fetched: the server answered 404 Not Found. What came is kept and the next attempt goes on there. Without internet here, fetch it elsewhere (SHA-1 {Entry.Sha1}) and put it at {Target}, or name a mirror with --source");
        (await Problem("http://127.0.0.1:1")).ShouldStartWith("http://127.0.0.1:1/ggml-mine.bin could not be fetched: Connection refused");
    }

    private string Source => server.Urls.First();

    private async Task Get(string? source = null, Action<WhisperDownloadProgress>? progress = null)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        await new WhisperDownload(http).GetAsync(Entry, source ?? Source, Target, progress, Cancel);
    }

    private async Task<string> Problem(string? source = null) => (await Should.ThrowAsync<WhisperException>(Get(source))).Message;

    private async Task Serve(HttpContext context)
    {
        if (context.Request.Path != "/ggml-mine.bin")
        {
            context.Response.StatusCode = 404;
            return;
        }
        string range = context.Request.Headers.Range.ToString();
        ranges.Add(range);
        long from = range.Length > 0 ? long.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture) : 0;
        if (from >= model.Length)
        {
            context.Response.StatusCode = 416;
            return;
        }
        context.Response.ContentLength = model.Length - from;
        if (range.Length > 0)
        {
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{model.Length - 1}/{model.Length}";
        }
        int count = (int)Math.Min(model.Length - from, cutAfter);
        await context.Response.Body.WriteAsync(model.AsMemory((int)from, count), Cancel);
        await context.Response.Body.FlushAsync(Cancel);
        if (count < model.Length - from) context.Abort();
    }
}
