namespace Earshot.Audio.Tests.Wave;

/// <summary>A file of any length of which only the first bytes are kept.</summary>
internal sealed class SparseStream : Stream
{
    private long _length;

    public byte[] Head { get; } = new byte[64];

    public override bool CanRead => false;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position { get; set; }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Position < Head.Length) buffer[..(int)Math.Min(buffer.Length, Head.Length - Position)].CopyTo(Head.AsSpan((int)Position));
        Position += buffer.Length;
        _length = Math.Max(_length, Position);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
