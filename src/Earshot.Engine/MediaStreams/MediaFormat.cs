namespace Earshot.Engine.MediaStreams;

/// <summary>What the payloads of a stream are made of.</summary>
internal sealed record MediaFormat(string Encoding, int SampleRateHz, int Channels)
{
    /// <summary>What the carrier always sends: mu-law, 8 kHz, one channel. It stands in for an absent format too.</summary>
    public static MediaFormat MuLaw8000 { get; } = new("audio/x-mulaw", 8000, 1);
}
