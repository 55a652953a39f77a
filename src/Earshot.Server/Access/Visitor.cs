using Earshot.Engine.Access;
using Microsoft.AspNetCore.Http;

namespace Earshot.Server.Access;

/// <summary>Who sends a request. Until people can sign in it is whoever sits at this machine.</summary>
internal static class Visitor
{
    public static Principal Of(HttpContext context) => new("local", context.Connection.RemoteIpAddress?.ToString() ?? "");
}
