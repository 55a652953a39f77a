using Earshot.Engine.Analysis;
using Earshot.Engine.Jobs;
using Earshot.Engine;
using Earshot.Engine.Ingest;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Earshot.Testing;

/// <summary>The engine as a server puts it together, over storage of the test's choice and a catalog of its own.</summary>
internal sealed class EngineRig : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ServiceProvider services;

    public EngineRig(IRecordingStorage? storage = null, TimeProvider? time = null, Action<EngineOptions>? configure = null, string? catalog = null)
    {
        Options = new EngineOptions(new RecordingOptions { Directory = folder.Sub("recordings") }, new IngestOptions(), new SpeakerOptions(), new AnalysisOptions(), new JobsOptions(), catalog ?? "sqlite:" + folder.Sub("earshot.db"), folder.Sub("data"));
        configure?.Invoke(Options);
        IServiceCollection collection = new ServiceCollection().AddLogging(l => l.SetMinimumLevel(LogLevel.None)).AddEngine(Options);
        if (storage is not null) collection.AddSingleton(storage);
        if (time is not null) collection.AddSingleton(time);
        services = collection.BuildServiceProvider();
    }

    public EngineOptions Options { get; }

    public IRecordingStorage Storage => Get<IRecordingStorage>();

    public ManifestStore Manifests => Get<ManifestStore>();

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    public StreamSession Open() => Get<StreamServices>().Open(0);

    /// <summary>All bytes of a file.</summary>
    public byte[] Bytes(string name)
    {
        using Stream stream = Storage.OpenRead(name);
        var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>The recordings of the only stream, by track.</summary>
    public IReadOnlyDictionary<string, (string Stem, RecordingManifest Manifest)> Recordings() =>
        Storage.List().Where(n => n.EndsWith(FileNames.Manifest, StringComparison.Ordinal) && !n.StartsWith(FileNames.CallPrefix, StringComparison.Ordinal))
            .Select(n => n[..^FileNames.Manifest.Length]).Select(stem => (Stem: stem, Manifest: Manifests.ReadRecording(stem)!))
            .ToDictionary(r => r.Manifest.Track, StringComparer.Ordinal);

    /// <summary>The only call manifest.</summary>
    public CallManifest Call() => Manifests.ReadCall(Manifests.CallStems().Single())!;

    /// <summary>All samples of a recording, its segments joined.</summary>
    public short[] Samples(RecordingManifest manifest) => [.. manifest.Segments.SelectMany(s => WaveAssert.Samples(Bytes(s.File), s.File))];

    /// <summary>One track rendered from the journal of the only stream.</summary>
    public byte[] Export(Earshot.Engine.Calls.Track track, ExportFormat format)
    {
        using var output = new MemoryStream();
        new JournalExport(Storage, Options.Ingest).Write(Manifests.CallStems().Single(), track, format, output);
        return output.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Dispose();
    }
}

/// <summary>Speaks to a session as a socket's reader does.</summary>
internal static class SessionDriver
{
    public static void Send(this StreamSession session, TimeProvider time, byte[] message) => session.Send(message, time.GetTimestamp());

    /// <summary>Hands a message in that arrived at <paramref name="ticks"/>.</summary>
    public static void Send(this StreamSession session, byte[] message, long ticks)
    {
        using (session.EnterReading()) session.OnText(message, ticks);
    }

    public static void Send(this StreamSession session, byte[] message) => session.Send(TimeProvider.System, message);

    public static void Send(this StreamSession session, IEnumerable<SyntheticFrame> frames)
    {
        foreach (SyntheticFrame frame in frames) session.Send(frame.Message);
    }

    /// <summary>Waits until the files are closed and the catalog has them.</summary>
    public static Task StoredAsync(this StreamSession session) => session.Stored.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
}
