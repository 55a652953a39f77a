using Earshot.Engine;
using Earshot.Engine.Access;
using Earshot.Engine.Transcription;
using Earshot.Server.Access;
using Earshot.Server.Agents;
using Earshot.Server.Alerts;
using Earshot.Server.Calls;
using Earshot.Server.Layout;
using Earshot.Server.Live;
using Earshot.Server.Operations;
using Earshot.Server.Settings;
using Earshot.Server.Streams;
using Earshot.Server.Taps;
using Earshot.Server.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Earshot.Server;

/// <summary>Earshot in an ASP.NET Core application: <c>builder.Services.AddEarshot(builder.Configuration)</c>, then <c>app.MapEarshot()</c>.</summary>
public static class EarshotExtensions
{
    /// <summary>Registers Earshot with the settings under <c>Earshot</c> and the plain environment names.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configuration">Where settings are read from.</param>
    /// <exception cref="InvalidOperationException">A setting is unknown or wrong; the message names every one.</exception>
    public static IServiceCollection AddEarshot(this IServiceCollection services, IConfiguration configuration)
    {
        SettingsResult read = SettingsReader.Read(configuration);
        if (read.Errors.Count > 0) throw new InvalidOperationException("Earshot's settings are wrong:" + Environment.NewLine + string.Join(Environment.NewLine, read.Errors));
        return services.AddEarshot(read.Settings);
    }

    internal static IServiceCollection AddEarshot(this IServiceCollection services, EarshotSettings settings)
    {
        services.AddSingleton(settings.Server).AddSingleton(settings.Twilio).AddSingleton(settings.Voice).AddSingleton(settings.Transport);
        EngineOptions engine = settings.ForEngine();
        services.AddEngine(engine);
        services.AddSingleton<CarrierGate>();
        services.AddSingleton<VoiceEndpoints>();
        services.AddSingleton<StreamEndpoint>();
        services.AddSingleton<AgentEndpoint>();
        services.AddSingleton<LiveFeed>();
        services.AddSingleton<LiveEndpoints>();
        services.AddSingleton(s => new ForkStarter(new HttpClient(), settings.Twilio, settings.Server));
        services.AddSingleton<ForkEndpoints>();
        services.AddSingleton(new BotDirectory(settings.Bots));
        services.AddSingleton<TapEndpoint>();
        services.AddSingleton<OperationsEndpoints>();
        services.AddSingleton<MetricsText>();
        services.AddSingleton<DataLock>();
        services.AddSingleton<LastAnswers>();
        services.AddSingleton<StorageTrouble>();
        services.AddHostedService<StoreStartup>();
        services.AddHostedService<StreamClock>();
        services.AddHostedService<Retention>();
        services.AddHostedService<ListeningAddress>();
        services.AddAfterWork(engine);
        services.AddLiveTranscription();
        services.AddAlerts();
        services.AddSingleton<AlertReader>();
        services.AddSingleton<AlertEndpoints>();
        services.AddCallPages(settings.Server.DataDirectory);
        services.AddProblemDetails();
        services.AddRouting();
        if (settings.Transport.ByTheClock)
        {
            services.TryAddSingleton<MediaSocketReader>();
            services.AddSingleton<IConnectionListenerFactory, MediaTransport>();
        }
        return services;
    }

    /// <summary>Maps the carrier's routes, the API and the pages, with their guards. Other routes of the application are left alone.</summary>
    /// <param name="app">The application.</param>
    public static WebApplication MapEarshot(this WebApplication app)
    {
        Routes(app);
        return app;
    }

    /// <summary>The same, for those who add routes that belong to Earshot.</summary>
    internal static RouteGroupBuilder Routes(WebApplication app)
    {
        CarrierGate gate = app.Services.GetRequiredService<CarrierGate>();
        LastAnswers answers = app.Services.GetRequiredService<LastAnswers>();
        StorageTrouble trouble = app.Services.GetRequiredService<StorageTrouble>();
        app.UseRouting();
        app.UseWhen(IsEarshots, guarded =>
        {
            guarded.Use(next => context => answers.Watch(context, next));
            guarded.Use(next => context => SecurityHeaders.Add(context, next));
            guarded.Use(next => context => trouble.Guard(context, next));
            guarded.Use(next => context => LocalAccess.Guard(context, next));
            guarded.UseWhen(c => c.Request.Path.StartsWithSegments("/twilio"), carrier => carrier.Use(next => context => gate.Guard(context, next)));
        });
        RouteGroupBuilder routes = app.MapGroup("").WithMetadata(new EarshotRoute());
        app.Services.GetRequiredService<VoiceEndpoints>().Map(routes);
        app.Services.GetRequiredService<StreamEndpoint>().Map(routes);
        app.Services.GetRequiredService<AgentEndpoint>().Map(routes);
        app.Services.GetRequiredService<LiveEndpoints>().Map(routes);
        app.Services.GetRequiredService<ForkEndpoints>().Map(routes);
        app.Services.GetRequiredService<TapEndpoint>().Map(routes);
        app.Services.GetRequiredService<OperationsEndpoints>().Map(routes);
        app.Services.GetRequiredService<AlertEndpoints>().Map(routes);
        routes.MapCallPages();
        ForgetDeleted(app.Services);
        return routes;
    }

    /// <summary>Whoever holds words of a call in memory lets them go when it is deleted.</summary>
    private static void ForgetDeleted(IServiceProvider services)
    {
        RecordingAccess access = services.GetRequiredService<RecordingAccess>();
        access.Deleted += services.GetRequiredService<LiveTranscription>().Forget;
        access.Deleted += services.GetRequiredService<AnswerMemory>().ForgetCall;
        access.Deleted += services.GetRequiredService<LiveComparisons>().Forget;
    }

    private static bool IsEarshots(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<EarshotRoute>() is not null;

    /// <summary>Marks a route as Earshot's: the guards stand before it.</summary>
    private sealed class EarshotRoute;
}
