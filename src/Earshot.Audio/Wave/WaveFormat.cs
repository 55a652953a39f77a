namespace Earshot.Audio.Wave;

/// <summary>What the samples of a WAV file are: encoding, rate and channels.</summary>
public sealed record WaveFormat
{
    /// <summary>The most channels that are read or written.</summary>
    public const int MaxChannels = 8;

    /// <summary>The lowest sample rate that is read, in Hz.</summary>
    public const int MinSampleRateHz = 1000;

    /// <summary>The highest sample rate that is read or written, in Hz.</summary>
    public const int MaxSampleRateHz = 384_000;

    /// <param name="encoding">How a sample is written.</param>
    /// <param name="sampleRateHz">Samples a second and channel, 1 to <see cref="MaxSampleRateHz"/>.</param>
    /// <param name="channels">Channels, 1 to <see cref="MaxChannels"/>, interleaved.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value outside its range.</exception>
    public WaveFormat(WaveEncoding encoding, int sampleRateHz, int channels)
    {
        if (!Enum.IsDefined(encoding)) throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "An encoding of the list.");
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleRateHz, MaxSampleRateHz);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, MaxChannels);
        Encoding = encoding;
        SampleRateHz = sampleRateHz;
        Channels = channels;
    }

    /// <summary>How a sample is written.</summary>
    public WaveEncoding Encoding { get; }

    /// <summary>Samples a second and channel, in Hz.</summary>
    public int SampleRateHz { get; }

    /// <summary>Channels, interleaved: one sample of each, then the next of each.</summary>
    public int Channels { get; }

    /// <summary>Bits a sample takes in the file: 8 to 64.</summary>
    public int BitsPerSample => Encoding switch
    {
        WaveEncoding.Pcm16 => 16,
        WaveEncoding.ALaw or WaveEncoding.MuLaw => 8,
        _ => (int)Encoding >> 8,
    };

    /// <summary>The file's format tag: 1 for PCM, 3 for floating point, 6 and 7 for G.711.</summary>
    public int Tag => (int)Encoding & 0xFF;

    /// <summary>Bytes that one sample of every channel takes in the file; audio is cut only between such blocks.</summary>
    public int BlockAlign => Channels * BitsPerSample / 8;

    /// <summary>Bytes a second of audio takes in the file.</summary>
    public int BytesPerSecond => SampleRateHz * BlockAlign;

    /// <summary>Signed 16-bit samples.</summary>
    /// <param name="sampleRateHz">Samples a second and channel.</param>
    /// <param name="channels">Channels.</param>
    public static WaveFormat Pcm16(int sampleRateHz, int channels = 1) => new(WaveEncoding.Pcm16, sampleRateHz, channels);

    /// <summary>G.711 mu-law.</summary>
    /// <param name="sampleRateHz">Samples a second and channel.</param>
    /// <param name="channels">Channels.</param>
    public static WaveFormat MuLaw(int sampleRateHz = 8000, int channels = 1) => new(WaveEncoding.MuLaw, sampleRateHz, channels);

    /// <summary>G.711 A-law.</summary>
    /// <param name="sampleRateHz">Samples a second and channel.</param>
    /// <param name="channels">Channels.</param>
    public static WaveFormat ALaw(int sampleRateHz = 8000, int channels = 1) => new(WaveEncoding.ALaw, sampleRateHz, channels);

    /// <summary>How long that many bytes of audio last.</summary>
    /// <param name="dataBytes">Bytes of audio, 0 or more.</param>
    public TimeSpan DurationOf(long dataBytes)
        => TimeSpan.FromTicks((long)((Int128)(dataBytes / BlockAlign) * TimeSpan.TicksPerSecond / SampleRateHz));
}
