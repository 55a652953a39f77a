using System.Globalization;
using Deque.AxeCore.Playwright;
using Earshot.Server.Tests.Calls;
using Earshot.Testing;
using Microsoft.Playwright;

namespace Earshot.Server.Tests.Pages;

/// <summary>The pages in a real browser.</summary>
public sealed class CallPageTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime
{
    private EarshotTestServer server = null!;

    public async ValueTask InitializeAsync() => server = await EarshotTestServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task The_player_plays_pauses_and_seeks_by_mouse_and_keyboard()
    {
        SampleCall call = await SampleCall.RecordAsync(server, 1, frames: 450);
        await using WatchedPage watched = await Open($"/calls/{call.CallSid}");
        IPage page = watched.Page;
        ILocator wave = page.Locator(".wave").First;
        await wave.FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await Until(page, time => time > 0.5);
        (await page.EvaluateAsync<double>("Math.max(...[...document.querySelectorAll('audio')].map(a => a.currentTime))")).ShouldBeGreaterThan(0.4);
        await page.Keyboard.PressAsync("Space");
        (await page.Locator(".play").TextContentAsync()).ShouldBe("Play");
        double stopped = await Time(page);
        await page.Keyboard.PressAsync("ArrowRight");
        (await Time(page)).ShouldBe(stopped + 5, 0.01);
        await page.Keyboard.PressAsync("Shift+ArrowLeft");
        (await Time(page)).ShouldBe(stopped + 4, 0.01);
        await page.Keyboard.PressAsync("End");
        (await Time(page)).ShouldBe(9, 0.01);
        await page.Keyboard.PressAsync("Home");
        (await Time(page)).ShouldBe(0);
        LocatorBoundingBoxResult box = (await wave.BoundingBoxAsync())!;
        await wave.ClickAsync(new() { Position = new() { X = box.Width / 2, Y = 20 } });
        (await Time(page)).ShouldBe(4.5, 0.05);
        await page.Locator(".play").ClickAsync();
        await Until(page, time => time > 5);
        (await page.EvaluateAsync<double>("Math.max(...[...document.querySelectorAll('audio')].map(a => a.currentTime))")).ShouldBeGreaterThan(4.9);
        watched.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_event_leads_to_its_place()
    {
        SampleCall call = await SampleCall.RecordAsync(server, 1, frames: 200, broken: true);
        await using WatchedPage watched = await Open($"/calls/{call.CallSid}");
        ILocator loss = watched.Page.Locator("tr", new() { HasText = "200 ms never came" }).First;
        (await loss.Locator("button").TextContentAsync()).ShouldBe("00:01.000");
        await loss.Locator("button").ClickAsync();
        (await Time(watched.Page)).ShouldBe(call.LossAt, 0.001);
        watched.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_waveform_shows_where_the_audio_broke()
    {
        SampleCall call = await SampleCall.RecordAsync(server, 1, frames: 200, broken: true);
        await using WatchedPage watched = await Open($"/calls/{call.CallSid}");
        await watched.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        // The colour at a place of the waveform's upper edge: of the loss (1.0 to 1.2 s), the stall (from 2.0 s), and a quiet place of neither.
        string[] seen = await watched.Page.EvaluateAsync<string[]>("""
            () => {
              const canvas = document.querySelector('.wave canvas');
              const at = seconds => [...canvas.getContext('2d').getImageData(Math.round(seconds / 4 * canvas.width), 1, 1, 1).data].join();
              return [1.1, 2.1, 3.0].map(at);
            }
            """);
        seen[0].ShouldBe("217,45,32,255");
        seen[1].ShouldBe("226,154,0,255");
        seen[2].ShouldNotBe(seen[0]);
        seen[2].ShouldNotBe(seen[1]);
    }

    [Fact]
    public async Task A_link_leads_to_the_place()
    {
        SampleCall call = await SampleCall.RecordAsync(server, 1, frames: 200);
        await using WatchedPage watched = await Open($"/calls/{call.CallSid}#t=1.5");
        await Until(watched.Page, time => time is > 1.49 and < 1.51);
        await watched.Page.EvaluateAsync("() => { location.hash = '#t=0.5&track=inbound'; }");
        await Until(watched.Page, time => time is > 0.49 and < 0.6);
        watched.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_running_call_grows_before_ones_eyes()
    {
        SampleCall call = SampleCall.Start(server, 1, frames: 50);
        await using WatchedPage watched = await Open($"/calls/{call.CallSid}");
        await watched.Page.Locator(".badge.running").WaitForAsync();
        call.Talk(SampleCall.FirstTimestampMs + 1000, 250);
        await watched.Page.WaitForFunctionAsync("() => document.querySelector('#head b').textContent >= '00:05.9'");
        await call.EndAsync();
        await watched.Page.Locator(".badge.complete").WaitForAsync();
        watched.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_list_leads_to_the_call_and_the_call_can_be_deleted()
    {
        SampleCall call = await SampleCall.RecordAsync(server, 1, parameters: ("from", "+33123456789"));
        await using WatchedPage watched = await Open("/");
        IPage page = watched.Page;
        await page.Locator(".calls tbody tr").First.ClickAsync();
        await page.WaitForURLAsync($"**/calls/{call.CallSid}");
        await page.GetByText("Delete this call…").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete for good" }).ClickAsync();
        await page.GetByText("No calls yet").WaitForAsync();
        Directory.GetFiles(server.Recordings, "*_*").ShouldBeEmpty();
        watched.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_form_without_its_token_deletes_nothing()
    {
        SampleCall call = await SampleCall.RecordAsync(server, 1);
        using var form = new FormUrlEncodedContent([]);
        using HttpResponseMessage answer = await server.Client.PostAsync($"/calls/{call.CallSid}/delete", form, TestContext.Current.CancellationToken);
        ((int)answer.StatusCode).ShouldBe(400);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("Nothing was deleted");
        Directory.GetFiles(server.Recordings, "*_*").ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 390)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task Pages_are_accessible_and_fit_the_screen(ColorScheme scheme, int width)
    {
        await Check("/", scheme, width);
        SampleCall call = await SampleCall.RecordAsync(server, 1, broken: true, parameters: ("from", "+33123456789"));
        SampleCall running = SampleCall.Start(server, 2);
        await Check("/", scheme, width);
        await Check("/?filter=problems", scheme, width);
        await Check($"/calls/{call.CallSid}", scheme, width);
        await Check($"/calls/{running.CallSid}", scheme, width);
        await Check("/calls/none", scheme, width);
        await running.EndAsync();
    }

    private async Task Check(string path, ColorScheme scheme, int width)
    {
        await using WatchedPage watched = await chromium.OpenAsync(server.BaseAddress, width, scheme);
        await watched.Page.GotoAsync(path);
        await watched.Page.WaitForTimeoutAsync(400);
        int[] widths = await watched.Page.EvaluateAsync<int[]>("[document.documentElement.scrollWidth, innerWidth]");
        widths[0].ShouldBeLessThanOrEqualTo(widths[1], $"{path} at {width} px scrolls sideways");
        var found = await watched.Page.RunAxe();
        found.Violations.Select(v => $"{path} {scheme} {width}: {v.Impact} {v.Id}: {v.Help} {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}").ShouldBeEmpty();
        watched.Hosts.ShouldBe([server.BaseAddress.Authority]);
        if (path != "/calls/none") watched.Errors.ShouldBeEmpty(path);
    }

    private async Task<WatchedPage> Open(string path)
    {
        WatchedPage watched = await chromium.OpenAsync(server.BaseAddress);
        await watched.Page.GotoAsync(path);
        return watched;
    }

    private static async Task<double> Time(IPage page) =>
        double.Parse((await page.Locator("earshot-player").GetAttributeAsync("data-time"))!, CultureInfo.InvariantCulture);

    private static async Task Until(IPage page, Func<double, bool> holds)
    {
        for (int i = 0; i < 100; i++)
        {
            if (holds(await Time(page))) return;
            await page.WaitForTimeoutAsync(50);
        }
        throw new TimeoutException($"The player stands at {await Time(page)} s");
    }
}
