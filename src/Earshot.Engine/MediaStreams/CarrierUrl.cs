namespace Earshot.Engine.MediaStreams;

/// <summary>The URLs under which the carrier may have signed a request.</summary>
internal static class CarrierUrl
{
    /// <summary>
    /// Every spelling to try: with and without the port (given or default), with and without a slash at the path's end, the host in
    /// its own letter case and in lower case. With a public base URL it alone gives scheme, host and the path's beginning; without
    /// one, and on an unencrypted connection, the secure scheme is tried too, since TLS may end in front of us.
    /// </summary>
    /// <param name="scheme">http, https, ws or wss, as the request came.</param>
    /// <param name="host">The Host header: host, maybe with a port.</param>
    /// <param name="path">The raw path of the request line (escapes untouched).</param>
    /// <param name="query">The raw query, empty or with its question mark.</param>
    /// <param name="publicBaseUrl">PUBLIC_BASE_URL, null or empty where it is not set.</param>
    /// <param name="isWebSocket">A WebSocket upgrade is signed over the ws or wss URL.</param>
    public static IReadOnlyList<string> Candidates(
        string scheme, string host, string path, string query, string? publicBaseUrl, bool isWebSocket)
    {
        string prefix = "";
        bool secure = scheme is "https" or "wss";
        bool either = !secure;
        if (!string.IsNullOrEmpty(publicBaseUrl) && SplitBase(publicBaseUrl) is { } parts)
        {
            (secure, host, prefix) = parts;
            either = false;
        }

        var candidates = new List<string>(16);
        (string bare, string port) = SplitPort(host);
        string whole = prefix + (path.StartsWith('/') || path.Length == 0 ? path : "/" + path);
        string slashed = whole.EndsWith('/') ? whole : whole + "/";
        string plain = whole.EndsWith('/') ? whole[..^1] : whole;
        string[] hosts = bare.Any(char.IsUpper) ? [bare, bare.ToLowerInvariant()] : [bare];
        foreach (bool tls in either ? [false, true] : (bool[])[secure])
        {
            string name = (isWebSocket, tls) switch
            {
                (true, true) => "wss",
                (true, false) => "ws",
                (false, true) => "https",
                (false, false) => "http",
            };
            foreach (string spelling in hosts)
            {
                foreach (string address in Ports(spelling, port, tls))
                {
                    candidates.Add($"{name}://{address}{whole}{query}");
                    candidates.Add($"{name}://{address}{(whole.EndsWith('/') ? plain : slashed)}{query}");
                }
            }
        }

        return candidates;
    }

    private static IEnumerable<string> Ports(string host, string port, bool tls)
    {
        string usual = tls ? ":443" : ":80";
        yield return host;
        yield return host + (port.Length == 0 ? usual : port);
        if (port.Length != 0 && port != usual)
        {
            // A proxy in front listens on the scheme's own port and names ours in the Host header.
            yield return host + usual;
        }
    }

    /// <summary>Splits by hand: Uri would write the host in lower case.</summary>
    private static (bool Secure, string Authority, string Path)? SplitBase(string url)
    {
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return null;
        }

        string rest = url[(scheme + 3)..];
        int end = rest.AsSpan().IndexOfAny("/?#");
        string authority = end < 0 ? rest : rest[..end];
        string path = end < 0 ? "" : rest[end..];
        int cut = path.AsSpan().IndexOfAny("?#");
        path = (cut < 0 ? path : path[..cut]).TrimEnd('/');
        string name = url[..scheme];
        bool secure = name.Equals("https", StringComparison.OrdinalIgnoreCase) || name.Equals("wss", StringComparison.OrdinalIgnoreCase);
        return authority.Length == 0 ? null : (secure, authority, path);
    }

    private static (string Host, string Port) SplitPort(string authority)
    {
        int colon = authority.LastIndexOf(':');
        return colon < 0 || authority.IndexOf(']', colon) >= 0 || authority.IndexOf('@', colon) >= 0
            ? (authority, "")
            : (authority[..colon], authority[colon..]);
    }

    /// <summary>Over TLS the port is dropped before signing, else it is kept; the rest stands as it was written.</summary>
    public static string Signed(string url)
    {
        int hash = url.IndexOf('#', StringComparison.Ordinal);
        url = hash < 0 ? url : url[..hash];
        var uri = new Uri(url);
        if (uri.Scheme is not ("https" or "wss"))
        {
            return url;
        }

        int start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        int end = url.AsSpan(start).IndexOfAny("/?");
        end = end < 0 ? url.Length : start + end;
        string authority = url[start..end];
        int colon = authority.LastIndexOf(':');
        return colon <= authority.LastIndexOf(']') || colon < authority.LastIndexOf('@') ? url : url[..(start + colon)] + url[end..];
    }
}
