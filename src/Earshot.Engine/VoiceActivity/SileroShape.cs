namespace Earshot.Engine.VoiceActivity;

/// <summary>What the network takes at a time: 32 ms, with the 4 ms before them.</summary>
internal sealed record SileroShape(int SampleRateHz, int WindowLength, int ContextLength)
{
    /// <summary>At 8 kHz.</summary>
    public static SileroShape Narrow { get; } = new(8000, 256, 32);

    /// <summary>At 16 kHz.</summary>
    public static SileroShape Wide { get; } = new(16_000, 512, 64);

    /// <summary>The shape in which a channel of this rate, in Hz, is heard: 8 kHz as it is, every other at 16 kHz.</summary>
    public static SileroShape For(int sampleRateHz) => sampleRateHz == Narrow.SampleRateHz ? Narrow : Wide;

    public int InputLength => ContextLength + WindowLength;
}
