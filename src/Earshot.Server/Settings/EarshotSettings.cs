using Earshot.Engine;
using Earshot.Engine.Alerts;
using Earshot.Engine.Analysis;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.Jobs;
using Earshot.Engine.Recording;
using Earshot.Engine.Transcription;
using Earshot.Server.Access;
using Earshot.Server.Streams;
using Earshot.Server.Taps;
using Earshot.Server.Transport;

namespace Earshot.Server.Settings;

/// <summary>All settings; each property is a section under <c>Earshot</c>.</summary>
internal sealed class EarshotSettings
{
    public ServerOptions Server { get; } = new();
    public RecordingOptions Recording { get; } = new();
    public SpeakerOptions Speakers { get; } = new();
    public VoiceOptions Voice { get; } = new();
    public TwilioOptions Twilio { get; } = new();
    public IngestOptions Ingest { get; } = new();
    public CatalogOptions Database { get; } = new();
    /// <summary>Bots behind the tap, by name.</summary>
    public Dictionary<string, BotOptions> Bots { get; } = new(StringComparer.OrdinalIgnoreCase);

    public AnalysisOptions Analysis { get; } = new();
    public JobsOptions Jobs { get; } = new();
    public AlertOptions Alerts { get; } = new();
    public TranscriptionOptions Transcription { get; } = new();
    public TransportOptions Transport { get; } = new();

    /// <summary>The options of the engine's rooms, with defaults that one room takes from another filled in.</summary>
    public EngineOptions ForEngine()
    {
        if (Alerts.LinkBase.Length == 0) Alerts.LinkBase = Server.FirstUrl();
        return new EngineOptions(Recording, Ingest, Speakers, Analysis, Jobs, CatalogUrl, Server.DataDirectory) { Alerts = Alerts, Transcription = Transcription };
    }

    /// <summary>The catalog's address with its default filled in.</summary>
    public string CatalogUrl => Database.Url.Length > 0 ? Database.Url : "sqlite:" + Path.Combine(Server.DataDirectory, "earshot.db");
}
