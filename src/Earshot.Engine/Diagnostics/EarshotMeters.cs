using System.Diagnostics.Metrics;

namespace Earshot.Engine.Diagnostics;

/// <summary>The counters that operations watch.</summary>
internal sealed class EarshotMeters : IDisposable
{
    public const string Name = "Earshot";

    private readonly Meter meter = new(Name);

    public EarshotMeters()
    {
        StreamsAccepted = meter.CreateCounter<long>("earshot.streams.accepted", "{stream}", "Media sockets accepted");
        StreamsRefused = meter.CreateCounter<long>("earshot.requests.refused", "{request}", "Carrier requests refused: signature missing or wrong");
        StreamsEnded = meter.CreateCounter<long>("earshot.streams.ended", "{stream}", "Streams that ended");
        Frames = meter.CreateCounter<long>("earshot.frames.recorded", "{frame}", "Media frames placed in recordings (counted when a stream ends)");
        LostMs = meter.CreateCounter<long>("earshot.audio.lost", "ms", "Audio that never came and was filled with silence");
        Stalls = meter.CreateCounter<long>("earshot.delivery.stalls", "{stall}", "Delivery stalls with no audio lost");
        Duplicates = meter.CreateCounter<long>("earshot.frames.duplicate", "{frame}", "Frames that came twice");
        Malformed = meter.CreateCounter<long>("earshot.messages.malformed", "{message}", "Messages that could not be used");
        FilesCreated = meter.CreateCounter<long>("earshot.files.created", "{file}", "WAV files created");
        BytesWritten = meter.CreateCounter<long>("earshot.wav.written", "By", "Bytes of samples written");
        BotFailures = meter.CreateCounter<long>("earshot.bots.failed", "{stream}", "Tapped streams whose bot could not be reached, broke off or did not read");
        RecordingTroubles = meter.CreateCounter<long>("earshot.recording.troubles", "{trouble}", "Times that the disk did not take a stream's audio");
    }

    public Counter<long> StreamsAccepted { get; }
    public Counter<long> StreamsRefused { get; }
    public Counter<long> StreamsEnded { get; }
    public Counter<long> Frames { get; }
    public Counter<long> LostMs { get; }
    public Counter<long> Stalls { get; }
    public Counter<long> Duplicates { get; }
    public Counter<long> Malformed { get; }
    public Counter<long> FilesCreated { get; }
    public Counter<long> BytesWritten { get; }
    public Counter<long> RecordingTroubles { get; }
    public Counter<long> BotFailures { get; }

    /// <summary>How long the tap held messages up, from their last byte's arrival to their handing on.</summary>
    public DelayHistogram TapDelay { get; } = new();

    public void Dispose() => meter.Dispose();
}
