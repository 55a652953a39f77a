namespace Earshot.Engine.Calls;

/// <summary>How the bytes of a frame code its samples.</summary>
internal enum FrameCodec
{
    /// <summary>G.711 mu-law, one byte a sample.</summary>
    MuLaw,

    /// <summary>G.711 A-law, one byte a sample.</summary>
    ALaw,

    /// <summary>16-bit linear PCM, little-endian, two bytes a sample.</summary>
    Linear16,
}

/// <summary>Codec, rate and channels of a stream's frames. A frame's duration comes from its bytes and this, never from an assumed length.</summary>
internal readonly record struct FrameFormat(FrameCodec Codec, int SampleRateHz, int Channels)
{
    /// <summary>What Twilio sends: mu-law, 8 kHz, mono.</summary>
    public static FrameFormat Telephone => new(FrameCodec.MuLaw, 8000, 1);

    /// <summary>Bytes a sample.</summary>
    public int BytesPerSample => Codec == FrameCodec.Linear16 ? 2 : 1;

    /// <summary>Samples a millisecond.</summary>
    public int SamplesPerMs => SampleRateHz / 1000;

    /// <summary>True when the recorder can decode it: mono, 8 or 16 kHz.</summary>
    public bool IsSupported => Channels == 1 && SampleRateHz is 8000 or 16000;

    /// <summary>Reads a carrier's media format; false when the encoding is not known.</summary>
    public static bool TryParse(string encoding, int sampleRateHz, int channels, out FrameFormat format)
    {
        FrameCodec? codec = encoding.ToUpperInvariant() switch
        {
            "AUDIO/X-MULAW" or "AUDIO/PCMU" or "PCMU" or "MULAW" or "G711_ULAW" => FrameCodec.MuLaw,
            "AUDIO/X-ALAW" or "AUDIO/PCMA" or "PCMA" or "ALAW" or "G711_ALAW" => FrameCodec.ALaw,
            "AUDIO/X-L16" or "AUDIO/L16" or "L16" or "LINEAR16" => FrameCodec.Linear16,
            _ => null,
        };
        format = new FrameFormat(codec ?? FrameCodec.MuLaw, sampleRateHz, channels);
        return codec is not null && format.IsSupported;
    }
}

/// <summary>One media frame as it came from the wire; a view, valid during the call that receives it.</summary>
/// <param name="sequenceNumber">Place among the stream's messages; -1 where the carrier gives none.</param>
/// <param name="timestampMs">Place on the track's clock in ms; -1 where the carrier gives none.</param>
/// <param name="arrivalUs">When it was read, in microseconds of the stream's own clock.</param>
/// <param name="payload">The coded samples.</param>
internal readonly ref struct MediaFrame(long sequenceNumber, long timestampMs, long arrivalUs, ReadOnlySpan<byte> payload)
{
    public readonly long SequenceNumber = sequenceNumber;
    public readonly long TimestampMs = timestampMs;
    public readonly long ArrivalUs = arrivalUs;
    public readonly ReadOnlySpan<byte> Payload = payload;
}
