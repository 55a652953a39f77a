using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Earshot.Audio.Codecs;

namespace Earshot.Audio.Tests.Codecs;

public sealed class MuLawTests
{
    [Fact]
    public void Decode_table_is_the_published_one()
    {
        var table = new short[256];
        MuLaw.Decode(AllCodes.Bytes, table);
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<short>(table)))
            .ShouldBe("3dab54339e520bb2c924826e3b72a917a2b612e9fd12fc867500f1d983a75827");
        for (int code = 0; code < 256; code++) MuLaw.Decode((byte)code).ShouldBe(table[code]);
        table.Max().ShouldBe(MuLaw.Rail);
        table.Min().ShouldBe((short)-MuLaw.Rail);
        MuLaw.Decode(MuLaw.Silence).ShouldBe((short)0);
    }

    [Fact]
    public void Every_code_comes_back_but_negative_zero()
    {
        for (int code = 0; code < 256; code++)
            MuLaw.Encode(MuLaw.Decode((byte)code)).ShouldBe((byte)(code == 0x7F ? 0xFF : code));
    }

    [Fact]
    public void Every_sample_gets_the_code_of_the_decision_table()
    {
        DecisionTables.MuLaw[^1].ShouldBe(8159 * 4);
        for (int sample = short.MinValue; sample <= short.MaxValue; sample++)
        {
            // A negative sample on a decision value belongs inward (G.191).
            int step = DecisionTables.Step(DecisionTables.MuLaw, sample < 0 ? -sample - 1 : sample);
            int expected = (sample < 0 ? 0x7F : 0xFF) - step;
            MuLaw.Encode((short)sample).ShouldBe((byte)expected, $"sample {sample}");
        }
    }

    [Fact]
    public void Spans_give_what_single_samples_give_and_refuse_too_little_room()
    {
        var codes = new byte[65536];
        MuLaw.Encode(AllCodes.Samples, codes);
        for (int i = 0; i < codes.Length; i++) codes[i].ShouldBe(MuLaw.Encode(AllCodes.Samples[i]));
        Should.Throw<ArgumentException>(() => MuLaw.Encode(new short[3], new byte[2]));
        Should.Throw<ArgumentException>(() => MuLaw.Decode(new byte[3], new short[2]));
    }
}
