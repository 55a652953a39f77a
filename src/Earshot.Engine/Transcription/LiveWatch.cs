using System.Threading.Channels;

namespace Earshot.Engine.Transcription;

/// <summary>One who watches a stream's words, until disposed of.</summary>
internal sealed class LiveWatch(ChannelReader<byte[]> messages, Action leave) : IDisposable
{
    /// <summary>Lines and states as JSON; completes with the stream.</summary>
    public ChannelReader<byte[]> Messages => messages;

    public void Dispose() => leave();
}
