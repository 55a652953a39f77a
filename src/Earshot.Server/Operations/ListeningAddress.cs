using Earshot.Engine.Alerts;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;
using Earshot.Server.Access;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;

namespace Earshot.Server.Operations;

/// <summary>Where the server really listens, which a port of 0 or an application around Earshot leaves open until it runs: links in alerts lead there unless <c>Alerts:LinkBase</c> says otherwise, and the command line finds it in the data folder.</summary>
internal sealed class ListeningAddress(IServer web, AlertOptions alerts, ServerOptions server) : IHostedLifecycleService
{
    private const string FileName = "earshot.address";
    private static readonly string[] AnyHost = ["[::]", "0.0.0.0", "*", "+"];

    /// <summary>The address of the server that runs over these folders; null when none runs, or it could not write its address down.</summary>
    public static string? OfRunning(ServerOptions server, RecordingOptions recording)
    {
        try
        {
            string path = Path.Combine(server.DataDirectory, FileName);
            return File.Exists(path) && DataLock.IsHeld(server, recording) && File.ReadAllText(path).Trim() is { Length: > 0 } address ? address : null; // A killed server leaves the file behind.
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            return null;
        }
    }

    /// <summary>An address that was bound, as a browser on this machine opens it.</summary>
    public static string ForBrowser(string bound)
    {
        foreach (string host in AnyHost) bound = bound.Replace($"://{host}", "://localhost", StringComparison.Ordinal);
        return bound.TrimEnd('/');
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (web.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is not { } bound) return Task.CompletedTask;
        string address = ForBrowser(bound);
        if (alerts.LinkBase == server.FirstUrl()) alerts.LinkBase = address;
        try
        {
            File.WriteAllText(Path.Combine(server.DataDirectory, FileName), address + "\n");
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            // The command line then takes the settings' word for it.
        }
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
