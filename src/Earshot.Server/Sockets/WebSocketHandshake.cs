using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Earshot.Server.Sockets;

/// <summary>The opening handshake (RFC 6455, 4.2), without extensions: messages are never compressed.</summary>
internal static class WebSocketHandshake
{
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private const int KeyBytes = 16;

    /// <summary>Answers 426 with the reason where the request is not an opening handshake that can be answered. True when it did.</summary>
    /// <param name="context">The request.</param>
    /// <param name="title">What the address takes.</param>
    public static async Task<bool> RefusesAsync(HttpContext context, string title)
    {
        if (Refusal(context) is not { } why) return false;
        context.Response.Headers.Upgrade = "websocket";
        await Results.Problem(title: title, detail: why, statusCode: StatusCodes.Status426UpgradeRequired).ExecuteAsync(context);
        return true;
    }

    private static string? Refusal(HttpContext context)
    {
        IHeaderDictionary headers = context.Request.Headers;
        if (!HttpMethods.IsGet(context.Request.Method)) return "a WebSocket is opened with GET";
        if (!headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase)) return "this address takes WebSocket connections: the header 'Upgrade: websocket' is missing";
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true }) return "this connection cannot be upgraded: a proxy may have dropped 'Connection: Upgrade', or it is not HTTP/1.1";
        if (headers.SecWebSocketVersion != "13") return "only Sec-WebSocket-Version 13 is spoken here";
        Span<byte> key = stackalloc byte[KeyBytes];
        return Convert.TryFromBase64String(headers.SecWebSocketKey.ToString(), key, out int length) && length == KeyBytes ? null : "the header Sec-WebSocket-Key is missing or not 16 bytes in base64";
    }

    /// <summary>Answers 101 and gives the connection's stream.</summary>
    public static async Task<Stream> AcceptAsync(HttpContext context)
    {
        string key = context.Request.Headers.SecWebSocketKey.ToString();
        IHeaderDictionary headers = context.Response.Headers;
        headers.Connection = HeaderNames.Upgrade;
        headers.Upgrade = "websocket";
        headers.SecWebSocketAccept = Accept(key);
        return await context.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync();
    }

    /// <summary>The answer to a key; SHA-1 is the protocol's choice and guards nothing here.</summary>
    public static string Accept(string key)
    {
#pragma warning disable CA5350
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid)));
#pragma warning restore CA5350
    }
}
