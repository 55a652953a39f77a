using System.CommandLine;
using Earshot.Server;
using Earshot.Server.Access;
using Earshot.Server.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot serve</c>.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var urls = new Option<string?>("--urls") { Description = "Addresses to listen on (default http://127.0.0.1:5080)", HelpName = "URLS" };
        Option<string?> recordings = CommonOptions.Recordings(), data = CommonOptions.Data();
        Option<string[]> set = CommonOptions.Set();
        var command = new Command("serve", "Run the server") { urls, recordings, data, set };
        command.SetAction((parsed, cancellation) => Run(CommonOptions.Settings(parsed, recordings, data, set, urls), cancellation));
        return command;
    }

    private static async Task<int> Run(EarshotSettings? settings, CancellationToken cancellation)
    {
        if (settings is null) return ExitCodes.Config;
        if (BadAddress(settings) is { } bad)
        {
            Console.Error.WriteLine($"earshot: '{bad}' is not an address to listen on; write one such as http://127.0.0.1:5080");
            return ExitCodes.Config;
        }
        if (PublicAddress(settings) is { } address)
        {
            Console.Error.WriteLine($"earshot: '{address}' can be reached from other machines, and sign-in is not built yet. Listen on http://127.0.0.1:5080 and put a tunnel or a proxy in front: the carrier's routes work through it.");
            return ExitCodes.Config;
        }
        WebApplication? started = await StartAsync(() => EarshotHost.Build(settings), "earshot", cancellation);
        if (started is null) return ExitCodes.Findings;
        await using WebApplication app = started;
        Console.Error.WriteLine($"Listening on {string.Join(", ", app.Urls)}");
        if (settings.Twilio is { AuthToken: "", ValidateSignatures: true }) Console.Error.WriteLine("TWILIO_AUTH_TOKEN is not set: /twilio/* answers 403 until it is. 'earshot doctor' says what else is missing.");
        await app.WaitForShutdownAsync(cancellation);
        return ExitCodes.Ok;
    }

    /// <summary>Builds and starts a server. Null, after saying in one line why, when it cannot start.</summary>
    public static async Task<WebApplication?> StartAsync(Func<WebApplication> build, string command, CancellationToken cancellation)
    {
        WebApplication? app = null;
        try
        {
            app = build();
            await app.StartAsync(cancellation);
            return app;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or NotSupportedException or UnauthorizedAccessException or System.Net.Sockets.SocketException or Microsoft.Data.Sqlite.SqliteException)
        {
            Console.Error.WriteLine($"{command}: {e.Message}{(e is IOException ? " Choose another address with --urls." : "")}");
            if (app is not null) await app.DisposeAsync();
            return null;
        }
    }

    private static string[] Addresses(EarshotSettings settings) =>
        settings.Server.Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string? BadAddress(EarshotSettings settings) =>
        Addresses(settings).FirstOrDefault(u => !Uri.TryCreate(u, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0);

    private static string? PublicAddress(EarshotSettings settings) =>
        Addresses(settings).FirstOrDefault(u => !LocalAccess.IsLoopbackHost(new Uri(u).Host));
}
