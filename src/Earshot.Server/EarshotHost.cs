using Earshot.Server.Calls;
using Earshot.Server.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Earshot.Server;

/// <summary>The server as a program of its own.</summary>
internal static class EarshotHost
{
    private const string SettingsFile = "earshot.json";

    /// <summary>Time to seal running calls when the process is told to stop.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(25);

    /// <summary>All places that settings come from, weakest first: <c>earshot.json</c> in the working folder, the environment, flags.</summary>
    public static IConfigurationRoot Configuration(IEnumerable<KeyValuePair<string, string?>> flags) => new ConfigurationBuilder()
        .SetBasePath(Directory.GetCurrentDirectory())
        .AddJsonFile("appsettings.json", optional: true)
        .AddJsonFile(SettingsFile, optional: true)
        .AddEnvironmentVariables()
        .AddInMemoryCollection(flags.Select(f => KeyValuePair.Create($"{SettingsReader.Root}:{f.Key}", f.Value)))
        .Build();

    /// <summary>The server, ready to run.</summary>
    /// <param name="settings">Checked settings.</param>
    /// <param name="configureLogging">Where logs go; null is the console's standard error.</param>
    /// <param name="configureServices">Last word on the services, for tests and the demo.</param>
    public static WebApplication Build(EarshotSettings settings, Action<ILoggingBuilder>? configureLogging = null, Action<IServiceCollection>? configureServices = null)
    {
        // Empty: the usual builders watch the working folder for changed settings, and with it every recording that is written there.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.WebHost.UseKestrel();
        (configureLogging ?? StandardError)(builder.Logging);
        builder.Services.Configure<ConsoleLoggerOptions>(NeverWait);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning).AddFilter("Quartz", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // A start that fails is said by the command, in one line.
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
        });
        builder.WebHost.UseUrls(settings.Server.Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = StopTimeout);
        builder.Services.AddEarshot(settings);
        configureServices?.Invoke(builder.Services);
        WebApplication app = builder.Build();
        app.UseExceptionHandler();
        PageEndpoints.MapMissing(EarshotExtensions.Routes(app));
        return app;
    }

    private static void StandardError(ILoggingBuilder logging) => logging
        .AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.TimestampFormat = "HH:mm:ss.fff ";
            o.UseUtcTimestamp = true;
        })
        .Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);

    /// <summary>A console that nobody reads drops lines and says how many: it holds up no thread, least of all the one that reads all calls.</summary>
    private static void NeverWait(ConsoleLoggerOptions console) => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
}
