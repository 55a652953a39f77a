using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.MediaStreams;
using Earshot.Engine.Recording;

namespace Earshot.Engine.Timeline;

/// <summary>Puts a further stream of a call on the clock of its first: by when the frames of both came, and to the sample by the track that both have.</summary>
internal sealed class StreamAlignment(ManifestStore manifests)
{
    /// <summary>The start of the later stream is compared with the first one's clock of about that time, so that drift between the clocks does not add up.</summary>
    private const long SpanUs = 8_000_000;

    /// <summary>What arrival cannot tell, beside how exactly the socket was looked at.</summary>
    private const double ArrivalErrorMs = 20;

    public TimelineStream Place(StreamRow stream, StreamRow first, IReadOnlyList<RecordingRow> recordings)
    {
        double shiftMs = (stream.StartedAt - first.StartedAt).TotalMilliseconds, errorMs = 1000;
        if (Header(stream.Stem) is { } own && Header(first.Stem) is { } reference)
        {
            long ownUs = (long)(stream.StartedAt - own.ZeroAt).TotalMicroseconds;
            long referenceUs = (long)(stream.StartedAt - reference.ZeroAt).TotalMicroseconds;
            double ownMs = ClockAt(stream.Stem, ownUs), referenceMs = ClockAt(first.Stem, referenceUs);
            if (double.IsFinite(ownMs) && double.IsFinite(referenceMs))
                (shiftMs, errorMs) = (referenceMs - ownMs, ArrivalErrorMs + Math.Max(own.ArrivalResolutionUs, reference.ArrivalResolutionUs) / 1000.0);
        }
        foreach (string track in (string[])[Track.Inbound.Name(), Track.Outbound.Name()])
        {
            if (Common(stream.Stem, track, recordings) is not { } there || Common(first.Stem, track, recordings) is not { } here) continue;
            if (CommonTrack.Refine(manifests.Storage, here, there, shiftMs) is { } refined) return new TimelineStream(stream.Stem, refined, "correlation", 0);
        }
        return new TimelineStream(stream.Stem, shiftMs, "arrival", errorMs);
    }

    private static RecordingRow? Common(string stem, string track, IReadOnlyList<RecordingRow> recordings) => recordings.FirstOrDefault(r => r.StreamStem == stem && r.Track == track);

    private JournalHeader? Header(string stem)
    {
        if (!manifests.Storage.Exists(JournalReader.PartName(stem, 1))) return null;
        using Stream stream = manifests.Storage.OpenRead(JournalReader.PartName(stem, 1));
        var reader = new JournalReader();
        reader.ReadHeader(stream);
        return reader.Header;
    }

    /// <summary>Where the stream's own clock was at this time of its socket; NaN when nothing of it came.</summary>
    private double ClockAt(string stem, long us)
    {
        var visitor = new ClockVisitor(us + SpanUs);
        new JournalReader().ReadAll(manifests.Storage, stem, visitor);
        return visitor.Clock.ArrivalMs(us);
    }

    private sealed class ClockVisitor(long untilUs) : IJournalVisitor
    {
        private readonly MediaStreamReader reader = new();
        private FrameFormat format = FrameFormat.Telephone;

        public LineClock Clock { get; } = new();

        public void OnEntry(in JournalEntry entry)
        {
            if (entry.Outgoing || entry.Us > untilUs || reader.Read(entry.Message, out MediaMessage message) != MediaMessageVerdict.Ok) return;
            if (message.Kind == MediaMessageKind.Start && StartMessage.TryParse(entry.Message, out StartMessage? start, out _)
                && FrameFormat.TryParse(start.MediaFormat.Encoding, start.MediaFormat.SampleRateHz, start.MediaFormat.Channels, out FrameFormat stated)) format = stated;
            if (message.Kind != MediaMessageKind.Media || message.TimestampMs < 0) return;
            Clock.Frame(message.TimestampMs + ((double)message.PayloadBytes / format.BytesPerSample / format.SamplesPerMs), entry.Us);
        }
    }
}
