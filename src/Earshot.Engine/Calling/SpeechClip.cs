using System.Diagnostics.CodeAnalysis;
using Earshot.Audio.Codecs;
using Earshot.Audio.Wave;

namespace Earshot.Engine.Calling;

/// <summary>Speech as the wire wants it: mu-law, 8 kHz, one channel. It never changes, so calls share it.</summary>
internal sealed class SpeechClip
{
    /// <summary>The longest speech taken: three hours.</summary>
    public const int MaxSeconds = 3 * 3600;

    private readonly byte[] _muLaw;

    public SpeechClip(byte[] muLaw) => _muLaw = muLaw;

    public ReadOnlySpan<byte> MuLawBytes => _muLaw;

    /// <summary>Whole frames; the last one is filled up with silence.</summary>
    public int Frames => (_muLaw.Length + FrameClock.FrameBytes - 1) / FrameClock.FrameBytes;

    public TimeSpan Duration => TimeSpan.FromMilliseconds((double)Frames * FrameClock.FrameMs);

    /// <summary>One frame; silence beyond the end.</summary>
    public void CopyFrame(long frame, Span<byte> destination)
    {
        long start = frame * FrameClock.FrameBytes;
        int length = (int)Math.Clamp(_muLaw.Length - start, 0, FrameClock.FrameBytes);
        if (length > 0)
        {
            _muLaw.AsSpan((int)start, length).CopyTo(destination);
        }

        destination[length..].Fill(MuLaw.Silence);
    }

    /// <summary>The same speech louder or quieter; what is too loud is clipped.</summary>
    public SpeechClip WithGain(double gainDb)
    {
        if (gainDb == 0)
        {
            return this;
        }

        double gain = Math.Pow(10, gainDb / 20);
        short[] samples = new short[_muLaw.Length];
        MuLaw.Decode(_muLaw, samples);
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = (short)Math.Clamp(Math.Round(samples[i] * gain), short.MinValue, short.MaxValue);
        }

        byte[] muLaw = new byte[samples.Length];
        MuLaw.Encode(samples, muLaw);
        return new SpeechClip(muLaw);
    }

    /// <summary>Reads a WAV file of the telephone's kind, or says what to do.</summary>
    public static bool TryLoad(string path, [NotNullWhen(true)] out SpeechClip? clip, [NotNullWhen(false)] out string? problem)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return TryLoad(file, path, out clip, out problem);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            (clip, problem) = (null, $"{path} cannot be read: {error.Message}");
            return false;
        }
    }

    /// <summary>The same from any stream; the name is for the words.</summary>
    public static bool TryLoad(
        Stream wave, string name, [NotNullWhen(true)] out SpeechClip? clip, [NotNullWhen(false)] out string? problem)
    {
        clip = null;
        try
        {
            using var reader = new WaveReader(wave, leaveOpen: true);
            WaveFormat format = reader.Format;
            if (format is not { SampleRateHz: 8000, Channels: 1, Encoding: WaveEncoding.Pcm16 or WaveEncoding.MuLaw })
            {
                problem = $"{name} is {format.Encoding}, {format.SampleRateHz} Hz, {format.Channels} channels; a telephone speaks 8000 Hz, "
                    + $"1 channel, 16-bit PCM or mu-law. Convert it with: sox {Quoted(name)} -r 8000 -c 1 -b 16 -e signed-integer phone.wav";
                return false;
            }

            byte[]? muLaw = ReadMuLaw(reader);
            problem = muLaw is null ? $"{name} is longer than {MaxSeconds / 3600} hours."
                : muLaw.Length == 0 ? $"{name} has no audio."
                : null;
            clip = problem is null ? new SpeechClip(muLaw!) : null;
            return problem is null;
        }
        catch (WaveFormatException error)
        {
            problem = $"{name} is not a WAV file that can be read: {error.Message}";
            return false;
        }
    }

    private static byte[]? ReadMuLaw(WaveReader reader)
    {
        const int most = MaxSeconds * 8000;
        using var muLaw = new MemoryStream();
        byte[] codes = new byte[8000];
        short[] samples = new short[8000];
        while (muLaw.Length <= most)
        {
            int count;
            if (reader.Format.Encoding == WaveEncoding.MuLaw)
            {
                count = reader.ReadBytes(codes);
            }
            else
            {
                count = reader.Read(samples);
                MuLaw.Encode(samples.AsSpan(0, count), codes);
            }

            if (count == 0)
            {
                return muLaw.ToArray();
            }

            muLaw.Write(codes, 0, count);
        }

        return null;
    }

    private static string Quoted(string name) => name.Contains(' ', StringComparison.Ordinal) ? $"'{name}'" : name;
}
