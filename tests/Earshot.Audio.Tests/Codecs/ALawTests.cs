using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Earshot.Audio.Codecs;

namespace Earshot.Audio.Tests.Codecs;

public sealed class ALawTests
{
    [Fact]
    public void Decode_table_is_the_published_one()
    {
        var table = new short[256];
        ALaw.Decode(AllCodes.Bytes, table);
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<short>(table)))
            .ShouldBe("e04788d110e58ff8c70c93b8480190d973e3b67876b6119abbaec766cc75c174");
        for (int code = 0; code < 256; code++) ALaw.Decode((byte)code).ShouldBe(table[code]);
        table.Max().ShouldBe(ALaw.Rail);
        table.Min().ShouldBe((short)-ALaw.Rail);
        ALaw.Decode(ALaw.Silence).ShouldBe((short)8);
        ALaw.Encode(0).ShouldBe(ALaw.Silence);
    }

    [Fact]
    public void Every_code_comes_back()
    {
        for (int code = 0; code < 256; code++) ALaw.Encode(ALaw.Decode((byte)code)).ShouldBe((byte)code);
    }

    [Fact]
    public void Every_sample_gets_the_code_of_the_decision_table()
    {
        DecisionTables.ALaw[^1].ShouldBe(4096 * 8);
        for (int sample = short.MinValue; sample <= short.MaxValue; sample++)
        {
            int step = DecisionTables.Step(DecisionTables.ALaw, sample < 0 ? -sample - 1 : sample);
            int expected = (step | (sample < 0 ? 0 : 0x80)) ^ 0x55;
            ALaw.Encode((short)sample).ShouldBe((byte)expected, $"sample {sample}");
        }
    }

    [Fact]
    public void Spans_give_what_single_samples_give_and_refuse_too_little_room()
    {
        var codes = new byte[65536];
        ALaw.Encode(AllCodes.Samples, codes);
        for (int i = 0; i < codes.Length; i++) codes[i].ShouldBe(ALaw.Encode(AllCodes.Samples[i]));
        Should.Throw<ArgumentException>(() => ALaw.Encode(new short[3], new byte[2]));
        Should.Throw<ArgumentException>(() => ALaw.Decode(new byte[3], new short[2]));
    }
}
