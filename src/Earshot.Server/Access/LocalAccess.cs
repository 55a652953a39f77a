using System.Net;
using Microsoft.AspNetCore.Http;

namespace Earshot.Server.Access;

/// <summary>Until people can sign in, pages and API are for this machine's own browser and programs. A tunnel or proxy makes every stranger look local, so its traces count as foreign.</summary>
internal static class LocalAccess
{
    /// <summary>Headers by which proxies, tunnels and content networks tell whom they speak for, and that no browser sends by itself.</summary>
    private static readonly HashSet<string> ForwardingHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Forwarded", "Forwarded-For", "X-Forwarded", "Via", "Client-IP", "True-Client-IP", "X-Client-IP", "X-Cluster-Client-IP", "Proxy-Client-IP", "WL-Proxy-Client-IP", "X-ProxyUser-IP",
        "X-Real-IP", "X-Real-Port", "X-Remote-IP", "X-Remote-Addr", "X-Originating-IP", "X-Host", "X-Scheme", "X-Url-Scheme", "X-Rewrite-URL", "X-Envoy-External-Address", "X-Envoy-Original-Path",
        "CDN-Loop", "DO-Connecting-IP", "Fastly-Client-IP", "Fly-Client-IP", "X-Azure-ClientIP", "X-Azure-SocketIP", "X-Appengine-User-IP", "X-Amzn-Trace-Id", "X-Amz-Cf-Id", "X-Nf-Client-Connection-IP", "X-Vercel-Id",
    };

    /// <summary>How the names of whole families of them begin.</summary>
    private static readonly string[] ForwardingFamilies = ["X-Forwarded-", "X-Original-", "X-ARR-", "CF-", "Ngrok-", "Tailscale-"];

    /// <summary>True when the request came straight from this machine, and was meant for it.</summary>
    public static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote)
        && !HttpProtocol.IsHttp10(context.Request.Protocol) // Spoken by proxies that were told nothing else, and by no browser.
        && IsLoopbackHost(context.Request.Host.Host)
        && !context.Request.Headers.Keys.Any(IsForwarding);

    /// <summary>True for <c>localhost</c> and loopback addresses.</summary>
    public static bool IsLoopbackHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    private static bool IsForwarding(string header) =>
        ForwardingHeaders.Contains(header) || ForwardingFamilies.Any(f => header.StartsWith(f, StringComparison.OrdinalIgnoreCase));

    /// <summary>Lets foreign requests through to the carrier's routes and <c>/healthz</c> alone; a change must come from our own pages.</summary>
    public static async Task Guard(HttpContext context, RequestDelegate next)
    {
        PathString path = context.Request.Path;
        if (path.StartsWithSegments("/twilio") || path == "/healthz")
        {
            await next(context);
            return;
        }
        if (!IsLocal(context))
        {
            await Refuse(context, "This page and its API answer only to the machine that Earshot runs on",
                "Sign-in is not built yet, so only requests sent straight to localhost are answered. Open http://127.0.0.1:5080 on that machine, or forward a port to it with ssh -L.");
            return;
        }
        bool changes = !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method) && !HttpMethods.IsOptions(context.Request.Method);
        if (changes && !IsOwnOrigin(context))
        {
            await Refuse(context, "A change was asked for by another site", "The Origin of the request is not this server's own address.");
            return;
        }
        await next(context);
    }

    /// <summary>True when the request comes from one of our own pages, or from no browser.</summary>
    public static bool IsOwnOrigin(HttpContext context)
    {
        string origin = context.Request.Headers.Origin.ToString();
        return origin.Length == 0
            ? context.Request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none"
            : Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Authority.Equals(context.Request.Host.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    private static Task Refuse(HttpContext context, string title, string detail) =>
        Results.Problem(title: title, detail: detail, statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context);
}
