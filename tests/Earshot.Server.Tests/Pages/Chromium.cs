using Microsoft.Playwright;

namespace Earshot.Server.Tests.Pages;

/// <summary>One browser for all tests of pages; they are skipped where it is absent.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Path = "/usr/bin/chromium";

    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Path)) return;
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Path, Args = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
    }

    /// <summary>A fresh page that remembers what went wrong in it.</summary>
    internal async Task<WatchedPage> OpenAsync(Uri server, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        Assert.SkipWhen(browser is null, $"{Path} is absent (Debian: apt-get install chromium)");
        IBrowserContext context = await browser!.NewContextAsync(new() { BaseURL = server.ToString(), ViewportSize = new() { Width = width, Height = 800 }, ColorScheme = scheme });
        return new WatchedPage(context, await context.NewPageAsync());
    }
}

/// <summary>A page, and every error of its console, its scripts and its requests.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    private readonly IBrowserContext context;

    public WatchedPage(IBrowserContext context, IPage page)
    {
        (this.context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") Errors.Add($"{message.Type}: {message.Text}");
        };
        page.PageError += (_, error) => Errors.Add(error);
        page.Request += (_, request) => Hosts.Add(new Uri(request.Url).Authority);
    }

    public IPage Page { get; }

    public List<string> Errors { get; } = [];

    /// <summary>Every host that was asked for something.</summary>
    public HashSet<string> Hosts { get; } = [];

    public async ValueTask DisposeAsync() => await context.DisposeAsync();
}
