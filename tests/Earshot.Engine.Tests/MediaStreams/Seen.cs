using System.Text;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Tests.MediaStreams;

/// <summary>A copy of a message's view.</summary>
internal sealed record Seen(
    MediaMessageKind Kind,
    string StreamSid = "",
    long SequenceNumber = -1,
    string Track = "",
    long Chunk = -1,
    long TimestampMs = -1,
    string Payload = "",
    int PayloadBytes = 0)
{
    public string Digit { get; init; } = "";

    public string MarkName { get; init; } = "";

    public static Seen Of(in MediaMessage message) => new(
        message.Kind,
        Encoding.UTF8.GetString(message.StreamSid),
        message.SequenceNumber,
        Encoding.UTF8.GetString(message.Track),
        message.Chunk,
        message.TimestampMs,
        Encoding.UTF8.GetString(message.Payload),
        message.PayloadBytes)
    {
        Digit = Encoding.UTF8.GetString(message.Digit),
        MarkName = Encoding.UTF8.GetString(message.MarkName),
    };
}
