using Earshot.Audio.Levels;
using Earshot.Engine.Calls;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Ingest;

/// <summary>The near side of a stream: what goes back to the carrier, who hears the call, and the microphone of an agent.</summary>
internal sealed partial class StreamSession
{
    private IFrameListener[] listeners = [];
    private ICarrierLine? carrier;

    /// <summary>Gives the session the way back to its carrier. Before the first message.</summary>
    public void Attach(ICarrierLine line) => carrier = line;

    /// <summary>Sends a message of ours to the carrier and keeps it. False when it was not taken.</summary>
    public bool TrySend(ReadOnlySpan<byte> text)
    {
        lock (gate)
        {
            if (endReason != EndReason.None || carrier?.TrySend(text) != true) return false;
            Keep(text, services.Time.GetTimestamp());
            return true;
        }
    }

    /// <summary>Keeps a message that another sent to the carrier. <paramref name="sentTicks"/> is of <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public void OnSent(ReadOnlySpan<byte> text, long sentTicks)
    {
        lock (gate)
        {
            if (endReason == EndReason.None) Keep(text, sentTicks);
        }
    }

    /// <summary>Someone answers this call live: its socket is to be read at once, not gathered.</summary>
    public event Action? Prompted;

    /// <summary>Level of the agent's microphone, over the whole outbound recording; null where that recording is not a microphone's.</summary>
    public LevelMeter? Microphone { get; private set; }

    /// <summary>Level of what is recorded of a track.</summary>
    public LevelMeter? LevelOf(Track track) => track == Track.Outbound && Microphone is { } own ? own : decoder[track]?.Pipeline.Level;

    /// <summary>Hears the stream's samples from now on (step 10), on the reading thread. The messages are then read as they come.</summary>
    public void AddListener(IFrameListener listener)
    {
        lock (gate) listeners = [.. listeners, listener];
        Prompted?.Invoke();
    }

    /// <summary>Asks who wants to hear the stream: only what is recorded is heard.</summary>
    private void OpenHearings(StreamFacts facts)
    {
        if (services.Hearings.Length == 0) return;
        var heard = new HeardStream
        {
            CallSid = facts.CallSid.Value,
            StreamSid = facts.StreamSid.Value,
            StartedAt = StartedAt,
            From = Ticket?.From ?? facts.Parameters.GetValueOrDefault("from", ""),
            To = Ticket?.To ?? facts.Parameters.GetValueOrDefault("to", ""),
            Parameters = facts.Parameters,
            RecordingIds = Names!.TrackStems,
            Speakers = [SpeakerOf(Track.Inbound), SpeakerOf(Track.Outbound)],
            StartOffsetMs = track => decoder[track]?.Figures.FirstMs ?? 0,
        };
        listeners = [.. listeners, .. services.Hearings.Select(h => h.OnStarted(heard)).OfType<IFrameListener>()];
    }

    /// <summary>The call's clock (the carrier's timestamps), in ms, at <paramref name="ticks"/> of <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public double CallMsAt(long ticks)
    {
        lock (gate) return decoder.LineMsAt(Us(ticks));
    }

    /// <summary>From now on the outbound recording is a microphone's, <see cref="AppendMicrophone"/>, not what the carrier plays.</summary>
    /// <returns>Where the recording begins on the call's clock (ms), and the samples that it has; NaN, and nothing is changed, before the caller's first frame.</returns>
    public (double StartMs, long Samples) BeginMicrophone()
    {
        lock (gate)
        {
            if (decoder[Track.Outbound] is not { } line || double.IsNaN(line.Figures.FirstMs)) return (double.NaN, 0);
            Microphone = new LevelMeter();
            recorder?.AppendMicrophone(Us(services.Time.GetTimestamp()));
            Span<short> silence = stackalloc short[1600]; // Nothing was played before someone answered.
            silence.Clear();
            for (long left = line.Pipeline.Samples; left > 0; left -= silence.Length) Microphone.Add(silence[..(int)Math.Min(left, silence.Length)]);
            return (line.Figures.FirstMs, line.Pipeline.Samples);
        }
    }

    /// <summary>The microphone's next samples: 16 kHz, 16-bit, mono, on the call's clock.</summary>
    public void AppendMicrophone(ReadOnlySpan<short> samples)
    {
        lock (gate)
        {
            long start = Microphone!.SampleCount;
            Microphone.Add(samples);
            foreach (IFrameListener listener in listeners) (listener as IStreamListener)?.OnSamples(Track.Outbound, start, samples); // They hear what is recorded.
            if (recorder is not { } running) return;
            using (running.EnterAppending()) running.AppendSamples(Track.Outbound, samples);
        }
    }

    /// <summary>Writes down what happens at this moment of the call.</summary>
    public void Note(string kind, string detail) => Events.Add(new TimelineEvent(kind, null, decoder.NowMs, 0, detail));

    private void Keep(ReadOnlySpan<byte> sent, long ticks)
    {
        MediaMessageVerdict verdict = decoder.Read(sent, out MediaMessage message);
        bool isJson = new MessageOutcome(verdict, SetAside.No).IsJson;
        long us = Us(ticks);
        if (recorder is { } running)
        {
            using (running.EnterAppending())
            {
                running.AppendMessage(sent, isJson, outgoing: true, us);
                decoder.ApplySent(verdict, message, us);
            }
            return;
        }
        if (Facts is null) KeepEarly(sent, isJson, us, outgoing: true);
        decoder.ApplySent(verdict, message, us);
    }
}
