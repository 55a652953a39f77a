using Earshot.Audio.Codecs;
using Earshot.Audio.Signals;
using Earshot.Audio.Wave;
using static Earshot.Audio.Tests.Wave.WaveBytes;

namespace Earshot.Audio.Tests.Wave;

public sealed class WaveReaderTests
{
    private static readonly short[] Audio = [1, -2, 300, -400, short.MaxValue, short.MinValue];
    private static readonly byte[] Guid = [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];

    /// <summary>Name, file, warnings from a stream that seeks, warnings from one that does not. Each holds <see cref="Audio"/>.</summary>
    public static TheoryData<string, byte[], WaveWarnings, WaveWarnings> Readable { get; } = new()
    {
        { "plain", File(Format(), Data(Audio)), 0, 0 },
        { "chunks before", File(Chunk("JUNK", new byte[28]), Format(), Chunk("LIST", new byte[10]), Chunk("fact", new byte[4]), Data(Audio)), 0, 0 },
        { "chunks after", File(Format(), Data(Audio), Chunk("LIST", new byte[10]), Chunk("id3 ", new byte[3])), 0, 0 },
        { "odd chunk with its padding", File(Format(), Chunk("LIST", new byte[11]), Data(Audio)), 0, 0 },
        { "odd chunk without padding", File(Format(), Chunk("LIST", new byte[11], padded: false), Data(Audio)), WaveWarnings.MissingPadding, WaveWarnings.MissingPadding },
        { "fmt of 18 bytes", File(Format(more: [0, 0]), Data(Audio)), 0, 0 },
        { "long fmt", File(Format(more: new byte[60]), Data(Audio)), 0, 0 },
        { "extensible", File(Format(tag: 0xFFFE, more: [22, 0, 16, 0, 4, 0, 0, 0, 1, 0, .. Guid]), Data(Audio)), 0, 0 },
        { "wrong byte rate", Changed(File(Format(), Data(Audio)), 28, 99), 0, 0 },
        { "RIFF size 0", Changed(File(Format(), Data(Audio)), 4, 0), 0, 0 },
        { "data size 0", File(Format(), Chunk("data", Samples(Audio), size: 0)), WaveWarnings.LengthUnknown, WaveWarnings.LengthUnknown },
        { "data size 0xFFFFFFFF", File(Format(), Chunk("data", Samples(Audio), size: uint.MaxValue)), WaveWarnings.LengthUnknown, WaveWarnings.LengthUnknown },
        { "data size too large", File(Format(), Chunk("data", Samples(Audio), size: 5000)), WaveWarnings.Truncated, WaveWarnings.Truncated },
        { "torn sample, true size", File(Format(), Chunk("data", [.. Samples(Audio), 9])), WaveWarnings.TornBlock, WaveWarnings.TornBlock },
        {
            "torn sample, size too large", File(Format(), Chunk("data", [.. Samples(Audio), 9], size: 5000, padded: false)),
            WaveWarnings.Truncated | WaveWarnings.TornBlock, WaveWarnings.Truncated | WaveWarnings.TornBlock
        },
        {
            "torn sample, no size", File(Format(), Chunk("data", [.. Samples(Audio), 9], size: 0, padded: false)),
            WaveWarnings.LengthUnknown | WaveWarnings.TornBlock, WaveWarnings.LengthUnknown | WaveWarnings.TornBlock
        },
    };

    /// <summary>Name, file, place, words that the message must hold.</summary>
    public static TheoryData<string, byte[], long, string> Refused { get; } = new()
    {
        { "empty", [], 0, "empty" },
        { "text", "Hello, world"u8.ToArray(), 0, "begins with 'Hell'" },
        { "control characters", [1, 2, 3, 4, 5], 0, "begins with '....'" },
        { "RIFX", "RIFX\0\0\0\0WAVE"u8.ToArray(), 0, "big-endian" },
        { "AIFF", "FORM\0\0\0\0AIFF"u8.ToArray(), 0, "AIFF" },
        { "AVI", "RIFF\0\0\0\0AVI "u8.ToArray(), 8, "'AVI '" },
        { "cut in the RIFF header", "RIFF\0\0"u8.ToArray(), 6, "inside its RIFF header" },
        { "no chunks", File(), 12, "without a 'fmt '" },
        { "fmt alone", File(Format()), 36, "without a 'data'" },
        { "cut in fmt", File(Format())[..30], 30, "inside its 'fmt '" },
        { "short fmt", File(Chunk("fmt ", new byte[14])), 16, "14 bytes" },
        { "data before fmt", File(Data(Audio), Format()), 12, "before any 'fmt '" },
        { "two fmt", File(Format(), Format(), Data(Audio)), 36, "second 'fmt '" },
        { "12 bits", File(Format(bits: 12, block: 2), Data(Audio)), 34, "12-bit PCM" },
        { "half float", File(Format(tag: 3), Data(Audio)), 34, "16-bit floating point" },
        { "RF64 with a short ds64", [.. "RF64\0\0\0\0WAVE"u8, .. Chunk("ds64", new byte[8])], 16, "8 bytes, 24 are" },
        { "RF64 cut in ds64", [.. "RF64\0\0\0\0WAVE"u8, .. Chunk("ds64", new byte[28])[..20]], 32, "inside its 'ds64'" },
        { "ADPCM", File(Format(tag: 0x11, bits: 4, block: 256), Data(Audio)), 20, "IMA ADPCM" },
        { "GSM", File(Format(tag: 0x31, bits: 0, block: 65), Data(Audio)), 20, "GSM 6.10" },
        { "unknown tag", File(Format(tag: 0x1234), Data(Audio)), 20, "0x1234" },
        { "mu-law of 16 bits", File(Format(tag: 7), Data(Audio)), 34, "mu-law of 16 bits" },
        { "extensible ADPCM", File(Format(tag: 0xFFFE, bits: 4, more: [22, 0, 4, 0, 4, 0, 0, 0, 2, 0, .. Guid]), Data(Audio)), 20, "Microsoft ADPCM" },
        { "extensible, cut", File(Format(tag: 0xFFFE), Data(Audio)), 20, "40 are needed" },
        { "extensible, foreign", File(Format(tag: 0xFFFE, more: new byte[24]), Data(Audio)), 44, "unknown extensible" },
        { "no channel", File(Format(channels: 0, block: 2), Data(Audio)), 22, "0 channels" },
        { "nine channels", File(Format(channels: 9), Data(Audio)), 22, "9 channels" },
        { "no rate", File(Format(rate: 0), Data(Audio)), 24, "0 Hz" },
        { "rate too low", File(Format(rate: 999), Data(Audio)), 24, "999 Hz" },
        { "rate too high", File(Format(rate: 384_001), Data(Audio)), 24, "384001 Hz" },
        { "rate negative", File(Format(rate: -1), Data(Audio)), 24, "4294967295 Hz" },
        { "zero block", File(Format(block: 0), Data(Audio)), 32, "block size of 0" },
        { "wrong block", File(Format(block: 3), Data(Audio)), 32, "take 2" },
    };

    [Theory]
    [MemberData(nameof(Readable))]
    public void What_is_there_is_read(string name, byte[] file, WaveWarnings seeking, WaveWarnings forward)
    {
        using (var reader = new WaveReader(new MemoryStream(file)))
        {
            reader.Warnings.ShouldBe(seeking, name);
            reader.Format.ShouldBe(WaveFormat.Pcm16(8000));
            reader.SamplesPerChannel.ShouldBe(6);
            reader.Duration.ShouldBe(TimeSpan.FromSeconds(6 / 8000.0));
            ReadAll(reader).ShouldBe(Audio, name);
            reader.Warnings.ShouldBe(seeking, name);
        }
        using (var reader = new WaveReader(new ForwardStream(new MemoryStream(file))))
        {
            ReadAll(reader).ShouldBe(Audio, name);
            reader.Warnings.ShouldBe(forward, name);
            reader.DataBytes.ShouldBe(12);
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_not_read_is_refused_by_name(string name, byte[] file, long offset, string words)
    {
        foreach (Stream stream in new Stream[] { new MemoryStream(file), new ForwardStream(new MemoryStream(file)) })
        {
            var refusal = Should.Throw<WaveFormatException>(() => new WaveReader(stream), name);
            refusal.Message.ShouldContain(words);
            refusal.Offset.ShouldBe(offset, name);
            refusal.Message.ShouldStartWith($"At byte {offset}: ");
        }
    }

    [Theory]
    [InlineData(1, 8, new byte[] { 0, 128, 129, 255 }, new short[] { -32768, 0, 256, 32512 })]
    [InlineData(1, 24, new byte[] { 0, 0, 0x80, 0x80, 0, 0, 0xFF, 0xFF, 0x7F }, new short[] { -32768, 0, 32767 })]
    [InlineData(1, 32, new byte[] { 0, 0, 0, 0x80, 1, 0x80, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F }, new short[] { -32768, 1, 32767 })]
    [InlineData(3, 32, new byte[] { 0, 0, 0, 0xBF, 0, 0, 0, 0x40, 0, 0, 0xC0, 0x7F }, new short[] { -16384, 32767, 0 })] // -0.5, 2, NaN
    [InlineData(3, 64, new byte[] { 0, 0, 0, 0, 0, 0, 0xE0, 0x3F, 0, 0, 0, 0, 0, 0, 0xF0, 0xFF }, new short[] { 16384, -32768 })] // 0.5, -infinity
    public void Other_widths_come_rounded_to_16_bits_and_held_at_full_scale(int tag, int bits, byte[] data, short[] expected)
    {
        foreach (byte[] format in new[] { Format(tag, bits: bits), Format(0xFFFE, bits: bits, more: [22, 0, (byte)bits, 0, 4, 0, 0, 0, (byte)tag, 0, .. Guid]) })
        {
            using var reader = new WaveReader(new ForwardStream(new MemoryStream(File(format, Chunk("data", data))), most: 5));
            ReadAll(reader).ShouldBe(expected);
            reader.Format.BitsPerSample.ShouldBe(bits);
            reader.Format.Tag.ShouldBe(tag);
        }
    }

    [Theory]
    [InlineData("RF64")]
    [InlineData("BW64")]
    public void Sizes_beyond_4_GiB_stand_in_ds64(string id)
    {
        byte[] sizes = [.. new byte[8], .. BitConverter.GetBytes(12L), .. new byte[12]];
        byte[] file = [.. System.Text.Encoding.ASCII.GetBytes(id), 255, 255, 255, 255, .. "WAVE"u8, .. Chunk("ds64", sizes), .. Format(), .. Chunk("data", Samples(Audio), size: uint.MaxValue), .. Chunk("LIST", new byte[8])];
        using var reader = new WaveReader(new ForwardStream(new MemoryStream(file)));
        ReadAll(reader).ShouldBe(Audio);
        reader.Warnings.ShouldBe(WaveWarnings.None);
    }

    [Fact]
    public void A_true_length_of_0_is_no_audio_even_when_chunks_follow()
    {
        using var reader = new WaveReader(new MemoryStream(File(Format(), Data(), Chunk("LIST", new byte[26]))));
        reader.Warnings.ShouldBe(WaveWarnings.None);
        reader.DataBytes.ShouldBe(0);
        reader.Read(new short[10]).ShouldBe(0);
    }

    [Fact]
    public void Any_prefix_and_any_changed_byte_is_read_or_refused_but_nothing_else()
    {
        byte[] file = File(Chunk("JUNK", new byte[5]), Format(more: [0, 0]), Chunk("LIST", new byte[10]), Data(Audio), Chunk("LIST", new byte[4]));
        int read = 0, refused = 0;
        var variants = Enumerable.Range(0, file.Length).Select(length => file[..length])
            .Concat(Enumerable.Range(0, file.Length).SelectMany(at => new byte[] { 0, 1, 0x7F, 0x80, 0xFF }.Select(value => ChangedByte(file, at, value))));
        foreach (byte[] variant in variants)
        {
            foreach (Stream stream in new Stream[] { new MemoryStream(variant), new ForwardStream(new MemoryStream(variant)) })
            {
                try
                {
                    using var reader = new WaveReader(stream);
                    ReadAll(reader).Length.ShouldBeLessThanOrEqualTo(file.Length);
                    read++;
                }
                catch (WaveFormatException)
                {
                    refused++;
                }
            }
        }
        read.ShouldBeGreaterThan(300);
        refused.ShouldBeGreaterThan(300);
    }

    [Theory]
    [InlineData(7, 1)]
    [InlineData(6, 2)]
    [InlineData(7, 3)]
    public void G711_comes_decoded_or_as_it_lies(int tag, int channels)
    {
        byte[] codes = Enumerable.Range(0, 6000).Select(i => (byte)(i * 7)).ToArray();
        byte[] file = File(Format(tag, channels, bits: 8, more: [0, 0]), Chunk("fact", new byte[4]), Chunk("data", codes));
        using var raw = new WaveReader(new MemoryStream(file));
        var bytes = new byte[7000];
        raw.ReadBytes(bytes).ShouldBe(6000);
        bytes[..6000].ShouldBe(codes);
        using var decoded = new WaveReader(new ForwardStream(new MemoryStream(file), most: 1000));
        decoded.Format.ShouldBe(new WaveFormat(tag == 7 ? WaveEncoding.MuLaw : WaveEncoding.ALaw, 8000, channels));
        ReadAll(decoded).ShouldBe(codes.Select(code => tag == 7 ? MuLaw.Decode(code) : ALaw.Decode(code)));
    }

    [Fact]
    public void Interleaved_samples_come_in_whole_blocks()
    {
        using var reader = new WaveReader(new MemoryStream(File(Format(channels: 2), Data(Audio))));
        var samples = new short[5];
        reader.Read(samples).ShouldBe(4);
        reader.BytesRead.ShouldBe(8);
        reader.Read(samples).ShouldBe(2);
        samples[..2].ShouldBe(Audio[4..]);
        Should.Throw<ArgumentException>(() => reader.Read(new short[1]));
    }

    [Fact]
    public void A_file_that_begins_inside_a_stream_is_read_from_there()
    {
        var stream = new MemoryStream([.. new byte[100], .. File(Chunk("LIST", new byte[9]), Format(), Chunk("data", Samples(Audio), size: 0))]) { Position = 100 };
        using var reader = new WaveReader(stream);
        ReadAll(reader).ShouldBe(Audio);
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        using var stream = new MemoryStream();
        using (var writer = new WaveWriter(stream, WaveFormat.MuLaw(), leaveOpen: true)) writer.Write(TestSignal.WhiteNoise(200_000, seed: 1));
        stream.Position = 0;
        using var reader = new WaveReader(stream);
        var samples = new short[160];
        Allocated.Bytes(() =>
        {
            for (int i = 0; i < 200; i++) reader.Read(samples);
        }).ShouldBe(0);
        reader.BytesRead.ShouldBe(6 * 200 * 160);
    }

    private static short[] ReadAll(WaveReader reader)
    {
        var all = new List<short>();
        var samples = new short[1000];
        while (reader.Read(samples) is var got and > 0) all.AddRange(samples.AsSpan(0, got));
        return all.ToArray();
    }

    private static byte[] Changed(byte[] file, int at, int value)
    {
        Int32(value).CopyTo(file, at);
        return file;
    }

    private static byte[] ChangedByte(byte[] file, int at, byte value)
    {
        byte[] copy = [.. file];
        copy[at] = value;
        return copy;
    }
}
