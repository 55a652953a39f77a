using System.Buffers;
using System.Runtime.InteropServices;
using Earshot.Audio.Codecs;

namespace Earshot.Audio.Wave;

/// <summary>Writes a WAV file that is whole after every <see cref="Flush"/>: at any instant what lies there opens as it is.</summary>
/// <remarks>
/// <para>The first write carries header and audio in one piece, so that no file is a header alone; a writer that never got audio writes
/// nothing. Later audio goes behind what is there and <see cref="Flush"/> then states the new sizes in one write at the header's place.</para>
/// <para>A write that failed counts as not made: the next one goes to the same place again, whatever part of it reached the stream.</para>
/// <para>The caller says when to flush and owns fsync. Nothing is allocated after the first write. Not thread-safe.</para>
/// </remarks>
public sealed class WaveWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly long _origin;
    private readonly int _headerSize;
    private readonly long? _promisedBytes;
    private long _statedBytes = -1;

    /// <summary>A file whose length is not known yet, over a stream that can seek. It begins at the stream's position.</summary>
    /// <param name="stream">Takes the file.</param>
    /// <param name="format">What the samples are.</param>
    /// <param name="leaveOpen">Do not dispose the stream with the writer.</param>
    /// <exception cref="ArgumentException">The stream cannot be written or cannot seek, or the format is one that is read only.</exception>
    public WaveWriter(Stream stream, WaveFormat format, bool leaveOpen = false)
        : this(stream, format, null, leaveOpen)
    {
        if (!stream.CanSeek) throw new ArgumentException("The stream cannot seek, so its header cannot be set right later: state the length beforehand.", nameof(stream));
        _origin = stream.Position;
    }

    /// <summary>A file whose length is known, over any stream. The header states that length from the start.</summary>
    /// <param name="stream">Takes the file.</param>
    /// <param name="format">What the samples are.</param>
    /// <param name="dataBytes">Bytes of audio that will come, exactly.</param>
    /// <param name="leaveOpen">Do not dispose the stream with the writer.</param>
    /// <exception cref="ArgumentException">The stream cannot be written, the length is not whole blocks or too long, or the format is one that is read only.</exception>
    public WaveWriter(Stream stream, WaveFormat format, long dataBytes, bool leaveOpen = false)
        : this(stream, format, (long?)dataBytes, leaveOpen)
        => WaveHeader.Write(stackalloc byte[WaveHeader.MaxSize], format, dataBytes); // Refuses a length that no header can state.

    private WaveWriter(Stream stream, WaveFormat format, long? promisedBytes, bool leaveOpen)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(format);
        if (!stream.CanWrite) throw new ArgumentException("The stream cannot be written.", nameof(stream));
        if (format.Encoding is not (WaveEncoding.Pcm16 or WaveEncoding.MuLaw or WaveEncoding.ALaw))
            throw new ArgumentException($"{format.Encoding} is read only; write 16-bit PCM, mu-law or A-law.", nameof(format));
        (_stream, Format, _promisedBytes, _leaveOpen) = (stream, format, promisedBytes, leaveOpen);
        _headerSize = WaveHeader.SizeOf(format);
    }

    /// <summary>What the samples are.</summary>
    public WaveFormat Format { get; }

    /// <summary>Bytes of audio written so far.</summary>
    public long DataBytes { get; private set; }

    /// <summary>How long the audio written so far lasts.</summary>
    public TimeSpan Duration => Format.DurationOf(DataBytes);

    /// <summary>Bytes of audio that still fit: to the length stated beforehand, else to 4 GiB.</summary>
    public long RemainingBytes => (_promisedBytes ?? WaveHeader.MaxDataBytes(Format)) - DataBytes;

    /// <summary>Writes samples, encoded to the file's format.</summary>
    /// <param name="samples">Interleaved 16-bit samples, as many for every channel.</param>
    /// <exception cref="ArgumentException">Not as many samples for every channel. Nothing was written.</exception>
    /// <exception cref="InvalidOperationException">The file would pass its length or 4 GiB. Nothing was written.</exception>
    /// <exception cref="IOException">The stream failed. The samples of this call count as not written.</exception>
    public void Write(ReadOnlySpan<short> samples)
    {
        if (Format.Encoding == WaveEncoding.Pcm16)
        {
            WriteBytes(MemoryMarshal.AsBytes(samples));
            return;
        }
        Check(samples.Length);
        byte[] codes = ArrayPool<byte>.Shared.Rent(samples.Length);
        try
        {
            var taken = codes.AsSpan(0, samples.Length);
            if (Format.Encoding == WaveEncoding.MuLaw) MuLaw.Encode(samples, taken);
            else ALaw.Encode(samples, taken);
            WriteBytes(taken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(codes);
        }
    }

    /// <summary>Writes audio as it lies in the file: mu-law bytes as the carrier sent them, or little-endian samples.</summary>
    /// <param name="audio">Whole blocks of <see cref="WaveFormat.BlockAlign"/> bytes.</param>
    /// <exception cref="ArgumentException">Not whole blocks. Nothing was written.</exception>
    /// <exception cref="InvalidOperationException">The file would pass its length or 4 GiB. Nothing was written.</exception>
    /// <exception cref="IOException">The stream failed. The audio of this call counts as not written.</exception>
    public void WriteBytes(ReadOnlySpan<byte> audio)
    {
        Check(audio.Length);
        if (audio.IsEmpty) return;
        if (_statedBytes < 0)
        {
            WriteFirst(audio);
            return;
        }
        SeekTo(_headerSize + DataBytes);
        _stream.Write(audio);
        DataBytes += audio.Length;
        if (DataBytes == _promisedBytes) WritePadding();
    }

    /// <summary>Makes the file whole: states the true sizes and flushes the stream (to the operating system; fsync is the caller's).</summary>
    /// <exception cref="IOException">The stream failed. What was flushed before still opens.</exception>
    public void Flush()
    {
        if (_statedBytes < 0) return;
        if (_promisedBytes is null && _statedBytes != DataBytes)
        {
            WritePadding();
            Span<byte> header = stackalloc byte[_headerSize];
            WaveHeader.Write(header, Format, DataBytes);
            SeekTo(0);
            _stream.Write(header);
            SeekTo(_headerSize + DataBytes);
            _statedBytes = DataBytes;
        }
        _stream.Flush();
    }

    /// <summary>Flushes, and disposes the stream unless it is to be left open. A length stated beforehand and not reached is not made up for.</summary>
    public void Dispose()
    {
        try
        {
            if (_stream.CanWrite) Flush();
        }
        finally
        {
            if (!_leaveOpen) _stream.Dispose();
        }
    }

    private void WriteFirst(ReadOnlySpan<byte> audio)
    {
        long stated = _promisedBytes ?? audio.Length;
        bool padded = stated == audio.Length && (stated & 1) != 0;
        int length = _headerSize + audio.Length + (padded ? 1 : 0);
        byte[] whole = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            WaveHeader.Write(whole, Format, stated);
            audio.CopyTo(whole.AsSpan(_headerSize));
            if (padded) whole[length - 1] = 0;
            SeekTo(0);
            _stream.Write(whole, 0, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
        (DataBytes, _statedBytes) = (audio.Length, stated);
    }

    /// <summary>A chunk of odd length is followed by a zero byte, which the next audio overwrites.</summary>
    private void WritePadding()
    {
        if ((DataBytes & 1) == 0) return;
        SeekTo(_headerSize + DataBytes);
        _stream.Write([0]);
    }

    private void SeekTo(long offset)
    {
        if (_promisedBytes is null && _stream.Position != _origin + offset) _stream.Position = _origin + offset;
    }

    private void Check(int length)
    {
        int block = Format.Encoding == WaveEncoding.Pcm16 ? Format.BlockAlign : Format.Channels;
        if (length % block != 0) throw new ArgumentException($"{length} bytes are not whole blocks of {block}.");
        if (length <= RemainingBytes) return;
        throw new InvalidOperationException(_promisedBytes is { } promised
            ? $"The file was to hold {promised} bytes of audio; {DataBytes} are written and {length} more would pass that."
            : $"{DataBytes} bytes of audio are written and {length} more would pass 4 GiB, the most that a WAV header can state. Begin a new file.");
    }
}
