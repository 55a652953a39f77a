using System.Buffers.Binary;

namespace Earshot.Audio.Wave;

/// <summary>Reads a WAV file's chunks up to the first byte of audio, forward only.</summary>
internal sealed class WaveHeaderParser
{
    private const uint Unstated = 0xFFFFFFFF;

    private readonly Stream _stream;
    private readonly long _origin;
    private WaveFormat? _format;
    private WaveWarnings _warnings;
    private long? _wideDataBytes;
    private bool _wide;
    private long _at;

    private WaveHeaderParser(Stream stream)
    {
        _stream = stream;
        _origin = stream.CanSeek ? stream.Position : 0;
    }

    public static WaveLayout Parse(Stream stream) => new WaveHeaderParser(stream).Parse();

    private long? Left => _stream.CanSeek ? Math.Max(_stream.Length - _origin - _at, 0) : null;

    private WaveLayout Parse()
    {
        CheckForm();
        Span<byte> head = stackalloc byte[8];
        bool padding = false;
        while (true)
        {
            int got = ReadChunkHead(head, padding);
            if (got < head.Length) throw Ended();
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            if (head[..4].SequenceEqual("data"u8)) return Data(size);
            if (head[..4].SequenceEqual("fmt "u8)) ReadFormat(size);
            else if (_wide && head[..4].SequenceEqual("ds64"u8)) ReadWideSizes(size);
            else Skip(size);
            padding = (size & 1) != 0;
        }
    }

    private void CheckForm()
    {
        Span<byte> head = stackalloc byte[12];
        int got = Fill(head);
        if (got == 0) throw new WaveFormatException(0, "the file is empty. Nothing was recorded into it, or it was cut off at once.");
        var id = head[..4];
        _wide = got >= 4 && (id.SequenceEqual("RF64"u8) || id.SequenceEqual("BW64"u8));
        if (got >= 4 && !_wide && !id.SequenceEqual("RIFF"u8)) throw WaveRefusal.NotRiff(id);
        if (got < head.Length) throw new WaveFormatException(got, "the file ends inside its RIFF header. There is no audio in it.");
        if (!head[8..].SequenceEqual("WAVE"u8)) throw new WaveFormatException(8, $"this RIFF file holds '{WaveRefusal.Show(head[8..])}', not 'WAVE'. Give a WAV file.");
    }

    /// <summary>Reads id and size of a chunk. The zero byte owed by the chunk before is passed over; a writer that left it out is forgiven.</summary>
    private int ReadChunkHead(Span<byte> head, bool padding)
    {
        int got = Fill(head);
        if (!padding || got == 0) return got;
        if (head[0] != 0)
        {
            _warnings |= WaveWarnings.MissingPadding;
            return got;
        }
        head[1..].CopyTo(head);
        return got - 1 + Fill(head[^1..]);
    }

    private void ReadFormat(uint size)
    {
        long at = _at;
        if (_format is not null) throw new WaveFormatException(at - 8, "a second 'fmt ' chunk. The file is damaged, or two were joined; cut it there.");
        if (size < 16) throw new WaveFormatException(at - 4, $"the 'fmt ' chunk has {size} bytes, 16 are the least. The file is damaged.");
        Span<byte> body = stackalloc byte[40];
        body = body[..(int)Math.Min(size, 40)];
        if (Fill(body) < body.Length) throw new WaveFormatException(_at, "the file ends inside its 'fmt ' chunk. There is no audio in it.");
        _format = WaveFormatChunk.Parse(body, at);
        Skip(size - body.Length);
    }

    /// <summary>The ds64 chunk of a file beyond 4 GiB (EBU Tech 3306): 64-bit sizes of the whole and of the audio.</summary>
    private void ReadWideSizes(uint size)
    {
        Span<byte> body = stackalloc byte[24];
        if (size < body.Length) throw new WaveFormatException(_at - 4, $"the 'ds64' chunk has {size} bytes, {body.Length} are the least. The file is damaged.");
        if (Fill(body) < body.Length) throw new WaveFormatException(_at, "the file ends inside its 'ds64' chunk. There is no audio in it.");
        long bytes = BinaryPrimitives.ReadInt64LittleEndian(body[8..]);
        if (bytes > 0) _wideDataBytes = bytes;
        Skip(size - body.Length);
    }

    private WaveLayout Data(uint stated32)
    {
        long stated = stated32 == Unstated && _wideDataBytes is { } wide ? wide : stated32;
        if (_format is null) throw new WaveFormatException(_at - 8, "the audio stands before any 'fmt ' chunk, so nobody can say what it is. The file is damaged.");
        bool unknown = stated == Unstated || (stated == 0 && !NothingButChunksFollow());
        long? bytes = unknown ? Left : stated;
        if (unknown && bytes != 0) _warnings |= WaveWarnings.LengthUnknown;
        if (Left < bytes)
        {
            bytes = Left;
            _warnings |= WaveWarnings.Truncated;
        }
        long? whole = bytes / _format.BlockAlign * _format.BlockAlign;
        if (whole != bytes) _warnings |= WaveWarnings.TornBlock;
        return new WaveLayout(_format, whole, unknown ? null : stated, _warnings);
    }

    /// <summary>Whether a stated length of 0 can be true: chunks, and only chunks, fill the rest of a file that can be looked into.</summary>
    private bool NothingButChunksFollow()
    {
        if (!_stream.CanSeek) return false;
        long start = _at;
        Span<byte> head = stackalloc byte[8];
        bool chunks = true;
        while (chunks && Left > 0)
        {
            chunks = Fill(head) == head.Length && head[..4].IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E) < 0;
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            if (Left < size) chunks = false;
            else Skip(Math.Min(size + (size & 1L), Left!.Value));
        }
        _at = start;
        _stream.Position = _origin + start;
        return chunks;
    }

    private void Skip(long bytes)
    {
        if (_stream.CanSeek)
        {
            long step = Math.Min(bytes, Left!.Value);
            _stream.Position = _origin + _at + step;
            _at += step;
            return;
        }
        Span<byte> waste = stackalloc byte[1024];
        while (bytes > 0)
        {
            int got = Fill(waste[..(int)Math.Min(bytes, waste.Length)]);
            if (got == 0) return;
            bytes -= got;
        }
    }

    private int Fill(Span<byte> bytes)
    {
        int got = _stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        _at += got;
        return got;
    }

    private WaveFormatException Ended() => new(_at, _format is null
        ? "the file ends without a 'fmt ' and a 'data' chunk. There is no audio in it."
        : "the file ends without a 'data' chunk. There is no audio in it.");
}
