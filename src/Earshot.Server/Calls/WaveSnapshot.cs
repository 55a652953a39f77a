using System.Buffers.Binary;
using Earshot.Audio.Wave;

namespace Earshot.Server.Calls;

/// <summary>A WAV of ours as its header says it is at one moment, also while it grows: that many bytes and no more, the header true to them.</summary>
internal sealed class WaveSnapshot : Stream
{
    private const int RiffSizeAt = 4;
    private const int DataSizeAt = 40;

    private readonly Stream file;
    private readonly byte[] header;
    private readonly long length;
    private long position;

    private WaveSnapshot(Stream file, byte[] header, long length) => (this.file, this.header, this.length) = (file, header, length);

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;

    public override long Position
    {
        get => position;
        set => Seek(value, SeekOrigin.Begin);
    }

    /// <summary>The file as its header has it now, or cut at a place before that. A file whose header is not ours is given as it lies.</summary>
    /// <param name="file">The file; disposed with the result.</param>
    /// <param name="untilSeconds">Where to cut; null for all there is.</param>
    public static Stream Of(Stream file, double? untilSeconds)
    {
        byte[] header = new byte[WaveHeader.Size];
        bool isOurs = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length
            && header.AsSpan(0, 4).SequenceEqual("RIFF"u8) && header.AsSpan(36, 4).SequenceEqual("data"u8);
        file.Position = 0;
        if (!isOurs) return file;
        WaveFormat format = WaveFormat.Pcm16(BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(24)));
        long stated = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(DataSizeAt));
        long data = Math.Min(stated, file.Length - header.Length);
        if (untilSeconds is { } seconds) data = (long)Math.Min(data / format.BlockAlign, seconds * format.SampleRateHz) * format.BlockAlign; // Bounded before it is whole: any number of seconds is taken.
        data -= data % format.BlockAlign;
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(RiffSizeAt), (uint)(data + WaveHeader.Size - 8));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(DataSizeAt), (uint)data);
        return new WaveSnapshot(file, header, header.Length + data);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int fromHeader = TakeHeader(buffer);
        return fromHeader > 0 ? fromHeader : Advance(file.Read(Bounded(buffer.Length) is var n && n > 0 ? buffer[..n] : default));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int fromHeader = TakeHeader(buffer.Span);
        return fromHeader > 0 ? fromHeader : Advance(await file.ReadAsync(buffer[..Bounded(buffer.Length)], cancellationToken));
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        long to = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => position + offset, _ => length + offset };
        ArgumentOutOfRangeException.ThrowIfNegative(to, nameof(offset));
        return position = to;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) file.Dispose();
        base.Dispose(disposing);
    }

    private int TakeHeader(Span<byte> buffer)
    {
        if (position >= header.Length) return 0;
        int count = Math.Min(buffer.Length, header.Length - (int)position);
        header.AsSpan((int)position, count).CopyTo(buffer);
        position += count;
        return count;
    }

    private int Bounded(int wanted)
    {
        file.Position = position;
        return (int)Math.Clamp(length - position, 0, wanted);
    }

    private int Advance(int read)
    {
        position += read;
        return read;
    }
}
