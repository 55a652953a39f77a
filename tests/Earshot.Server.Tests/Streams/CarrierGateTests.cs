using System.Net;
using System.Text;
using Earshot.Engine.Catalog;
using Earshot.Engine.MediaStreams;
using Earshot.Server.Tests.Transport;
using Earshot.Testing;
using Microsoft.AspNetCore.Routing;

namespace Earshot.Server.Tests.Streams;

/// <summary>Nobody but the carrier passes to <c>/twilio/*</c>; through a tunnel nobody passes to anything else.</summary>
public sealed class CarrierGateTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_below_twilio_refuses_what_is_not_signed()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        RouteEndpoint[] routes = [.. server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => e.RoutePattern.RawText!.TrimStart('/').StartsWith("twilio", StringComparison.OrdinalIgnoreCase))];
        routes.Select(r => r.RoutePattern.RawText).ShouldBe(["/twilio/voice", "/twilio/status", "/twilio/media", "/twilio/tap/{bot}"], ignoreOrder: true);
        foreach (RouteEndpoint route in routes)
            foreach (string method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
                foreach (string spelling in (string[])[route.RoutePattern.RawText!, route.RoutePattern.RawText!.ToUpperInvariant(), route.RoutePattern.RawText + "/", route.RoutePattern.RawText + "?x=1"])
                    foreach (string? signature in (string?[])[null, "", "nonsense", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="])
                    {
                        using var request = new HttpRequestMessage(new HttpMethod(method), spelling);
                        if (method == "POST") request.Content = new FormUrlEncodedContent([KeyValuePair.Create("CallSid", "CA1")]);
                        if (signature is not null) request.Headers.TryAddWithoutValidation(CarrierSignature.HeaderName, signature);
                        using HttpResponseMessage answer = await server.Client.SendAsync(request, Cancel);
                        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, $"{method} {spelling} signed '{signature}'");
                    }
        server.Get<CallStore>().Count().ShouldBe(0);
    }

    [Fact]
    public async Task Without_a_signature_the_body_is_not_waited_for()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        using var client = new RawClient(server);
        client.Send(Encoding.ASCII.GetBytes($"POST /twilio/voice HTTP/1.1\r\nHost: {server.BaseAddress.Authority}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n"));
        client.ReadHead().ShouldStartWith("HTTP/1.1 403 ");
    }

    [Fact]
    public async Task A_signed_form_that_does_not_come_is_waited_for_five_seconds()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        using var client = new RawClient(server);
        client.Send(Encoding.ASCII.GetBytes($"POST /twilio/voice HTTP/1.1\r\nHost: {server.BaseAddress.Authority}\r\nContent-Type: application/x-www-form-urlencoded\r\n{CarrierSignature.HeaderName}: x\r\nContent-Length: 60000\r\n\r\nCallSid=CA"));
        client.ReadHead().ShouldStartWith("HTTP/1.1 408 ");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_form_that_is_too_large_is_413_told_beforehand_or_not(bool lengthIsTold)
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, CarrierClient.Voice)
        {
            Content = new StringContent("CallSid=CA1&x=" + new string('y', 70_000), Encoding.ASCII, "application/x-www-form-urlencoded"),
        };
        if (!lengthIsTold) request.Headers.TransferEncodingChunked = true;
        request.Headers.Add(CarrierSignature.HeaderName, "x");
        using HttpResponseMessage answer = await server.Client.SendAsync(request, Cancel);
        ((int)answer.StatusCode).ShouldBe(413);
    }

    [Fact]
    public async Task What_is_no_form_is_415()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, CarrierClient.Voice) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Add(CarrierSignature.HeaderName, "x");
        using HttpResponseMessage answer = await server.Client.SendAsync(request, Cancel);
        ((int)answer.StatusCode).ShouldBe(415);
    }

    [Fact]
    public async Task Without_a_token_the_answer_is_403_with_the_remedy()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => s.Twilio.AuthToken = "");
        using HttpResponseMessage answer = await server.PostAsync(CarrierClient.Voice, "", null, ("CallSid", "CA1"));
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync(Cancel)).ShouldContain("TWILIO_AUTH_TOKEN");
        using HttpResponseMessage ready = await server.Client.GetAsync(new Uri("/readyz", UriKind.Relative), Cancel);
        ((int)ready.StatusCode).ShouldBe(503);
        (await ready.Content.ReadAsStringAsync(Cancel)).ShouldContain("TWILIO_AUTH_TOKEN");
    }

    [Theory]
    [InlineData(EarshotTestServer.AuthToken, 200)]
    [InlineData("the other token", 200)]
    [InlineData("a third token", 403)]
    public async Task Two_tokens_are_valid_while_one_is_being_changed(string token, int status)
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => s.Twilio.SecondaryAuthToken = "the other token");
        using HttpResponseMessage answer = await server.PostAsync(CarrierClient.Voice, token, null, ("CallSid", "CA1"));
        ((int)answer.StatusCode).ShouldBe(status);
    }

    [Fact]
    public async Task A_form_that_was_changed_on_the_way_is_refused()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        KeyValuePair<string, string>[] form = [KeyValuePair.Create("CallSid", "CA1"), KeyValuePair.Create("From", "+1")];
        using var request = new HttpRequestMessage(HttpMethod.Post, CarrierClient.Voice) { Content = new FormUrlEncodedContent([form[0], KeyValuePair.Create("From", "+2")]) };
        request.Headers.Add(CarrierSignature.HeaderName, CarrierSignature.Compute(EarshotTestServer.AuthToken, server.BaseAddress + "twilio/voice", form));
        using HttpResponseMessage answer = await server.Client.SendAsync(request, Cancel);
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData(null, null, 200)]
    [InlineData("localhost", null, 200)]
    [InlineData("calls.example.com", null, 403)]
    [InlineData(null, "X-Forwarded-For", 403)]
    [InlineData(null, "Forwarded", 403)]
    [InlineData(null, "CF-Connecting-IP", 403)]
    [InlineData(null, "Ngrok-Trace-Id", 403)]
    public async Task Unsigned_requests_are_taken_from_true_loopback_alone(string? host, string? header, int status)
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => s.Twilio.ValidateSignatures = false);
        using var request = new HttpRequestMessage(HttpMethod.Post, CarrierClient.Voice) { Content = new FormUrlEncodedContent([KeyValuePair.Create("CallSid", "CA1")]) };
        if (host is not null) request.Headers.Host = host;
        if (header is not null) request.Headers.Add(header, "203.0.113.7");
        using HttpResponseMessage answer = await server.Client.SendAsync(request, Cancel);
        ((int)answer.StatusCode).ShouldBe(status);
    }

    [Fact]
    public async Task Any_trace_of_a_proxy_or_tunnel_makes_a_request_foreign()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        string[] traces =
        [
            "Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Port", "x-forwarded-prefix", "X-Forwarded-Client-Cert", "X-Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "CF-Connecting-IPv6", "CF-Ray",
            "Fastly-Client-IP", "X-Cluster-Client-IP", "X-Original-Host", "X-Original-For", "X-Original-Forwarded-For", "Client-IP", "X-Azure-ClientIP", "Fly-Client-IP", "DO-Connecting-IP", "X-Envoy-External-Address", "X-Amzn-Trace-Id", "Ngrok-Trace-Id",
        ];
        foreach (string trace in traces)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/calls");
            request.Headers.TryAddWithoutValidation(trace, "203.0.113.7").ShouldBeTrue();
            using HttpResponseMessage answer = await server.Client.SendAsync(request, Cancel);
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, trace);
        }
        using var own = new HttpRequestMessage(HttpMethod.Get, "/api/calls");
        foreach ((string name, string value) in new[] { ("User-Agent", "Mozilla/5.0"), ("Accept-Language", "en"), ("Sec-Fetch-Site", "same-origin"), ("X-Requested-With", "fetch"), ("Referer", "http://localhost/"), ("DNT", "1") }) own.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage ours = await server.Client.SendAsync(own, Cancel);
        ours.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Through_a_tunnel_only_the_carrier_s_routes_and_healthz_answer()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        string[] paths = [.. server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == true)
            .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/').Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal))
            .Where(p => !p.StartsWith("/twilio", StringComparison.Ordinal) && p != "/healthz").Distinct()];
        paths.ShouldContain("/metrics");
        paths.ShouldContain("/api/calls/");
        paths.Length.ShouldBeGreaterThan(8);
        foreach (string path in paths.Append("/"))
            foreach ((string? host, string? header) in new (string?, string?)[] { ("calls.example.com", null), (null, "X-Forwarded-For"), (null, "X-Forwarded-Host"), (null, "Via") })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                if (host is not null) request.Headers.Host = host;
                if (header is not null) request.Headers.TryAddWithoutValidation(header, header == "Via" ? "1.1 proxy" : "203.0.113.7");
                using HttpResponseMessage answer = await server.Client.SendAsync(request, Cancel);
                answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, $"{path} with Host {host} {header}");
            }
        using var health = new HttpRequestMessage(HttpMethod.Get, "/healthz");
        health.Headers.Host = "calls.example.com";
        using HttpResponseMessage alive = await server.Client.SendAsync(health, Cancel);
        alive.StatusCode.ShouldBe(HttpStatusCode.OK);
        using HttpResponseMessage voice = await server.PostAsync(CarrierClient.Voice, EarshotTestServer.AuthToken, "calls.example.com", ("CallSid", "CA1"));
        voice.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await voice.Content.ReadAsStringAsync(Cancel)).ShouldContain("wss://calls.example.com/twilio/media");
    }

    [Fact]
    public async Task Signatures_are_checked_against_the_public_address_where_it_is_set()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => s.Server.PublicBaseUrl = "https://calls.example.com/base");
        KeyValuePair<string, string>[] form = [KeyValuePair.Create("CallSid", "CA1")];
        foreach ((string url, int status) in new[] { ("https://calls.example.com/base/twilio/voice", 200), (server.BaseAddress + "twilio/voice", 403), ("https://calls.example.com/twilio/voice", 403) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, CarrierClient.Voice) { Content = new FormUrlEncodedContent(form) };
            request.Headers.Add(CarrierSignature.HeaderName, CarrierSignature.Compute(EarshotTestServer.AuthToken, url, form));
            using HttpResponseMessage answer = await server.Client.SendAsync(request, Cancel);
            ((int)answer.StatusCode).ShouldBe(status, url);
            if (status == 200) (await answer.Content.ReadAsStringAsync(Cancel)).ShouldContain("wss://calls.example.com/base/twilio/media");
        }
    }
}
