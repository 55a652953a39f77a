using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.Storage;
using Earshot.Server.Access;
using Earshot.Server.Layout;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Earshot.Server.Calls;

/// <summary>Registers and maps API and pages of calls.</summary>
internal static class CallServices
{
    /// <param name="services">Where to.</param>
    /// <param name="dataDirectory">Where the keys of forms are kept, unless the application keeps them elsewhere.</param>
    public static IServiceCollection AddCallPages(this IServiceCollection services, string dataDirectory)
    {
        services.AddDataProtection();
        services.AddOptions<KeyManagementOptions>().PostConfigure<ILoggerFactory>((o, logs) => o.XmlRepository ??= new FileSystemXmlRepository(PrivateFolder.Create(Path.Combine(dataDirectory, "keys")), logs));
        services.AddLogging(l => l.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error)); // It warns that keys in a private folder are not encrypted.
        services.AddRazorComponents();
        services.AddAntiforgery(o => o.Cookie.Name = "earshot-form");
        services.AddOpenApi("v1", o => o.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Earshot";
            document.Info.Description = "Recorded and running calls, their audio, figures and events.";
            return Task.CompletedTask;
        }));
        services.AddSingleton<CallPages>();
        services.AddSingleton<JournalExport>();
        services.AddSingleton<LiveCalls>();
        services.AddSingleton<CallReader>();
        services.AddSingleton<PeakCache>();
        services.AddSingleton<Listenings>();
        services.AddSingleton<CallEndpoints>();
        services.AddSingleton<RecordingEndpoints>();
        services.AddSingleton<TimelineEndpoints>();
        services.AddSingleton<PageEndpoints>();
        services.AddSingleton<AnalysisReader>();
        services.AddSingleton<AnalysisEndpoints>();
        services.AddSingleton<LiveComparisons>().AddSingleton<TranscriptReader>();
        services.AddSingleton<TranscriptEndpoints>();
        services.AddSingleton<TranscriptSocket>();
        return services;
    }

    public static void MapCallPages(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi();
        AssetEndpoints.Map(routes);
        RouteGroupBuilder api = routes.MapGroup("").AddEndpointFilterFactory(QueryNumbers.Explain);
        routes.ServiceProvider.GetRequiredService<CallEndpoints>().Map(api);
        routes.ServiceProvider.GetRequiredService<RecordingEndpoints>().Map(api);
        routes.ServiceProvider.GetRequiredService<TimelineEndpoints>().Map(api);
        routes.ServiceProvider.GetRequiredService<AnalysisEndpoints>().Map(api);
        routes.ServiceProvider.GetRequiredService<TranscriptEndpoints>().Map(api);
        routes.ServiceProvider.GetRequiredService<TranscriptSocket>().Map(routes);
        routes.ServiceProvider.GetRequiredService<PageEndpoints>().Map(routes);
    }
}
