namespace Earshot.Engine.MediaStreams;

/// <summary>
/// A view of one message: its spans point into the message's own bytes, or into the reader's scratch buffer where the text had
/// escapes. It is good until the next <see cref="MediaStreamReader.Read"/> or until the message's buffer is used again.
/// </summary>
internal ref struct MediaMessage
{
    /// <summary>What the message is about.</summary>
    public MediaMessageKind Kind { get; internal set; }

    /// <summary>The event's name as it came (unescaped), for the events whose kind is Unknown.</summary>
    public ReadOnlySpan<byte> Event { get; internal set; }

    /// <summary>The stream the message belongs to; empty where the event needs none (connected, unknown events). Input from outside.</summary>
    public ReadOnlySpan<byte> StreamSid { get; internal set; }

    /// <summary>The place of the message in its stream, -1 if absent.</summary>
    public long SequenceNumber { get; internal set; }

    /// <summary>media: <c>inbound</c> or <c>outbound</c>; dtmf: <c>inbound_track</c>; empty if absent.</summary>
    public ReadOnlySpan<byte> Track { get; internal set; }

    /// <summary>media: the frame's number, -1 if absent.</summary>
    public long Chunk { get; internal set; }

    /// <summary>media: the place of the frame's first sample on the stream's clock in milliseconds, -1 if absent.</summary>
    public long TimestampMs { get; internal set; }

    /// <summary>media: the audio, still base64, escapes undone, known to decode.</summary>
    public ReadOnlySpan<byte> Payload { get; internal set; }

    /// <summary>media: how many bytes <see cref="Payload"/> decodes to.</summary>
    public int PayloadBytes { get; internal set; }

    /// <summary>dtmf: the key, normally one of 0-9, * and #.</summary>
    public ReadOnlySpan<byte> Digit { get; internal set; }

    /// <summary>mark: its name, escapes undone.</summary>
    public ReadOnlySpan<byte> MarkName { get; internal set; }
}
