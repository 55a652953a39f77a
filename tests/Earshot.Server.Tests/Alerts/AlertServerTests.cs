using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Deque.AxeCore.Playwright;
using Earshot.Engine.Alerts;
using Earshot.Server.Tests.Calls;
using Earshot.Server.Tests.Pages;
using Earshot.Testing;
using Microsoft.Playwright;

namespace Earshot.Server.Tests.Alerts;

/// <summary>Alerts through a whole server: from the call to the listener, the API and the page.</summary>
public sealed class AlertServerTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime
{
    private const string Secret = "secret of the receiver";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private HttpSink sink = null!;
    private EarshotTestServer server = null!;

    public async ValueTask InitializeAsync()
    {
        sink = await HttpSink.StartAsync();
        server = await EarshotTestServer.StartAsync(s =>
        {
            s.Alerts.Deliveries["ops"] = new() { Kind = "webhook", Url = sink.Url, Secret = Secret };
            s.Alerts.Rules["lost"] = new() { When = "measure", Measure = "lostMs", Above = 100, Deliveries = "ops" };
            s.Alerts.Rules["dead-side"] = new() { When = "live-silence", For = TimeSpan.FromSeconds(1), Deliveries = "ops" };
        });
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await sink.DisposeAsync();
    }

    [Fact]
    public async Task A_broken_call_arrives_signed_at_the_listener()
    {
        await SampleCall.RecordAsync(server, 1);
        SampleCall broken = await SampleCall.RecordAsync(server, 2, frames: 200, broken: true);
        JsonElement told = await Told("lost", "opened");
        told.GetProperty("callSid").GetString().ShouldBe(broken.CallSid);
        told.GetProperty("message").GetString()!.ShouldContain("lostMs is 200, above the bound of 100");
        told.GetProperty("url").GetString()!.ShouldEndWith($"/calls/{broken.CallSid}");
        JsonElement alert = (await server.Client.GetFromJsonAsync<JsonElement>("/api/alerts", TestContext.Current.CancellationToken)).GetProperty("alerts").EnumerateArray().Single(a => a.GetProperty("rule").GetString() == "lost");
        alert.GetProperty("state").GetString().ShouldBe("open");
        alert.GetProperty("callSid").GetString().ShouldBe(broken.CallSid);
        (await server.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken)).ShouldContain("\nearshot_alerts_open ");
    }

    [Fact]
    public async Task A_side_that_falls_silent_is_told_during_the_call_and_resolved_when_it_speaks()
    {
        SampleCall call = SampleCall.Start(server, 1, frames: 20);
        JsonElement told = await Told("dead-side", "opened");
        told.GetProperty("callSid").GetString().ShouldBe(call.CallSid);
        told.GetProperty("message").GetString()!.ShouldContain("has been silent for");
        call.Session.Ended.IsCompleted.ShouldBeFalse();
        using var over = new CancellationTokenSource();
        Task speaking = Speak(call, over.Token);
        (await Told("dead-side", "resolved")).GetProperty("message").GetString()!.ShouldContain("no side of a running call is silent any more");
        await over.CancelAsync();
        await speaking;
        await call.EndAsync();
    }

    [Fact]
    public async Task The_page_shows_alerts_and_rules_to_everyone()
    {
        await SampleCall.RecordAsync(server, 2, frames: 200, broken: true);
        await Told("lost", "opened");
        foreach ((int width, ColorScheme scheme) in new[] { (1280, ColorScheme.Light), (390, ColorScheme.Dark) })
        {
            await using WatchedPage watched = await chromium.OpenAsync(server.BaseAddress, width, scheme);
            await watched.Page.GotoAsync("/alerts");
            (await watched.Page.Locator("article.alert.open h2").First.TextContentAsync())!.ShouldContain("lost");
            (await watched.Page.Locator("#main").TextContentAsync())!.ShouldContain("lostMs is 200, above the bound of 100");
            (await watched.Page.RunAxe()).Violations.Select(v => $"{v.Id}: {v.Help}").ShouldBeEmpty();
            (await watched.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth")).ShouldBeTrue("the page is wider than the window");
            (await watched.Page.EvaluateAsync<bool>("(region => region.scrollWidth <= region.clientWidth)(document.querySelector('.scroll-x'))")).ShouldBeTrue("the table of rules runs off the edge");
            watched.Errors.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Without_a_rule_the_page_says_how_to_add_one()
    {
        await using EarshotTestServer plain = await EarshotTestServer.StartAsync();
        string html = await plain.Client.GetStringAsync("/alerts", TestContext.Current.CancellationToken);
        html.ShouldContain("No rule is set, so nobody is told anything");
        html.ShouldContain("earshot.json");
    }

    /// <summary>Goes on with loud frames until it is told to stop.</summary>
    private static async Task Speak(SampleCall call, CancellationToken over)
    {
        for (long at = 10_000; !over.IsCancellationRequested; at += 200)
        {
            call.Talk(at, 10);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Waits for a message of a rule; its signature is right.</summary>
    private async Task<JsonElement> Told(string rule, string kind)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        while (true)
        {
            foreach (Posted posted in sink.Received)
            {
                JsonElement body = JsonDocument.Parse(posted.Body).RootElement;
                if (body.GetProperty("rule").GetString() != rule || body.GetProperty("event").GetString() != kind) continue;
                posted.Headers[WebhookDelivery.SignatureHeader].ShouldBe("sha256=" + Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), posted.Body)));
                return body;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
        }
    }
}
