using Earshot.Audio.Wave;
using Earshot.Engine.Catalog;
using Earshot.Engine.Storage;

namespace Earshot.Engine.AfterCall;

/// <summary>The segments of a recording as one WAV, read forward.</summary>
internal sealed class SegmentStream : Stream
{
    private const int BytesPerSample = 2;

    private readonly IRecordingStorage storage;
    private readonly Queue<SegmentRow> rest;
    private readonly byte[] header = new byte[WaveHeader.Size];
    private int headerRead;
    private Stream? current;
    private long left;

    public SegmentStream(IRecordingStorage storage, IReadOnlyList<SegmentRow> segments)
    {
        this.storage = storage;
        rest = new Queue<SegmentRow>(segments);
        var format = WaveFormat.Pcm16(16_000);
        WaveHeader.Write(header, format, Math.Min(segments.Sum(s => s.Samples) * BytesPerSample, WaveHeader.MaxDataBytes(format)));
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (headerRead < header.Length)
        {
            int count = Math.Min(buffer.Length, header.Length - headerRead);
            header.AsSpan(headerRead, count).CopyTo(buffer);
            headerRead += count;
            return count;
        }
        while (true)
        {
            if (left > 0)
            {
                int read = current!.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
                left -= read;
                if (read > 0) return read;
                throw new IOException("a segment is shorter than its manifest says; 'earshot repair' puts its header right");
            }
            if (!rest.TryDequeue(out SegmentRow? next)) return 0;
            current?.Dispose();
            current = storage.OpenRead(next.File);
            current.Position = WaveHeader.Size;
            left = next.Samples * BytesPerSample;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) current?.Dispose();
        base.Dispose(disposing);
    }
}
