using System.Buffers;
using System.Runtime.InteropServices;
using Earshot.Audio.Codecs;
using Earshot.Audio.Signals;
using Earshot.Audio.Wave;

namespace Earshot.Audio.Tests.Wave;

public sealed class WaveWriterTests
{
    private static readonly short[] Noise = TestSignal.WhiteNoise(5000, seed: 1);

    [Fact]
    public void The_file_is_header_and_audio()
    {
        using var stream = new MemoryStream();
        using (var writer = new WaveWriter(stream, WaveFormat.Pcm16(16000), leaveOpen: true))
        {
            writer.Write(Noise.AsSpan(0, 1000));
            writer.Write(Noise.AsSpan(1000));
            writer.Duration.ShouldBe(TimeSpan.FromSeconds(5000.0 / 16000));
        }
        stream.ToArray().ShouldBe(WaveBytes.File(WaveBytes.Format(rate: 16000), WaveBytes.Data(Noise)));
    }

    [Theory]
    [InlineData(WaveEncoding.Pcm16, 1)]
    [InlineData(WaveEncoding.Pcm16, 2)]
    [InlineData(WaveEncoding.MuLaw, 1)]
    [InlineData(WaveEncoding.ALaw, 3)]
    public void At_every_instant_there_is_nothing_or_a_file_that_opens(WaveEncoding encoding, int channels)
    {
        var stream = new FaultStream(_ => false);
        var format = new WaveFormat(encoding, 8000, channels);
        byte[] audio = MemoryMarshal.AsBytes<short>(Noise).ToArray();
        using var writer = new WaveWriter(stream, format);
        writer.Flush();
        stream.Length.ShouldBe(0, "a header alone is never written");
        int at = 0;
        foreach (int blocks in new[] { 161, 33, 1, 160, 7 })
        {
            writer.WriteBytes(audio.AsSpan(at, blocks * format.BlockAlign));
            at += blocks * format.BlockAlign;
            writer.Flush();
            byte[] now = stream.ToArray();
            now.Length.ShouldBe(WaveHeader.SizeOf(format) + at + at % 2);
            BitConverter.ToUInt32(now, 4).ShouldBe((uint)now.Length - 8);
            using var reader = new WaveReader(new MemoryStream(now));
            reader.Warnings.ShouldBe(WaveWarnings.None);
            ReadAll(reader).ShouldBe(audio[..at]);
        }
        foreach (byte[] snapshot in stream.Snapshots)
        {
            using var reader = new WaveReader(new MemoryStream(snapshot));
            reader.Warnings.ShouldBe(WaveWarnings.None);
            byte[] read = ReadAll(reader);
            read.Length.ShouldBeGreaterThan(0);
            read.ShouldBe(audio[..read.Length]);
        }
    }

    [Theory]
    [InlineData(WaveEncoding.Pcm16)]
    [InlineData(WaveEncoding.MuLaw)]
    public void Whichever_write_fails_the_file_goes_on_at_the_right_place(WaveEncoding encoding)
    {
        var whole = new FaultStream(_ => false);
        WriteFrames(whole, encoding);
        whole.Writes.ShouldBeGreaterThan(15);
        for (int fail = 0; fail < whole.Writes; fail++)
        {
            int failing = fail;
            var stream = new FaultStream(write => write == failing);
            WriteFrames(stream, encoding).ShouldBe(1);
            stream.ToArray().ShouldBe(whole.ToArray(), $"write {fail} failed once");
        }
    }

    [Fact]
    public void Samples_are_encoded_to_the_format()
    {
        using var stream = new MemoryStream();
        using (var writer = new WaveWriter(stream, WaveFormat.ALaw(), leaveOpen: true)) writer.Write(Noise.AsSpan(0, 100));
        var expected = new byte[100];
        ALaw.Encode(Noise.AsSpan(0, 100), expected);
        stream.ToArray()[58..].ShouldBe(expected);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(101)]
    public void A_stream_that_cannot_seek_takes_a_file_of_known_length(int bytes)
    {
        using var target = new MemoryStream();
        using (var writer = new WaveWriter(new ForwardStream(target), WaveFormat.MuLaw(), dataBytes: bytes, leaveOpen: true))
        {
            writer.WriteBytes(new byte[60]);
            writer.Flush();
            writer.WriteBytes(new byte[bytes - 60]);
            writer.RemainingBytes.ShouldBe(0);
            Should.Throw<InvalidOperationException>(() => writer.WriteBytes(new byte[1])).Message.ShouldContain($"{bytes} bytes");
        }
        target.ToArray().ShouldBe(WaveBytes.File(
            WaveBytes.Format(tag: 7, bits: 8, more: [0, 0]), WaveBytes.Chunk("fact", WaveBytes.Int32(bytes)), WaveBytes.Chunk("data", new byte[bytes])));
        Should.Throw<ArgumentException>(() => new WaveWriter(new ForwardStream(target), WaveFormat.MuLaw())).Message.ShouldContain("length beforehand");
    }

    [Fact]
    public void The_padding_is_zero_whatever_the_pool_hands_out()
    {
        byte[] dirty = ArrayPool<byte>.Shared.Rent(58 + 102);
        Array.Fill<byte>(dirty, 0xAA);
        ArrayPool<byte>.Shared.Return(dirty);
        using var stream = new MemoryStream();
        using (var writer = new WaveWriter(stream, WaveFormat.MuLaw(), leaveOpen: true)) writer.WriteBytes(new byte[101]);
        stream.ToArray()[^1].ShouldBe((byte)0);
        stream.Length.ShouldBe(58 + 102);
    }

    [Fact]
    public void Beyond_4_GiB_is_refused_and_the_file_stays_whole()
    {
        using var stream = new SparseStream();
        using var writer = new WaveWriter(stream, WaveFormat.Pcm16(16000));
        var block = new byte[1 << 24];
        while (writer.RemainingBytes >= block.Length) writer.WriteBytes(block);
        Should.Throw<InvalidOperationException>(() => writer.WriteBytes(block)).Message.ShouldContain("Begin a new file");
        writer.WriteBytes(block.AsSpan(0, (int)writer.RemainingBytes));
        writer.Flush();
        writer.DataBytes.ShouldBe(WaveHeader.MaxDataBytes(writer.Format));
        stream.Length.ShouldBe(44 + writer.DataBytes);
        BitConverter.ToUInt32(stream.Head, 4).ShouldBe((uint)(stream.Length - 8));
        BitConverter.ToUInt32(stream.Head, 40).ShouldBe((uint)writer.DataBytes);
    }

    [Fact]
    public void Half_a_block_is_refused()
    {
        using var stream = new MemoryStream();
        using var writer = new WaveWriter(stream, WaveFormat.Pcm16(8000, 2));
        Should.Throw<ArgumentException>(() => writer.WriteBytes(new byte[6]));
        Should.Throw<ArgumentException>(() => writer.Write(new short[3]));
        stream.Length.ShouldBe(0);
    }

    [Fact]
    public void A_frame_allocates_nothing()
    {
        using var stream = new MemoryStream(1 << 20);
        using var writer = new WaveWriter(stream, WaveFormat.Pcm16(16000));
        Allocated.Bytes(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                writer.Write(Noise.AsSpan(0, 320));
                writer.Flush();
            }
        }).ShouldBe(0);
    }

    /// <summary>Ten frames, each written and flushed until that succeeds; gives how often it failed.</summary>
    [Fact]
    public void What_is_read_only_is_not_written()
        => Should.Throw<ArgumentException>(() => new WaveWriter(new MemoryStream(), new WaveFormat(WaveEncoding.Float32, 8000, 1))).Message.ShouldContain("read only");

    private static int WriteFrames(Stream stream, WaveEncoding encoding)
    {
        int failures = 0;
        var writer = new WaveWriter(stream, new WaveFormat(encoding, 8000, 1), leaveOpen: true);
        for (int frame = 0; frame < 10; frame++)
        {
            int at = frame * 161;
            Retry(() => writer.Write(Noise.AsSpan(at, 161)));
            Retry(writer.Flush);
        }
        return failures;

        void Retry(Action action)
        {
            try
            {
                action();
            }
            catch (IOException)
            {
                failures++;
                action();
            }
        }
    }

    private static byte[] ReadAll(WaveReader reader)
    {
        var bytes = new byte[reader.DataBytes!.Value + reader.Format.BlockAlign];
        return bytes[..reader.ReadBytes(bytes)];
    }
}
