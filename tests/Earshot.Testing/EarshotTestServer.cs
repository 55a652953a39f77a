using Earshot.Audio.Detection;
using Earshot.Engine.Ingest;
using Earshot.Server;
using Earshot.Server.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Earshot.Testing;

/// <summary>A whole server with folders and a port of its own.</summary>
internal sealed class EarshotTestServer : IAsyncDisposable
{
    public const string AuthToken = "token-of-the-test-server";

    private readonly WebApplication app;
    private readonly TemporaryFolder folder;

    private EarshotTestServer(WebApplication app, TemporaryFolder folder)
    {
        (this.app, this.folder) = (app, folder);
        BaseAddress = new Uri(app.Urls.First());
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = BaseAddress };
    }

    /// <summary>Where it listens.</summary>
    public Uri BaseAddress { get; }

    /// <summary>Speaks to it; follows no redirects.</summary>
    public HttpClient Client { get; }

    /// <summary>The folder of the recordings.</summary>
    public string Recordings => folder.Sub("recordings");

    /// <summary>The folder of catalog, keys and access log.</summary>
    public string Data => folder.Sub("data");

    public T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    /// <summary>Starts a server on a free port of loopback.</summary>
    /// <param name="configure">Changes settings.</param>
    /// <param name="services">Has the last word on the services.</param>
    public static async Task<EarshotTestServer> StartAsync(Action<EarshotSettings>? configure = null, Action<IServiceCollection>? services = null)
    {
        var folder = new TemporaryFolder();
        var settings = new EarshotSettings();
        settings.Server.Urls = "http://127.0.0.1:0";
        settings.Server.DataDirectory = folder.Sub("data");
        settings.Recording.Directory = folder.Sub("recordings");
        settings.Twilio.AuthToken = AuthToken;
        settings.Jobs.StartDelay = TimeSpan.Zero;
        settings.Analysis.VoiceActivity = EnergySpeech.DetectorName; // What tests play is seldom speech.
        configure?.Invoke(settings);
        WebApplication app = EarshotHost.Build(settings, logging => logging.SetMinimumLevel(LogLevel.None), services);
        await app.StartAsync();
        return new EarshotTestServer(app, folder);
    }

    /// <summary>A media socket's session, without the socket.</summary>
    public StreamSession Open() => Get<StreamServices>().Open(0);

    /// <summary>Stops it in order, as a signal does.</summary>
    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync(); // The scheduler of the work after calls ends with the host, not with its disposal.
        await app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        folder.Dispose();
    }
}
