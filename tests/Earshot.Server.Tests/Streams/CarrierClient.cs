using Earshot.Engine.MediaStreams;
using Earshot.Testing;

namespace Earshot.Server.Tests.Streams;

/// <summary>Posts forms as the carrier does.</summary>
internal static class CarrierClient
{
    public const string Voice = "/twilio/voice";
    public const string Status = "/twilio/status";

    /// <summary>A signed form; with another token, or none, as the test wants.</summary>
    public static async Task<HttpResponseMessage> PostAsync(this EarshotTestServer server, string path, string? token, string? host, params (string Name, string Value)[] form)
    {
        KeyValuePair<string, string>[] pairs = [.. form.Select(f => KeyValuePair.Create(f.Name, f.Value))];
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(pairs) };
        if (host is not null) request.Headers.Host = host;
        string scheme = host is null ? "http" : "https";
        if (token is not null) request.Headers.Add(CarrierSignature.HeaderName, CarrierSignature.Compute(token, $"{scheme}://{host ?? server.BaseAddress.Authority}{path}", pairs));
        return await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static Task<HttpResponseMessage> PostAsync(this EarshotTestServer server, string path, params (string Name, string Value)[] form) =>
        server.PostAsync(path, EarshotTestServer.AuthToken, null, form);
}
