using System.Buffers;

namespace Earshot.Engine.Calling;

/// <summary>A frame on its way. Objects are used again, so a running call allocates nothing for them.</summary>
internal sealed class OutgoingFrame
{
    public ArrayBufferWriter<byte> Message { get; } = new(512);

    public byte[] Audio { get; } = new byte[FrameClock.FrameBytes];

    public TrackTally? Tally { get; set; }

    public FrameFate Fate { get; set; }

    /// <summary>Sent or lost: nothing more happens to it.</summary>
    public bool Settled { get; set; }

    /// <summary>A later message went before it.</summary>
    public bool Overtaken { get; set; }

    /// <summary>Messages that still go first.</summary>
    public int Waits { get; set; }
}
