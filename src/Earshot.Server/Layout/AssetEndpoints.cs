using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Earshot.Server.Layout;

/// <summary>Style sheet, script and icon, out of the assembly. Their address carries their hash, so browsers may keep them.</summary>
internal static class AssetEndpoints
{
    private const string Prefix = "assets/";
    private const string KeepForEver = "public, max-age=31536000, immutable";

    private static readonly FrozenDictionary<string, Asset> Assets = Load();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/assets/{name}", [HttpMethods.Get, HttpMethods.Head], Get).ExcludeFromDescription();
        routes.MapGet("/favicon.ico", () => Results.Redirect(Url("icon.svg"), permanent: false)).ExcludeFromDescription();
    }

    /// <summary>The address of an asset in its present version.</summary>
    public static string Url(string name) => $"/{Prefix}{name}?v={Assets[name].Hash[..12]}";

    private static IResult Get(HttpContext context, string name, string? v)
    {
        if (!Assets.TryGetValue(name, out Asset? asset)) return Results.Problem(title: "No such asset", detail: "It belongs to another version of the page; load the page again.", statusCode: 404);
        context.Response.Headers.CacheControl = v is not null && asset.Hash.StartsWith(v, StringComparison.Ordinal) && v.Length >= 12 ? KeepForEver : "no-cache";
        return Results.Bytes(asset.Content, asset.Type, entityTag: new EntityTagHeaderValue($"\"{asset.Hash}\""));
    }

    private static FrozenDictionary<string, Asset> Load()
    {
        System.Reflection.Assembly assembly = typeof(AssetEndpoints).Assembly;
        return assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).ToFrozenDictionary(n => n[Prefix.Length..], n =>
        {
            using Stream stream = assembly.GetManifestResourceStream(n)!;
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            return new Asset(content, TypeOf(n), Convert.ToHexStringLower(SHA256.HashData(content)));
        });
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };

    private sealed record Asset(byte[] Content, string Type, string Hash);
}
