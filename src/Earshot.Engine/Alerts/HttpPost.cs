namespace Earshot.Engine.Alerts;

/// <summary>Posts JSON to an address of the settings. Redirects are not followed: the address is the operator's, where it leads to is not.</summary>
internal sealed class HttpPost : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The address without what may be secret in it.</summary>
    public static string Shown(string url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? address) ? $"{address.Scheme}://{address.Authority}/…" : url;

    /// <exception cref="AlertDeliveryException">It was not taken.</exception>
    public async Task SendAsync(string url, byte[] json, IEnumerable<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(json) };
        request.Content.Headers.ContentType = new("application/json") { CharSet = "utf-8" };
        request.Headers.UserAgent.ParseAdd("Earshot");
        foreach ((string name, string value) in headers) request.Headers.Add(name, value);
        try
        {
            using HttpResponseMessage answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!answer.IsSuccessStatusCode) throw new AlertDeliveryException($"{Shown(url)} answered {(int)answer.StatusCode} {answer.ReasonPhrase}".TrimEnd());
        }
        catch (HttpRequestException e)
        {
            throw new AlertDeliveryException($"{Shown(url)}: {e.Message}", e);
        }
    }

    public void Dispose() => http.Dispose();
}
