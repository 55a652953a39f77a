using Microsoft.AspNetCore.Http;

namespace Earshot.Server.Layout;

/// <summary>What every answer tells the browser: run and load nothing that is not ours.</summary>
internal static class SecurityHeaders
{
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static Task Add(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin"; // With no-referrer a browser sends our own forms with Origin null, and they would be refused.
        return next(context);
    }
}
