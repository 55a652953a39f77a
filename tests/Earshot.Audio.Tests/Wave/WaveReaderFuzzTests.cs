using Earshot.Audio.Wave;
using static Earshot.Audio.Tests.Wave.WaveBytes;

namespace Earshot.Audio.Tests.Wave;

/// <summary>A header is what a stranger wrote: whatever it says, the reader refuses it in words or reads what is there.</summary>
public sealed class WaveReaderFuzzTests
{
    private const int Mutations = 100_000;
    private const long BytesAFile = 65_536;
    private static readonly uint[] Nasty = [0, 1, 2, 7, 0x7F, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Mutated_headers_are_read_or_refused_in_words(bool seeks)
    {
        byte[][] seeds = Seeds();
        var random = new Random(20_260_101);
        var samples = new short[512];
        int read = 0, refused = 0;
        for (int i = 0; i < Mutations / 2; i++)
        {
            byte[] file = Mutate(seeds[i % seeds.Length], random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var reader = new WaveReader(seeks ? new MemoryStream(file) : new ForwardStream(new MemoryStream(file), 64));
                long total = 0;
                int count;
                while ((count = reader.Read(samples.AsSpan(0, samples.Length / reader.Format.Channels * reader.Format.Channels))) > 0) total += count;
                total.ShouldBeLessThanOrEqualTo(file.Length, "more samples than bytes");
                reader.BytesRead.ShouldBeLessThanOrEqualTo(file.Length);
                read++;
            }
            catch (WaveFormatException e)
            {
                e.Message.Length.ShouldBeGreaterThan(10);
                refused++;
            }
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(file.Length + BytesAFile, "what a header claims is not what is taken");
        }
        // Both ways out are taken often, so the mutations reach past the first check.
        read.ShouldBeGreaterThan(Mutations / 50);
        refused.ShouldBeGreaterThan(Mutations / 50);
    }

    private static byte[][] Seeds()
    {
        short[] audio = new short[200];
        for (int i = 0; i < audio.Length; i++) audio[i] = (short)(i * 97);
        byte[] guid = [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];
        byte[] rf64 = [.. "RF64"u8, .. Int32(-1), .. "WAVE"u8, .. Chunk("ds64", [.. Int32(500), .. Int32(0), .. Int32(400), .. Int32(0), .. Int32(200), .. Int32(0), .. Int32(0)]), .. Format(), .. Chunk("data", Samples(audio), size: uint.MaxValue)];
        return
        [
            File(Format(), Data(audio)),
            File(Chunk("JUNK", new byte[28]), Format(channels: 2), Chunk("LIST", new byte[11]), Data(audio)),
            File(Format(tag: 7, bits: 8), Chunk("fact", Int32(400)), Chunk("data", Samples(audio))),
            File(Format(tag: 6, bits: 8, channels: 2), Chunk("data", Samples(audio))),
            File(Format(bits: 24), Chunk("data", Samples(audio[..198]))),
            File(Format(tag: 3, bits: 32), Data(audio)),
            File(Format(tag: 3, bits: 64, channels: 2), Data(audio)),
            File(Format(tag: 0xFFFE, more: [22, 0, 16, 0, 4, 0, 0, 0, 1, 0, .. guid]), Data(audio)),
            rf64,
        ];
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        byte[] file = [.. seed];
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            // The header is where the harm is: four of five go there.
            int at = random.Next(random.Next(5) == 0 ? file.Length : Math.Min(80, file.Length));
            switch (random.Next(5))
            {
                case 0: file[at] = (byte)random.Next(256); break;
                case 1: file[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: Put(file, at & ~1, 2, Nasty[random.Next(Nasty.Length)]); break;
                case 3: Put(file, at & ~3, 4, Nasty[random.Next(Nasty.Length)]); break;
                default: file = random.Next(2) == 0 ? file[..Math.Max(at, 1)] : [.. file[..at], .. file[at..Math.Min(at + 9, file.Length)], .. file[at..]]; break;
            }
        }
        return file;
    }

    private static void Put(byte[] file, int at, int bytes, uint value)
    {
        for (int i = 0; i < bytes && at + i < file.Length; i++) file[at + i] = (byte)(value >> (8 * i));
    }
}
