using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;
using Earshot.Server.Access;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Earshot.Server.Operations;

/// <summary>At the start: says where recordings go and finishes what was cut off. At the end: seals every running file before the process goes.</summary>
internal sealed partial class StoreStartup(RecordingOptions options, TwilioOptions twilio, DataLock dataLock, IRecordingStorage storage, StreamRecovery recovery, LiveStreams live, CatalogWriter catalog, Earshot.Engine.Catalog.CallStore store, ILogger<StoreStartup> log)
    : IHostedLifecycleService
{
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(5);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        dataLock.Take();
        if (options.Enabled) Log.Enabled(log, storage.Location);
        else Log.Disabled(log);
        if (!twilio.ValidateSignatures) Log.Unsigned(log);
        store.Count(); // Opens the catalog: a wrong path is an error now, not at the first call.
        recovery.Run();
        return Task.CompletedTask;
    }

    /// <summary>Before the web server waits for its connections to end: ends them in order, so that every file is sealed.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        live.Closing = true; // Before the look at what runs: a stream that opens now sees it and ends itself.
        StreamSession[] running = [.. live.All];
        if (running.Length > 0) Log.Sealing(log, running.Length);
        foreach (StreamSession session in running) session.End(EndReason.ServerStopped);
        await Task.WhenAll(running.Concat(live.Finishing).Select(s => s.Stored)).WaitAsync(cancellationToken); // Those that had just ended as well.
    }

    /// <summary>The web server has stopped: nothing new can have come but what came in that moment.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        using var last = new CancellationTokenSource(LastWait, TimeProvider.System); // The host's own patience may be spent.
        await StoppingAsync(last.Token);
        await catalog.DisposeAsync().AsTask().WaitAsync(last.Token);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(EventId = 6201, Level = LogLevel.Information, Message = "Audio recording ENABLED - files will be saved to: {Path}")]
        public static partial void Enabled(ILogger logger, string path);

        [LoggerMessage(EventId = 6202, Level = LogLevel.Information, Message = "Audio recording DISABLED")]
        public static partial void Disabled(ILogger logger);

        [LoggerMessage(EventId = 6203, Level = LogLevel.Warning, Message = "Signatures are NOT checked for requests from this machine (TWILIO_VALIDATE_SIGNATURES=false)")]
        public static partial void Unsigned(ILogger logger);

        [LoggerMessage(EventId = 6204, Level = LogLevel.Information, Message = "Stopping: sealing the files of {Count} running streams")]
        public static partial void Sealing(ILogger logger, int count);
    }
}
