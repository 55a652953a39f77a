using System.Runtime.InteropServices;

namespace Earshot.Audio.Wave;

/// <summary>
/// Reads the audio of a WAV file (PCM of 8 to 32 bits, floating point, mu-law, A-law; RIFF, RF64 and BW64), whole or damaged, from any stream, from start to end.
/// </summary>
/// <remarks>
/// It takes what is there: wrong lengths, files cut off and torn blocks are read and named in <see cref="Warnings"/>. Chunks other
/// than fmt and data are passed over, wherever they stand. Channels ≤ 8, rate 1,000 to 384,000 Hz. Not thread-safe.
/// </remarks>
public sealed class WaveReader : IDisposable
{
    private const int ConvertBytes = 2048;

    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly bool _lengthStated;
    private long _remaining;

    /// <summary>Reads the header. The stream then stands at the first byte of audio.</summary>
    /// <param name="stream">The file from its start; it need not seek. If it does, its length settles how much audio there is.</param>
    /// <param name="leaveOpen">Do not dispose the stream with the reader.</param>
    /// <exception cref="WaveFormatException">Not a WAV file, or none that is read. The message says what and where.</exception>
    public WaveReader(Stream stream, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead) throw new ArgumentException("The stream cannot be read.", nameof(stream));
        (_stream, _leaveOpen) = (stream, leaveOpen);
        WaveLayout layout = WaveHeaderParser.Parse(stream);
        Format = layout.Format;
        Warnings = layout.Warnings;
        _lengthStated = (layout.Warnings & WaveWarnings.LengthUnknown) == 0;
        _remaining = layout.DataBytes ?? long.MaxValue;
        DataBytes = layout.DataBytes;
        StatedBytes = layout.StatedBytes;
    }

    /// <summary>What the samples are.</summary>
    public WaveFormat Format { get; }

    /// <summary>What was wrong with the file. Of a stream that cannot seek it is complete only when all was read.</summary>
    public WaveWarnings Warnings { get; private set; }

    /// <summary>Bytes of audio, whole blocks; null while nobody can know. Of a stream that cannot seek it is what the header states until the end is reached.</summary>
    public long? DataBytes { get; private set; }

    /// <summary>Bytes of audio that the header states, true or not; null where it states none.</summary>
    public long? StatedBytes { get; }

    /// <summary>Samples of each channel; null while nobody can know.</summary>
    public long? SamplesPerChannel => DataBytes / Format.BlockAlign;

    /// <summary>How long the audio lasts; null while nobody can know.</summary>
    public TimeSpan? Duration => DataBytes is { } bytes ? Format.DurationOf(bytes) : null;

    /// <summary>Bytes of audio read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Reads the next samples as 16 bits: G.711 decoded, wider samples rounded, floating point beyond ±1 held at full scale.</summary>
    /// <param name="samples">Takes interleaved samples; at least one of each channel.</param>
    /// <returns>Samples written, as many of every channel; fewer than asked only at the end, where it is 0.</returns>
    /// <exception cref="ArgumentException">No room for one sample of each channel.</exception>
    public int Read(Span<short> samples)
    {
        if (samples.Length < Format.Channels) throw new ArgumentException($"There must be room for {Format.Channels} samples.", nameof(samples));
        if (Format.Encoding == WaveEncoding.Pcm16) return ReadBytes(MemoryMarshal.AsBytes(samples)) / sizeof(short);
        Span<byte> codes = stackalloc byte[ConvertBytes];
        int done = 0;
        while (samples.Length - done >= Format.Channels)
        {
            int width = Format.BitsPerSample / 8;
            int got = ReadBytes(codes[..Math.Min(codes.Length, (samples.Length - done) * width)]);
            if (got == 0) break;
            WaveConversion.ToInt16(Format.Encoding, codes[..got], samples[done..]);
            done += got / width;
        }
        return done;
    }

    /// <summary>Reads the next audio as it lies in the file: mu-law bytes stay mu-law.</summary>
    /// <param name="audio">Takes whole blocks; at least one.</param>
    /// <returns>Bytes written, whole blocks; fewer than asked only at the end, where it is 0.</returns>
    /// <exception cref="ArgumentException">No room for one block.</exception>
    public int ReadBytes(Span<byte> audio)
    {
        int block = Format.BlockAlign;
        if (audio.Length < block) throw new ArgumentException($"There must be room for {block} bytes.", nameof(audio));
        int asked = (int)Math.Min(audio.Length / block * block, _remaining);
        int got = _stream.ReadAtLeast(audio[..asked], asked, throwOnEndOfStream: false);
        int whole = got / block * block;
        BytesRead += whole;
        _remaining -= whole;
        if (got < asked) EndEarly(torn: got != whole);
        return whole;
    }

    /// <summary>Disposes the stream unless it is to be left open.</summary>
    public void Dispose()
    {
        if (!_leaveOpen) _stream.Dispose();
    }

    private void EndEarly(bool torn)
    {
        if (_lengthStated) Warnings |= WaveWarnings.Truncated;
        if (torn) Warnings |= WaveWarnings.TornBlock;
        _remaining = 0;
        DataBytes = BytesRead;
    }
}
