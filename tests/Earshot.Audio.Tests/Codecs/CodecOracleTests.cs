using System.Runtime.InteropServices;
using Earshot.Audio.Codecs;
using Earshot.Audio.Tests.Oracles;

namespace Earshot.Audio.Tests.Codecs;

/// <summary>Sox and ffmpeg decode as we do. Encoding, each rounds near the decision values in its own way (docs of MuLaw.Encode), by one step at most.</summary>
public sealed class CodecOracleTests
{
    [Theory]
    [InlineData("u-law")]
    [InlineData("a-law")]
    public void Sox_decodes_the_same(string law)
    {
        using var file = new TemporaryFile(AllCodes.Bytes, ".raw");
        byte[] raw = Tool.Output("sox", "-t", "raw", "-r", "8000", "-c", "1", "-e", law, "-b", "8", file.Path, "-t", "raw", "-e", "signed", "-b", "16", "-");
        MemoryMarshal.Cast<byte, short>(raw).ToArray().ShouldBe(Decoded(law == "u-law"));
    }

    [Theory]
    [InlineData("mulaw")]
    [InlineData("alaw")]
    public void Ffmpeg_decodes_the_same(string law)
    {
        using var file = new TemporaryFile(AllCodes.Bytes, ".raw");
        byte[] raw = Tool.Output("ffmpeg", "-nostdin", "-v", "error", "-f", law, "-ar", "8000", "-i", file.Path, "-f", "s16le", "-");
        MemoryMarshal.Cast<byte, short>(raw).ToArray().ShouldBe(Decoded(law == "mulaw"));
    }

    [Theory]
    [InlineData("u-law", 510)]
    [InlineData("a-law", 1020)]
    public void Sox_encodes_the_same_away_from_decision_values(string law, int differing)
    {
        using var file = new TemporaryFile(MemoryMarshal.AsBytes<short>(AllCodes.Samples).ToArray(), ".raw");
        byte[] codes = Tool.Output("sox", "-D", "-t", "raw", "-r", "8000", "-c", "1", "-e", "signed", "-b", "16", file.Path, "-t", "raw", "-e", law, "-b", "8", "-");
        ShouldDifferByOneStep(codes, law == "u-law", differing);
    }

    [Theory]
    [InlineData("mulaw")]
    [InlineData("alaw")]
    public void Ffmpeg_encodes_the_same_away_from_decision_values(string law)
    {
        using var file = new TemporaryFile(MemoryMarshal.AsBytes<short>(AllCodes.Samples).ToArray(), ".raw");
        byte[] codes = Tool.Output("ffmpeg", "-nostdin", "-v", "error", "-f", "s16le", "-ar", "8000", "-i", file.Path, "-f", law, "-");
        ShouldDifferByOneStep(codes, law == "mulaw", 964);
    }

    private static void ShouldDifferByOneStep(byte[] theirs, bool muLaw, int most)
    {
        theirs.Length.ShouldBe(65536);
        short[] table = Decoded(muLaw);
        short[] ordered = table.Distinct().Order().ToArray();
        int differing = 0;
        for (int i = 0; i < theirs.Length; i++)
        {
            short ours = table[muLaw ? MuLaw.Encode(AllCodes.Samples[i]) : ALaw.Encode(AllCodes.Samples[i])];
            int steps = Math.Abs(Array.BinarySearch(ordered, ours) - Array.BinarySearch(ordered, table[theirs[i]]));
            steps.ShouldBeLessThanOrEqualTo(1, $"sample {AllCodes.Samples[i]}");
            differing += steps;
        }
        differing.ShouldBeLessThanOrEqualTo(most);
    }

    private static short[] Decoded(bool muLaw) => AllCodes.Bytes.Select(code => muLaw ? MuLaw.Decode(code) : ALaw.Decode(code)).ToArray();
}
