namespace Earshot.Server.Access;

/// <summary>Where the server is and what it keeps beside the recordings.</summary>
internal sealed class ServerOptions
{
    /// <summary>Addresses to listen on, separated by semicolons.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:5080";

    /// <summary>The first of <see cref="Urls"/>.</summary>
    public string FirstUrl() => Urls.Split(';')[0].Trim().TrimEnd('/');

    /// <summary>How the world reaches this server, for example <c>https://calls.example.com</c>. The carrier's signatures are checked against it.</summary>
    public string PublicBaseUrl { get; set; } = "";

    /// <summary>The folder of catalog, keys and access log.</summary>
    public string DataDirectory { get; set; } = "earshot_data";
}
