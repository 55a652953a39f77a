using Earshot.Engine.Access;
using Earshot.Engine.AfterCall;
using Earshot.Engine.Agents;
using Earshot.Engine.Alerts;
using Earshot.Engine.Analysis;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Diagnostics;
using Earshot.Engine.Ingest;
using Earshot.Engine.Jobs;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;
using Earshot.Engine.Timeline;
using Earshot.Engine.Transcription;
using Earshot.Engine.VoiceActivity;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Earshot.Engine;

/// <summary>Puts the engine together; the only place that knows all rooms.</summary>
internal static class EngineServices
{
    /// <summary>Jobs that may run or wait for their place at the same moment: none of them is a thread.</summary>
    private const int JobsAtOnce = 10_000;

    /// <summary>Registers the store (storage, catalog, access), and what a live call needs.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="options">The options of every room.</param>
    public static IServiceCollection AddEngine(this IServiceCollection services, EngineOptions options)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(options.Recording).AddSingleton(options.Ingest).AddSingleton(options.Speakers);
        services.AddSingleton<EarshotMeters>();
        services.AddSingleton<IRecordingStorage>(_ => new FolderStorage(options.Recording.Directory));
        services.AddSingleton(_ => new CatalogDatabase(options.CatalogUrl));
        services.AddSingleton<CallStore>();
        services.AddSingleton<ManifestStore>();
        services.AddSingleton(s => new AccessLog(options.DataDirectory, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<RecordingAccess>();
        services.AddSingleton<StreamAlignment>();
        services.AddSingleton<TimelineReader>();
        services.AddSingleton<TimelineExport>();
        services.AddSingleton<Reindexer>();
        services.AddSingleton<WaveImport>();
        services.AddSingleton<ClosedStreams>().AddSingleton<StreamRecovery>();
        services.AddSingleton<RecordingWriters>();
        services.AddSingleton<LiveStreams>();
        services.AddSingleton<CallTickets>();
        services.AddSingleton<AgentDesk>();
        services.AddSingleton<CatalogWriter>();
        services.AddSingleton<CallLog>();
        services.AddSingleton<StreamCompletion>();
        services.AddSingleton(s => new StreamServices(
            options.Ingest, options.Recording, options.Speakers,
            s.GetRequiredService<IRecordingStorage>(),
            s.GetRequiredService<RecordingWriters>(),
            s.GetRequiredService<LiveStreams>(),
            s.GetRequiredService<CallTickets>(),
            s.GetRequiredService<StreamCompletion>(),
            s.GetRequiredService<CallLog>(),
            s.GetRequiredService<TimeProvider>(),
            [.. s.GetServices<IStreamHearing>()]));
        services.AddSingleton<AfterWorkStore>();
        services.AddSingleton<AnalysisStore>();
        services.AddSingleton(options.Analysis).AddSingleton(options.Jobs);
        services.AddSingleton(s => SpeechDetectors.Choose(options.Analysis.VoiceActivity, options.Analysis.SileroModel, options.Analysis.OnnxRuntime, s.GetRequiredService<ILogger<SpeechChoice>>()));
        services.AddSingleton(s => s.GetRequiredService<SpeechChoice>().Detector);
        services.AddSingleton<AlertStep>();
        services.AddSingleton<AnalysisStep>().AddSingleton<IAfterWorkStep>(s => s.GetRequiredService<AnalysisStep>());
        services.AddSingleton<IAfterWorkStep>(s => s.GetRequiredService<AlertStep>()); // Nobody is told late because an engine is slow; what the words add is looked at behind them.
        services.AddSingleton(options.Transcription);
        services.AddSingleton<TranscriptStore>();
        services.AddSingleton<Transcribers>();
        services.AddSingleton<TrackTranscriber>();
        services.AddSingleton<AnswerMemory>();
        services.AddSingleton<LiveTranscription>().AddSingleton<IStreamHearing>(s => s.GetRequiredService<LiveTranscription>());
        services.AddSingleton<TranscriptionStep>().AddSingleton<IAfterWorkStep>(s => s.GetRequiredService<TranscriptionStep>());
        services.AddSingleton(options.Alerts);
        services.AddSingleton<AlertStore>();
        services.AddSingleton<AlertRules>();
        services.AddSingleton<AlertBook>();
        services.AddSingleton<AlertDeliveries>();
        services.AddSingleton<IAfterWorkStep>(s => s.GetRequiredService<AlertStep>());
        return services;
    }

    /// <summary>Rules are looked at and messages are sent by themselves, in this process.</summary>
    public static IServiceCollection AddAlerts(this IServiceCollection services)
    {
        services.AddHostedService<AlertWatch>();
        services.AddHostedService<AlertSender>();
        return services;
    }

    /// <summary>Running calls are transcribed live, where the settings say so.</summary>
    public static IServiceCollection AddLiveTranscription(this IServiceCollection services) => services.AddHostedService(s => s.GetRequiredService<LiveTranscription>());

    /// <summary>The work after calls runs by itself, in this process. Jobs lie in a database of their own beside the catalog.</summary>
    public static IServiceCollection AddAfterWork(this IServiceCollection services, EngineOptions options)
    {
        if (!options.Jobs.Enabled) return services;
        string path = Path.Combine(Path.GetFullPath(options.DataDirectory), "jobs.db");
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler => scheduler.ShutdownJobInterruption = ShutdownJobInterruption.Always);
            quartz.UseDefaultThreadPool(JobsAtOnce); // AfterWorkPlaces says how many are worked on.
            quartz.UsePersistentStore(store =>
            {
                store.UseSqlite(SqliteFactory.Instance, new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ToString());
                store.ProvisionSchema();
                store.ConfigureStore(o => o.UseBackgroundThreads = true); // A look for misfires that waits for the database must not keep the process alive.
            });
        });
        services.AddQuartzHostedService(o =>
        {
            o.WaitForJobsToComplete = true;
            o.StartDelay = options.Jobs.StartDelay;
        });
        services.AddSingleton<AfterWorkPlaces>().AddHostedService<AfterWorkSweep>();
        return services;
    }
}

/// <summary>The options of every room of the engine.</summary>
internal sealed record EngineOptions(RecordingOptions Recording, IngestOptions Ingest, SpeakerOptions Speakers, AnalysisOptions Analysis, JobsOptions Jobs, string CatalogUrl, string DataDirectory)
{
    public AlertOptions Alerts { get; init; } = new();

    public TranscriptionOptions Transcription { get; init; } = new();
}
