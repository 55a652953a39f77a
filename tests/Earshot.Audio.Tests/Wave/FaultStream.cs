namespace Earshot.Audio.Tests.Wave;

/// <summary>A file in memory that keeps what lay there after each write, and fails the writes it is told to, halfway.</summary>
internal sealed class FaultStream(Func<int, bool> fails) : MemoryStream
{
    public List<byte[]> Snapshots { get; } = [];

    public int Writes { get; private set; }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        bool fail = fails(Writes++);
        base.Write(fail ? buffer[..(buffer.Length / 2)].ToArray() : buffer.ToArray(), 0, fail ? buffer.Length / 2 : buffer.Length);
        Snapshots.Add(ToArray());
        if (fail) throw new IOException("No space left on device");
    }
}
