using System.Text;
using Earshot.Engine.Calls;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Ingest;

/// <summary>A stream's messages to its samples: the state machine, the sequencers and the track pipelines. The live session, recovery and export all use it, so all hear the same.</summary>
internal sealed class StreamDecoder(IngestOptions options, long arrivalResolutionUs, TimelineLog events, IStreamConsumer consumer) : IDisposable
{
    private const int FirstPayloadBuffer = 2048;

    private readonly MediaStreamReader reader = new();
    private readonly SequenceWindow window = new();
    private readonly DecodedTrack?[] tracks = new DecodedTrack?[TrackNames.Count];
    private PlayedLine? played;
    private byte[] payload = new byte[FirstPayloadBuffer];
    private byte[] streamSid = [];

    /// <summary>What <c>start</c> said; null before it.</summary>
    public StreamFacts? Facts { get; private set; }

    public bool Stopped { get; private set; }
    public long Messages { get; private set; }

    /// <summary>Messages that could not be used.</summary>
    public long SetAsideCount { get; private set; }

    /// <summary>The track, or null if nothing of it came.</summary>
    public DecodedTrack? this[Track track] => tracks[(int)track];

    /// <summary>Where the call is on its own clock.</summary>
    public double NowMs => Math.Max(tracks[0]?.Figures.NowMs ?? 0, tracks[1]?.Figures.NowMs ?? 0);

    /// <summary>Where the call was on its own clock, in ms, at this time of ours; the shortest way of the last frames is counted as none.</summary>
    public double LineMsAt(long us) => played?.ArrivalMs(us) is { } ms && double.IsFinite(ms) ? ms : us / 1000.0;

    /// <summary>Reads a message (step 3) without acting on it.</summary>
    public MediaMessageVerdict Read(ReadOnlySpan<byte> text, out MediaMessage message) => reader.Read(text, out message);

    /// <summary>Acts on a message that was read (step 4, then 6 to 9).</summary>
    public MessageOutcome Apply(ReadOnlySpan<byte> text, MediaMessageVerdict verdict, in MediaMessage message, long arrivalUs)
    {
        Messages++;
        SetAside aside = verdict == MediaMessageVerdict.Ok ? Dispatch(text, message, arrivalUs, ref verdict) : SetAside.Malformed;
        if (aside != SetAside.No) Note(aside, verdict);
        return new MessageOutcome(verdict, aside);
    }

    /// <summary>Acts on a message that was sent to the carrier: what of it the caller hears becomes the outbound track.</summary>
    public void ApplySent(MediaMessageVerdict verdict, in MediaMessage message, long sentUs)
    {
        if (verdict != MediaMessageVerdict.Ok || Facts is not { FormatSupported: true } || !message.StreamSid.SequenceEqual(streamSid)) return;
        switch (message.Kind)
        {
            case MediaMessageKind.Media:
                OpenLine();
                if (payload.Length < message.PayloadBytes) payload = new byte[message.PayloadBytes];
                if (MediaStreamReader.TryDecodePayload(message.Payload, payload, out int bytes)) played?.Media(payload.AsSpan(0, bytes), sentUs);
                break;
            case MediaMessageKind.Mark:
                played?.Mark(Encoding.UTF8.GetString(message.MarkName), sentUs);
                break;
            case MediaMessageKind.Clear:
                played?.Clear(sentUs);
                break;
        }
    }

    /// <summary>The carrier's socket answered after so long.</summary>
    public void RoundTrip(long roundTripUs) => played?.RoundTrip(roundTripUs / 1000.0);

    /// <summary>The journal from which the messages come lacks some here.</summary>
    public void MissingInJournal()
    {
        foreach (DecodedTrack? track in tracks) (track?.Figures as FrameSequencer)?.MissingInJournal();
        played?.MissingInJournal();
    }

    /// <summary>No more will come: everything that waits is put in place.</summary>
    public void Complete()
    {
        foreach (DecodedTrack? track in tracks)
        {
            track?.Figures.Complete();
            track?.Pipeline.Complete();
        }
    }

    public void Dispose()
    {
        foreach (DecodedTrack? track in tracks) track?.Pipeline.Dispose();
    }

    private SetAside Dispatch(ReadOnlySpan<byte> text, in MediaMessage message, long arrivalUs, ref MediaMessageVerdict verdict)
    {
        switch (message.Kind)
        {
            case MediaMessageKind.Connected:
                consumer.OnConnected();
                return SetAside.No;
            case MediaMessageKind.Start:
                return Start(text, ref verdict);
            case MediaMessageKind.Unknown:
                return SetAside.No;
        }
        if (Facts is null) return SetAside.BeforeStart;
        if (!message.StreamSid.SequenceEqual(streamSid)) return SetAside.ForeignStream;
        bool isRepeat = !window.Add(message.SequenceNumber);
        switch (message.Kind)
        {
            case MediaMessageKind.Media:
                return Media(message, arrivalUs, isRepeat);
            case MediaMessageKind.Stop:
                Stopped = true;
                break;
            case MediaMessageKind.Dtmf:
                events.Add(new TimelineEvent(EventKinds.Dtmf, TrackNames.TryParse(message.Track, out Track side) ? side.Name() : null, NowMs, 0, "a key was pressed; which one is in the journal alone"));
                break;
            case MediaMessageKind.Mark:
                bool heard = played?.MarkReturned(Encoding.UTF8.GetString(message.MarkName), arrivalUs) ?? true;
                events.Add(new TimelineEvent(EventKinds.Mark, null, NowMs, 0, $"mark '{LogText.Clean(message.MarkName)}'{(heard ? "" : " came back after a clear: what stood before it was not heard")}"));
                break;
        }
        return SetAside.No;
    }

    private SetAside Start(ReadOnlySpan<byte> text, ref MediaMessageVerdict verdict)
    {
        if (Facts is not null) return SetAside.SecondStart;
        if (!StartMessage.TryParse(text, out StartMessage? start, out verdict)) return SetAside.Malformed;
        MediaFormat media = start.MediaFormat;
        bool supported = FrameFormat.TryParse(media.Encoding, media.SampleRateHz, media.Channels, out FrameFormat format);
        window.Add(start.SequenceNumber);
        streamSid = Encoding.UTF8.GetBytes(start.StreamSid);
        Facts = new StreamFacts
        {
            StreamSid = new StreamSid(start.StreamSid),
            CallSid = new CallSid(start.CallSid.Length > 0 ? start.CallSid : start.StreamSid),
            AccountSid = start.AccountSid,
            Format = format,
            Encoding = media.Encoding,
            FormatSupported = supported,
            Tracks = start.Tracks,
            Parameters = start.CustomParameters.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal),
        };
        if (!Facts.Tracks.Contains(Track.Outbound.Name())) played = new PlayedLine(format, options, events);
        consumer.OnStart(Facts);
        return SetAside.No;
    }

    private SetAside Media(in MediaMessage message, long arrivalUs, bool isRepeat)
    {
        var side = Track.Inbound;
        if (!message.Track.IsEmpty && !TrackNames.TryParse(message.Track, out side)) return SetAside.UnknownTrack;
        if (!Facts!.FormatSupported) return SetAside.No;
        DecodedTrack track = tracks[(int)side] ?? Open(side);
        if (track.Figures is not FrameSequencer sequencer) return SetAside.UnknownTrack; // A two-way stream carries the caller alone.
        if (payload.Length < message.PayloadBytes) payload = new byte[message.PayloadBytes];
        if (!MediaStreamReader.TryDecodePayload(message.Payload, payload, out int bytes)) return SetAside.Malformed;
        sequencer.Add(new MediaFrame(message.SequenceNumber, message.TimestampMs, arrivalUs, payload.AsSpan(0, bytes)), isRepeat);
        if (side == Track.Inbound && !isRepeat && message.TimestampMs >= 0)
            played?.Advance(message.TimestampMs, (double)(bytes / Facts.Format.BytesPerSample) / Facts.Format.SamplesPerMs, arrivalUs);
        return SetAside.No;
    }

    /// <summary>Begins the recording of what the caller hears; where that is another's, or the carrier itself sends the outbound track, nothing.</summary>
    public void OpenLine()
    {
        if (played is null || tracks[(int)Track.Outbound] is not null) return;
        var pipeline = new TrackPipeline(Track.Outbound, Facts!.Format, consumer);
        played.Open(new TrackTee(Track.Outbound, pipeline, consumer));
        tracks[(int)Track.Outbound] = new DecodedTrack(played, pipeline);
        consumer.OnTrackStarted(Track.Outbound);
    }

    private DecodedTrack Open(Track side)
    {
        var pipeline = new TrackPipeline(side, Facts!.Format, consumer);
        var output = new TrackTee(side, pipeline, consumer);
        var track = new DecodedTrack(new FrameSequencer(side, Facts.Format, options, window, events, output, arrivalResolutionUs), pipeline);
        tracks[(int)side] = track;
        consumer.OnTrackStarted(side);
        return track;
    }

    private void Note(SetAside aside, MediaMessageVerdict verdict)
    {
        SetAsideCount++;
        string detail = aside switch
        {
            SetAside.Malformed => $"a message could not be read ({verdict}); it is in the journal",
            SetAside.ForeignStream => "a message of another stream came on this socket; it is in the journal",
            SetAside.SecondStart => "a second start came on this socket; it is in the journal",
            SetAside.BeforeStart => "a message came before start; it is in the journal",
            _ => "a message named a track that does not exist; it is in the journal",
        };
        events.Add(new TimelineEvent(aside == SetAside.Malformed ? EventKinds.Malformed : EventKinds.Foreign, null, NowMs, 0, detail));
    }

    /// <summary>Shows the coded bytes to the consumer on their way into the pipeline.</summary>
    private sealed class TrackTee(Track track, TrackPipeline pipeline, IStreamConsumer consumer) : ITrackOutput
    {
        public void OnPayload(ReadOnlySpan<byte> payload)
        {
            consumer.OnCoded(track, payload);
            pipeline.OnPayload(payload);
        }

        public void OnFill(long samples)
        {
            consumer.OnFill(track, samples);
            pipeline.OnFill(samples);
        }

        public void OnMissing(long samples) => consumer.OnMissing(track, samples);
    }
}

/// <summary>One track while it is decoded.</summary>
internal sealed record DecodedTrack(ITrackFigures Figures, TrackPipeline Pipeline);
