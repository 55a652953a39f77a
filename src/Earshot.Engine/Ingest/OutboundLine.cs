using System.Buffers;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Ingest;

/// <summary>The way back to the carrier: a socket that takes messages from any thread and never blocks.</summary>
internal interface ICarrierLine
{
    /// <summary>Takes a text message whole, or not at all: false when the socket is closed, or has not taken what was sent before for too long.</summary>
    bool TrySend(ReadOnlySpan<byte> message);
}

/// <summary>What the carrier is told on a two-way stream (<c>&lt;Connect&gt;</c>): audio to play, marks, <c>clear</c>. Safe for several threads, under the session's lock; what went out stands in the journal as <c>"dir":"out"</c>.</summary>
internal sealed class OutboundLine(StreamSession session)
{
    private readonly ArrayBufferWriter<byte> message = new(512);
    private byte[] streamSid = [];

    /// <summary>True while the carrier takes messages: the stream is two-way, has started and has not ended.</summary>
    public bool IsOpen => session.IsTwoWay && !session.Ended.IsCompleted;

    /// <summary>Plays audio behind what is queued: mu-law, 8 kHz, any length. False when it was not taken.</summary>
    public bool Media(ReadOnlySpan<byte> muLaw)
    {
        using (session.EnterReading())
        {
            if (!Begin()) return false;
            MediaStreamWriter.WriteMedia(message, streamSid, muLaw);
            return session.TrySend(message.WrittenSpan);
        }
    }

    /// <summary>Asks for the name to be returned when all before it has been played. False when it was not taken.</summary>
    public bool Mark(string name)
    {
        using (session.EnterReading())
        {
            if (!Begin()) return false;
            MediaStreamWriter.WriteMark(message, session.Facts!.StreamSid.Value, name);
            return session.TrySend(message.WrittenSpan);
        }
    }

    /// <summary>Drops what is queued and not played yet. False when it was not taken.</summary>
    public bool Clear()
    {
        using (session.EnterReading())
        {
            if (!Begin()) return false;
            MediaStreamWriter.WriteClear(message, session.Facts!.StreamSid.Value);
            return session.TrySend(message.WrittenSpan);
        }
    }

    private bool Begin()
    {
        if (!IsOpen) return false;
        if (streamSid.Length == 0) streamSid = System.Text.Encoding.UTF8.GetBytes(session.Facts!.StreamSid.Value);
        message.ResetWrittenCount();
        return true;
    }
}
