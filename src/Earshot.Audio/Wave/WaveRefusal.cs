using System.Text;

namespace Earshot.Audio.Wave;

/// <summary>The words for files that are not read.</summary>
internal static class WaveRefusal
{
    private const string Remedy = "Convert it: ffmpeg -i in -c:a pcm_s16le out.wav";

    public static WaveFormatException NotRiff(ReadOnlySpan<byte> id)
    {
        string kind = Show(id) switch
        {
            "RIFX" => "a big-endian WAV file (RIFX), which is not read",
            "FORM" => "an AIFF file, not a WAV file",
            "fLaC" => "a FLAC file, not a WAV file",
            "OggS" => "an Ogg file, not a WAV file",
            ".snd" => "a Sun audio file (.au), not a WAV file",
            var other => $"not a WAV file: it begins with '{other}', not 'RIFF'",
        };
        return new WaveFormatException(0, $"this is {kind}. {Remedy}");
    }

    public static WaveFormatException Encoding(long at, int tag, int bits)
    {
        string name = tag switch
        {
            0x0001 => $"{bits}-bit PCM",
            0x0002 => "Microsoft ADPCM",
            0x0003 => $"{bits}-bit floating point",
            0x0006 => $"A-law of {bits} bits",
            0x0007 => $"mu-law of {bits} bits",
            0x0011 => "IMA ADPCM",
            0x0031 => "GSM 6.10",
            0x0050 or 0x0055 => "MPEG audio",
            0xFFFE => "an unknown extensible format",
            _ => $"format 0x{tag:X4}",
        };
        return new WaveFormatException(at, $"the samples are {name}; PCM of 8, 16, 24 and 32 bits, floating point of 32 and 64 bits, mu-law and A-law are read. {Remedy}");
    }

    /// <summary>Four bytes for people: what is not printable ASCII becomes a dot.</summary>
    public static string Show(ReadOnlySpan<byte> id)
    {
        var text = new StringBuilder(4);
        foreach (byte b in id[..4]) text.Append(b is >= 0x20 and <= 0x7E ? (char)b : '.');
        return text.ToString();
    }
}
