using Earshot.Engine.Calls;
using Earshot.Engine.MediaStreams;
using Earshot.Engine.Recording;

namespace Earshot.Engine.Ingest;

/// <summary>Plays a journal's incoming messages into a decoder, so that recovery and export hear what the live call heard.</summary>
internal sealed class JournalPlayer(StreamDecoder decoder) : IJournalVisitor
{
    /// <summary>Arrival of the last message, in microseconds since the journal's zero.</summary>
    public long LastUs { get; private set; }

    /// <summary>True when the outbound recording is a microphone's, not what was decoded.</summary>
    public bool HasMicrophone { get; private set; }

    public void OnMicrophone() => HasMicrophone = true;

    public void OnMissing(long messages) => decoder.MissingInJournal();

    public void OnRoundTrip(long roundTripUs) => decoder.RoundTrip(roundTripUs);

    public void OnEntry(in JournalEntry entry)
    {
        MediaMessageVerdict verdict = decoder.Read(entry.Message, out MediaMessage message);
        if (entry.Outgoing)
        {
            decoder.ApplySent(verdict, message, entry.Us);
            return;
        }
        LastUs = entry.Us;
        decoder.Apply(entry.Message, verdict, message, entry.Us);
    }
}

/// <summary>A consumer that passes over everything; those who want something override it.</summary>
internal abstract class StreamConsumer : IStreamConsumer
{
    public virtual void OnConnected()
    {
    }

    public virtual void OnStart(StreamFacts facts)
    {
    }

    public virtual void OnTrackStarted(Track track)
    {
    }

    public virtual void OnCoded(Track track, ReadOnlySpan<byte> payload)
    {
    }

    public virtual void OnFill(Track track, long samples)
    {
    }

    public virtual void OnMissing(Track track, long samples)
    {
    }

    public virtual void OnSamples(Track track, long startSample, ReadOnlySpan<short> samples)
    {
    }
}
