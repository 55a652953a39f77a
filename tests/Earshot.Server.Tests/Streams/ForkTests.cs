using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Earshot.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Earshot.Server.Tests.Streams;

/// <summary>Forks on running calls, against a stand-in of the carrier's Streams resource.</summary>
public sealed class ForkTests
{
    private const string Account = "AC00000000000000000000000000000001";
    private const string Call = "CA00000000000000000000000000000002";
    private const string Stream = "MZ00000000000000000000000000000003";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_carrier_is_asked_to_start_and_to_stop_a_fork()
    {
        var asked = new List<(string Path, string Authorization, Dictionary<string, string> Form)>();
        await using WebApplication carrier = await Carrier(asked, 201, $$"""{"sid":"{{Stream}}","status":"in-progress"}""");
        await using EarshotTestServer server = await Start(carrier);
        using HttpResponseMessage started = await server.Client.PostAsync(new Uri($"/api/calls/{Call}/forks", UriKind.Relative), null, Cancel);
        started.StatusCode.ShouldBe(HttpStatusCode.Created);
        ((string?)(await started.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["streamSid"]).ShouldBe(Stream);
        using HttpResponseMessage stopped = await server.Client.DeleteAsync(new Uri($"/api/calls/{Call}/forks/{Stream}", UriKind.Relative), Cancel);
        stopped.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        asked.Select(a => a.Path).ShouldBe([$"/2010-04-01/Accounts/{Account}/Calls/{Call}/Streams.json", $"/2010-04-01/Accounts/{Account}/Calls/{Call}/Streams/{Stream}.json"]);
        asked.ShouldAllBe(a => a.Authorization == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Account}:{EarshotTestServer.AuthToken}")));
        asked[0].Form.ShouldBe(new Dictionary<string, string>
        {
            ["Url"] = "wss://calls.example.com/twilio/media",
            ["Track"] = "both_tracks",
            ["StatusCallback"] = "https://calls.example.com/twilio/status",
            ["StatusCallbackMethod"] = "POST",
        });
        asked[1].Form.ShouldBe(new Dictionary<string, string> { ["Status"] = "stopped" });
    }

    [Fact]
    public async Task What_the_carrier_refuses_is_said_in_its_words()
    {
        await using WebApplication carrier = await Carrier([], 404, """{"code":20404,"message":"The requested resource was not found"}""");
        await using EarshotTestServer server = await Start(carrier);
        using HttpResponseMessage answer = await server.Client.PostAsync(new Uri($"/api/calls/{Call}/forks", UriKind.Relative), null, Cancel);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await answer.Content.ReadAsStringAsync(Cancel)).ShouldContain("404: The requested resource was not found");
    }

    [Fact]
    public async Task Without_an_account_or_an_address_it_says_what_to_set()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        using HttpResponseMessage answer = await server.Client.PostAsync(new Uri($"/api/calls/{Call}/forks", UriKind.Relative), null, Cancel);
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await answer.Content.ReadAsStringAsync(Cancel)).ShouldContain("TWILIO_ACCOUNT_SID");
        using HttpResponseMessage wrong = await server.Client.PostAsync(new Uri($"/api/calls/{Call}/forks?track=all", UriKind.Relative), null, Cancel);
        wrong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private static Task<EarshotTestServer> Start(WebApplication carrier) => EarshotTestServer.StartAsync(s =>
    {
        (s.Twilio.AccountSid, s.Twilio.ApiBaseUrl, s.Server.PublicBaseUrl) = (Account, carrier.Urls.First(), "https://calls.example.com");
    });

    private static async Task<WebApplication> Carrier(List<(string, string, Dictionary<string, string>)> asked, int status, string text)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Logging.SetMinimumLevel(LogLevel.None);
        WebApplication app = builder.Build();
        app.Run(async context =>
        {
            IFormCollection form = await context.Request.ReadFormAsync();
            asked.Add((context.Request.Path, context.Request.Headers.Authorization.ToString(), form.ToDictionary(f => f.Key, f => f.Value.ToString())));
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(text);
        });
        await app.StartAsync(Cancel);
        return app;
    }
}
