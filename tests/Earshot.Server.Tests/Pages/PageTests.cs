using System.Net;
using Earshot.Server.Layout;
using Earshot.Server.Tests.Calls;
using Earshot.Testing;

namespace Earshot.Server.Tests.Pages;

/// <summary>What the pages' answers say, without a browser.</summary>
public sealed class PageTests : IAsyncLifetime
{
    private EarshotTestServer server = null!;

    public async ValueTask InitializeAsync() => server = await EarshotTestServer.StartAsync(s => s.Server.PublicBaseUrl = "https://calls.example.com");

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task An_empty_list_says_what_to_do()
    {
        string html = await Text("/", 200);
        html.ShouldContain("earshot demo");
        html.ShouldContain("https://calls.example.com/twilio/voice");
    }

    [Theory]
    [InlineData("/calls/CAnone")]
    [InlineData("/nowhere")]
    [InlineData("/?before=rubbish")]
    public async Task What_is_not_there_has_a_page_that_leads_back(string path)
    {
        string html = await Text(path, 404);
        html.ShouldContain("Nothing is here");
        html.ShouldContain("See all calls");
    }

    [Fact]
    public async Task What_callers_send_is_text_and_not_markup()
    {
        const string Attack = "<script>alert(1)</script>\"'>";
        SampleCall call = await SampleCall.RecordAsync(server, 1, parameters: [("from", Attack), ("speaker", Attack), ("note", Attack)]);
        foreach (string path in new[] { "/", $"/calls/{call.CallSid}" }) (await Text(path, 200)).ShouldNotContain("<script>alert");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/calls")]
    [InlineData("/nowhere")]
    public async Task Every_answer_forbids_foreign_code(string path)
    {
        using HttpResponseMessage answer = await server.Client.GetAsync(path, TestContext.Current.CancellationToken);
        answer.Headers.GetValues("Content-Security-Policy").ShouldBe([SecurityHeaders.Policy]);
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        answer.Headers.GetValues("Referrer-Policy").ShouldBe(["same-origin"]);
    }

    [Theory]
    [InlineData("earshot.js", "text/javascript")]
    [InlineData("earshot.css", "text/css")]
    [InlineData("icon.svg", "image/svg+xml")]
    public async Task Assets_have_their_type_and_may_be_kept(string name, string type)
    {
        string url = AssetEndpoints.Url(name);
        using HttpResponseMessage answer = await server.Client.GetAsync(url, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        answer.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromDays(365));
        using var again = new HttpRequestMessage(HttpMethod.Get, url);
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        using HttpResponseMessage same = await server.Client.SendAsync(again, TestContext.Current.CancellationToken);
        same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        using HttpResponseMessage plain = await server.Client.GetAsync($"/assets/{name}?v=0", TestContext.Current.CancellationToken);
        plain.Headers.CacheControl!.NoCache.ShouldBeTrue();
    }

    private async Task<string> Text(string path, int status)
    {
        using HttpResponseMessage answer = await server.Client.GetAsync(path, TestContext.Current.CancellationToken);
        ((int)answer.StatusCode).ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
