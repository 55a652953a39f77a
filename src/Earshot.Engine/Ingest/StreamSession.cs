using System.Diagnostics;
using Earshot.Engine.Calls;
using Earshot.Engine.MediaStreams;
using Earshot.Engine.Recording;

namespace Earshot.Engine.Ingest;

/// <summary>One media socket from its acceptance to its end. Fed by one reading thread; the end may come from anywhere.</summary>
#pragma warning disable CA1001 // The completion disposes of recorder and decoder when the files are closed.
internal sealed partial class StreamSession : IStreamConsumer, IRecordingObserver
#pragma warning restore CA1001
{
    private const int EarlyMessagesKept = 16;
    private const string RecordParameter = "record";

    /// <summary>The stream parameter by which the operator's own TwiML says that the stream stands in a <c>&lt;Connect&gt;</c>: <c>mode=connect</c>.</summary>
    private const string ModeParameter = "mode";

    private readonly Lock gate = new();
    private readonly StreamServices services;
    private readonly StreamDecoder decoder;
    private readonly long zeroTicks;
    private readonly long arrivalResolutionUs;
    private readonly List<(long Us, byte[] Text, bool IsJson, bool Outgoing)> early = [];
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool[] heardCoded = new bool[TrackNames.Count];
    private readonly bool[] heardSamples = new bool[TrackNames.Count];
    private readonly bool[] writtenSamples = new bool[TrackNames.Count]; // Of the writer that has the stream.
    private StreamRecorder? recorder;
    private long lastMessageTicks;
    private EndReason endReason;

    public StreamSession(StreamServices services, long arrivalResolutionUs)
    {
        this.services = services;
        this.arrivalResolutionUs = arrivalResolutionUs;
        AcceptedAt = services.Time.GetUtcNow();
        zeroTicks = lastMessageTicks = services.Time.GetTimestamp();
        Stages = new StageTracker(services.Time, s => services.Log.Stage(this, s));
        decoder = new StreamDecoder(services.Ingest, arrivalResolutionUs, Events, this);
        Outbound = new OutboundLine(this);
        Stages.Reach(CallStage.SocketAccepted, at: AcceptedAt);
        services.Live.Add(this);
    }

    public DateTimeOffset AcceptedAt { get; }

    /// <summary>When <c>start</c> came; the time in the file names.</summary>
    public DateTimeOffset StartedAt { get; private set; }

    public DateTimeOffset EndedAt { get; private set; }
    public StageTracker Stages { get; }
    public TimelineLog Events { get; } = new();

    /// <summary>What <c>start</c> said; null before it.</summary>
    public StreamFacts? Facts => decoder.Facts;

    /// <summary>What the webhook knew; null under the operator's own TwiML.</summary>
    public CallTicket? Ticket { get; private set; }

    /// <summary>Why the call is recorded or not.</summary>
    public RecordingPolicy Policy { get; private set; } = RecordingPolicy.Undecided;

    public StreamDecoder Decoder => decoder;

    public EndReason EndReason => endReason;

    /// <summary>Speaks to the carrier, where the stream is two-way.</summary>
    public OutboundLine Outbound { get; }

    /// <summary>True once it is known that the carrier takes messages: a stream of <c>&lt;Connect&gt;</c>.</summary>
    public bool IsTwoWay { get; set; }

    /// <summary>True where a bot answers behind the tap: nobody else may speak to the carrier.</summary>
    public bool IsTapped { get; set; }

    /// <summary>Called once as the session ends, before its events are closed. It must not block.</summary>
    public Action? BeforeEnd { get; set; }

    /// <summary>Completes when the session takes no more messages: the socket should be closed.</summary>
    public Task Ended => ended.Task;

    /// <summary>Completes when the files are closed and the catalog has them.</summary>
    public Task Stored { get; private set; } = Task.CompletedTask;

    /// <summary>For a stream that is not recorded: the stem of its call manifest, once that is written.</summary>
    public Task<string>? Opened { get; private set; }

    /// <summary>Why the disk does not take this stream's audio at the moment, or null.</summary>
    public string? RecordingTrouble { get; private set; }

    /// <summary>Stems of the stream's files, for those who look while it runs.</summary>
    public StreamNames? Names { get; private set; }

    /// <summary>When the last message came; the acceptance before the first.</summary>
    public long LastMessageTicks => Volatile.Read(ref lastMessageTicks);

    /// <summary>Held while messages are handed in: one entry for all that one read of the socket gave.</summary>
    public Lock.Scope EnterReading() => gate.EnterScope();

    /// <summary>Takes one text message (steps 3 to 10), within <see cref="EnterReading"/>. <paramref name="arrivalTicks"/> is of <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public void OnText(ReadOnlySpan<byte> text, long arrivalTicks)
    {
        Debug.Assert(gate.IsHeldByCurrentThread);
        if (endReason != EndReason.None) return;
        lastMessageTicks = arrivalTicks;
        long us = Us(arrivalTicks);
        MediaMessageVerdict verdict = decoder.Read(text, out MediaMessage message); // Step 3
        bool isJson = new MessageOutcome(verdict, SetAside.No).IsJson;
        if (recorder is { } running)
        {
            using (running.EnterAppending())
            {
                running.AppendMessage(text, isJson, outgoing: false, us); // Step 5
                decoder.Apply(text, verdict, message, us); // Steps 4, 6 to 9
            }
        }
        else
        {
            bool hadStart = Facts is not null;
            decoder.Apply(text, verdict, message, us);
            if (!hadStart) KeepEarly(text, isJson, us, outgoing: false);
            if (Facts is not null && !hadStart) ReleaseEarly();
        }
        if (decoder.Stopped) End(EndReason.Stop);
    }

    /// <summary>The carrier's socket answered after so long.</summary>
    public void OnRoundTrip(TimeSpan roundTrip)
    {
        lock (gate)
        {
            if (endReason != EndReason.None || Facts is null) return;
            long us = (long)roundTrip.TotalMicroseconds;
            recorder?.AppendRoundTrip(Us(services.Time.GetTimestamp()), us);
            decoder.RoundTrip(us);
        }
    }

    /// <summary>Ends the stream; the first reason counts. Returns at once, the files are finished behind <see cref="Stored"/>.</summary>
    public void End(EndReason reason)
    {
        lock (gate)
        {
            if (endReason != EndReason.None) return;
            endReason = decoder.Stopped ? EndReason.Stop : reason;
            EndedAt = services.Time.GetUtcNow();
            try
            {
                try { BeforeEnd?.Invoke(); }
                finally { CompleteDecoding(); }
            }
            finally
            {
                foreach (IFrameListener listener in listeners) (listener as IStreamListener)?.OnEnded();
                recorder?.End();
                Stored = services.Completion.Begin(this, recorder);
                services.Live.Remove(this);
                ended.TrySetResult();
            }
        }
    }

    private void CompleteDecoding()
    {
        if (recorder is null) decoder.Complete();
        else
            using (recorder.EnterAppending()) decoder.Complete();
    }

    /// <summary>Ends the stream when its time is over: no <c>start</c>, or nothing for too long.</summary>
    public void CheckTime(long nowTicks)
    {
        if (Facts is null)
        {
            if (services.Time.GetElapsedTime(zeroTicks, nowTicks) > services.Ingest.StartTimeout) End(EndReason.NoStart);
        }
        else if (services.Time.GetElapsedTime(Volatile.Read(ref lastMessageTicks), nowTicks) > services.Ingest.IdleTimeout)
        {
            End(EndReason.Idle);
        }
    }

    void IStreamConsumer.OnConnected() => Stages.Reach(CallStage.Connected);

    void IStreamConsumer.OnStart(StreamFacts facts)
    {
        StartedAt = services.Time.GetUtcNow();
        if (facts.Parameters.TryGetValue(CallTickets.ParameterName, out string? token)) Ticket = services.Tickets.Redeem(token, facts.CallSid.Value);
        if (Ticket is not null)
        {
            Stages.Reach(CallStage.WebhookReceived, at: Ticket.WebhookAt);
            Stages.Reach(CallStage.TwimlAnswered, at: Ticket.TwimlAt);
        }
        IsTwoWay |= Ticket?.IsTwoWay == true || facts.Parameters.GetValueOrDefault(ModeParameter) == "connect";
        IsTwoWay &= !facts.Tracks.Contains(Track.Outbound.Name()); // A stream that brings what is played to the caller is a copy of the call: nothing can be said on it.
        Policy = RecordingPolicy.Decide(services.Recording.Enabled, facts.Parameters.GetValueOrDefault(RecordParameter));
        if (!facts.FormatSupported)
            Events.Add(new TimelineEvent(EventKinds.Malformed, null, 0, 0, $"the format {LogText.Clean(facts.Encoding)} {facts.Format.SampleRateHz} Hz x{facts.Format.Channels} cannot be decoded; its messages are kept in the journal"));
        Names = new StreamNames(
            FileNames.CallStem(facts.StreamSid, StartedAt),
            FileNames.TrackStems(SpeakerOf(Track.Inbound), SpeakerOf(Track.Outbound), facts.StreamSid, StartedAt));
        if (Policy.Record)
        {
            var header = new JournalHeader
            {
                StreamSid = facts.StreamSid.Value,
                CallSid = facts.CallSid.Value,
                StartedAt = StartedAt,
                ZeroAt = AcceptedAt,
                TrackStems = Names.TrackStems,
                ArrivalResolutionUs = arrivalResolutionUs,
                TwoWay = IsTwoWay,
            };
            recorder = new StreamRecorder(services.Storage, services.Recording, Names, header, this, services.Ingest.MaxFill);
        }
        if (IsTwoWay) decoder.OpenLine();
        if (recorder is not null) OpenHearings(facts);
        if (recorder is null) Opened = services.Completion.OnStartedUnrecorded(this);
    }

    void IStreamConsumer.OnTrackStarted(Track track)
    {
        if (track == Track.Inbound || !IsTwoWay) Stages.Reach(CallStage.FirstMedia, track); // On a two-way stream the outbound track waits for its first word.
    }

    void IStreamConsumer.OnCoded(Track track, ReadOnlySpan<byte> payload)
    {
        if (heardCoded[(int)track]) return;
        heardCoded[(int)track] = true;
        Stages.Reach(CallStage.FirstMedia, track);
        Stages.Reach(CallStage.PayloadDecoded, track);
    }

    void IStreamConsumer.OnFill(Track track, long samples)
    {
    }

    void ISampleOutput.OnSamples(Track track, long startSample, ReadOnlySpan<short> samples)
    {
        if (!heardSamples[(int)track] && heardCoded[(int)track])
        {
            Stages.Reach(CallStage.DecodedToPcm, track);
            Stages.Reach(CallStage.Resampled, track);
            Stages.Reach(CallStage.LevelMeasured, track);
            Volatile.Write(ref heardSamples[(int)track], true);
        }
        if (track == Track.Inbound || Microphone is null) recorder?.AppendSamples(track, samples); // Step 9
        foreach (IFrameListener listener in listeners) // Step 10
        {
            if (track == Track.Inbound || Microphone is null || listener is not IStreamListener) listener.OnSamples(track, startSample, samples);
        }
    }

    void IRecordingObserver.OnOpened(string callStem)
    {
        Stages.Reach(CallStage.RecordingOpened);
        services.Completion.OnOpened(this, callStem);
    }

    void IRecordingObserver.OnFileCreated(Track track, string path) => services.Log.FileCreated(this, path);

    void IRecordingObserver.OnWritten(Track track, int bytes)
    {
        services.Log.Written(bytes);
        // The file of a two-way stream's outbound track begins with the silence before its first word: that is no audio that came so far.
        if (writtenSamples[(int)track] || !Volatile.Read(ref heardSamples[(int)track])) return;
        writtenSamples[(int)track] = true;
        Stages.Reach(CallStage.WrittenToWav, track);
    }

    void IRecordingObserver.OnTrouble(string reason)
    {
        RecordingTrouble = reason;
        Events.Add(new TimelineEvent(EventKinds.RecordingTrouble, null, decoder.NowMs, 0, reason));
        services.Log.Trouble(this, reason);
    }

    void IRecordingObserver.OnResumed()
    {
        RecordingTrouble = null;
        Events.Add(new TimelineEvent(EventKinds.RecordingResumed, null, decoder.NowMs, 0, "the disk takes the audio again"));
        services.Log.Resumed(this);
    }

    /// <inheritdoc cref="SpeakerOptions.NameOf"/>
    public string SpeakerOf(Track track) => services.Speakers.NameOf(track, Facts?.Parameters);

    private long Us(long ticks) => Math.Max(0, (long)services.Time.GetElapsedTime(zeroTicks, ticks).TotalMicroseconds);

    private void KeepEarly(ReadOnlySpan<byte> text, bool isJson, long us, bool outgoing)
    {
        if (early.Count < EarlyMessagesKept || Facts is not null) early.Add((us, text.ToArray(), isJson, outgoing));
    }

    /// <summary>The policy gate is open or closed now: what came before <c>start</c> is written or forgotten.</summary>
    private void ReleaseEarly()
    {
        if (recorder is not null)
        {
            using (recorder.EnterAppending())
                foreach ((long us, byte[] text, bool isJson, bool outgoing) in early) recorder.AppendMessage(text, isJson, outgoing, us);
            services.Writers.Add(recorder);
        }
        early.Clear();
        early.TrimExcess();
    }
}
