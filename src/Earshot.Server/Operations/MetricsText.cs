using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Earshot.Engine.Catalog;
using Earshot.Engine.Diagnostics;
using Earshot.Engine.Ingest;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;

namespace Earshot.Server.Operations;

/// <summary>The meters in the text form that scrapers read.</summary>
internal sealed class MetricsText : IDisposable
{
    private readonly ConcurrentDictionary<Instrument, long> totals = new();
    private readonly MeterListener listener = new();
    private readonly DelayHistogram tapDelay;
    private readonly LiveStreams live;
    private readonly RecordingWriters writers;
    private readonly IRecordingStorage storage;
    private readonly AlertStore alerts;

    public MetricsText(EarshotMeters meters, LiveStreams live, RecordingWriters writers, IRecordingStorage storage, AlertStore alerts)
    {
        tapDelay = meters.TapDelay;
        (this.live, this.writers, this.storage, this.alerts) = (live, writers, storage, alerts);
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name != EarshotMeters.Name) return;
            totals[instrument] = 0;
            l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => totals.AddOrUpdate(instrument, static (_, added) => added, static (_, sum, added) => sum + added, value));
        listener.Start();
    }

    public string Render()
    {
        var text = new StringBuilder();
        foreach ((Instrument instrument, long total) in totals.OrderBy(t => t.Key.Name, StringComparer.Ordinal))
            Write(text, instrument.Name.Replace('.', '_') + "_total", "counter", instrument.Description ?? "", total);
        Write(text, "earshot_streams_running", "gauge", "Streams that run now", live.Count);
        Write(text, "earshot_streams_in_trouble", "gauge", "Streams whose disk does not take their audio", writers.StreamsInTrouble);
        Write(text, "earshot_tap_messages_total", "counter", "Messages that the tap handed on", tapDelay.Count);
        Write(text, "earshot_tap_delay_p50_microseconds", "gauge", "What the tap adds to a message's way, median since the start", (long)(tapDelay.PercentileMs(0.5) * 1000));
        Write(text, "earshot_tap_delay_p99_microseconds", "gauge", "What the tap adds to a message's way, 99 % since the start", (long)(tapDelay.PercentileMs(0.99) * 1000));
        Write(text, "earshot_tap_delay_max_microseconds", "gauge", "What the tap added to a message's way at most", (long)(tapDelay.MaxMs * 1000));
        Write(text, "earshot_alerts_open", "gauge", "Alerts that are open", alerts.CountOpen());
        Write(text, "earshot_storage_free_bytes", "gauge", "Room left for recordings", FreeBytes());
        return text.ToString();
    }

    public void Dispose() => listener.Dispose();

    private long FreeBytes()
    {
        try { return storage.FreeBytes; }
        catch (Exception e) when (StorageFault.Is(e)) { return 0; }
    }

    private static void Write(StringBuilder text, string name, string type, string help, long value) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n{name} {value}\n");
}
