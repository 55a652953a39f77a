using Earshot.Audio.Wave;

namespace Earshot.Audio.Tests.Wave;

public sealed class WaveHeaderTests
{
    [Fact]
    public void Pcm_gets_the_canonical_44_bytes()
    {
        var header = new byte[WaveHeader.Size];
        WaveHeader.Write(header, WaveFormat.Pcm16(16000, 2), 64000);
        byte[] whole = WaveBytes.File(WaveBytes.Format(channels: 2, rate: 16000), WaveBytes.Chunk("data", new byte[64000]));
        header.ShouldBe(whole[..44]);
    }

    [Fact]
    public void Mu_law_gets_an_extended_fmt_and_a_fact_chunk()
    {
        var header = new byte[WaveHeader.MaxSize];
        WaveHeader.Write(header, WaveFormat.MuLaw(), 161);
        byte[] whole = WaveBytes.File(
            WaveBytes.Format(tag: 7, bits: 8, more: [0, 0]), WaveBytes.Chunk("fact", WaveBytes.Int32(161)), WaveBytes.Chunk("data", new byte[161]));
        header.ShouldBe(whole[..58]);
    }

    [Fact]
    public void What_no_header_can_state_is_refused()
    {
        var header = new byte[WaveHeader.MaxSize];
        long most = WaveHeader.MaxDataBytes(WaveFormat.Pcm16(8000, 3));
        (most % 6).ShouldBe(0);
        WaveHeader.Write(header, WaveFormat.Pcm16(8000, 3), most);
        BitConverter.ToUInt32(header, 4).ShouldBe((uint)(most + 36));
        Should.Throw<ArgumentOutOfRangeException>(() => WaveHeader.Write(header, WaveFormat.Pcm16(8000, 3), most + 6)).Message.ShouldContain("Begin a new file");
        Should.Throw<ArgumentOutOfRangeException>(() => WaveHeader.Write(header, WaveFormat.Pcm16(8000), -2));
        Should.Throw<ArgumentException>(() => WaveHeader.Write(header, WaveFormat.Pcm16(8000), 3));
        Should.Throw<ArgumentException>(() => WaveHeader.Write(new byte[43], WaveFormat.Pcm16(8000), 2));
        most = WaveHeader.MaxDataBytes(WaveFormat.MuLaw());
        WaveHeader.Write(header, WaveFormat.MuLaw(), most);
        BitConverter.ToUInt32(header, 4).ShouldBe((uint)(most + (most & 1) + 50));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(384_001, 1)]
    [InlineData(8000, 0)]
    [InlineData(8000, 9)]
    public void A_format_outside_the_limits_is_refused(int sampleRateHz, int channels)
        => Should.Throw<ArgumentOutOfRangeException>(() => WaveFormat.Pcm16(sampleRateHz, channels));
}
