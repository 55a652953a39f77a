namespace Earshot.Audio.Wave;

/// <summary>How a sample is written in a WAV file. The low byte is the file's own format tag (Microsoft, mmreg.h), above it stand the bits where a tag has several.</summary>
public enum WaveEncoding
{
    /// <summary>Signed 16-bit little-endian samples, WAVE_FORMAT_PCM.</summary>
    Pcm16 = 1,

    /// <summary>G.711 A-law, one byte a sample, WAVE_FORMAT_ALAW.</summary>
    ALaw = 6,

    /// <summary>G.711 mu-law, one byte a sample, WAVE_FORMAT_MULAW.</summary>
    MuLaw = 7,

    /// <summary>Unsigned 8-bit samples around 128, WAVE_FORMAT_PCM. Read only.</summary>
    Pcm8 = 0x0801,

    /// <summary>Signed 24-bit little-endian samples, WAVE_FORMAT_PCM. Read only.</summary>
    Pcm24 = 0x1801,

    /// <summary>Signed 32-bit little-endian samples, WAVE_FORMAT_PCM. Read only.</summary>
    Pcm32 = 0x2001,

    /// <summary>32-bit floating point, full scale at ±1, WAVE_FORMAT_IEEE_FLOAT. Read only.</summary>
    Float32 = 0x2003,

    /// <summary>64-bit floating point, full scale at ±1, WAVE_FORMAT_IEEE_FLOAT. Read only.</summary>
    Float64 = 0x4003,
}
