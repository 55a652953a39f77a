using System.Runtime.InteropServices;
using Earshot.Audio.Codecs;
using Earshot.Engine.Calling;

namespace Earshot.Engine.Tests.Calling;

public sealed class SpeechClipTests
{
    [Fact]
    public void Mu_law_is_taken_as_it_lies()
    {
        byte[] codes = [.. Enumerable.Range(0, 500).Select(i => (byte)i)];
        SpeechClip clip = Load(WaveBytes.Of(7, 8000, 1, 8, codes));
        clip.MuLawBytes.ToArray().ShouldBe(codes);
        clip.Frames.ShouldBe(4);
        clip.Duration.ShouldBe(TimeSpan.FromMilliseconds(80));
        byte[] frame = new byte[160];
        clip.CopyFrame(3, frame);
        frame[..20].ShouldBe(codes[480..]);
        frame[20..].ShouldAllBe(code => code == MuLaw.Silence);
        clip.CopyFrame(4, frame);
        frame.ShouldAllBe(code => code == MuLaw.Silence);
    }

    [Fact]
    public void PCM_is_encoded()
    {
        short[] samples = [0, 100, -100, 32767, -32768];
        Load(WaveBytes.Of(1, 8000, 1, 16, MemoryMarshal.AsBytes<short>(samples).ToArray())).MuLawBytes.ToArray()
            .ShouldBe([.. samples.Select(MuLaw.Encode)]);
    }

    [Fact]
    public void Gain_makes_it_quiet_or_clips_it()
    {
        var clip = new SpeechClip([MuLaw.Encode(1000), MuLaw.Encode(-1000), MuLaw.Encode(20000)]);
        clip.WithGain(0).ShouldBeSameAs(clip);
        short[] loud = new short[3];
        MuLaw.Decode(clip.WithGain(20).MuLawBytes, loud);
        ((int)loud[0]).ShouldBeInRange(9500, 10500);
        loud[2].ShouldBe(MuLaw.Rail);
        MuLaw.Decode(clip.WithGain(-20).MuLawBytes, loud);
        ((int)loud[1]).ShouldBeInRange(-110, -90);
    }

    [Theory]
    [InlineData(16000, 1, 16, "16000 Hz, 1 channels")]
    [InlineData(8000, 2, 16, "8000 Hz, 2 channels")]
    [InlineData(44100, 2, 16, "sox 'my speech.wav' -r 8000 -c 1 -b 16 -e signed-integer phone.wav")]
    public void Other_files_are_refused_with_the_remedy(int rateHz, int channels, int bits, string words)
    {
        byte[] wave = WaveBytes.Of(1, rateHz, (short)channels, (short)bits, new byte[800]);
        SpeechClip.TryLoad(new MemoryStream(wave), "my speech.wav", out _, out string? problem).ShouldBeFalse();
        problem!.ShouldContain(words);
    }

    [Fact]
    public void What_is_no_WAV_or_empty_or_missing_is_told()
    {
        SpeechClip.TryLoad(new MemoryStream([1, 2, 3]), "x.wav", out _, out string? problem).ShouldBeFalse();
        problem!.ShouldContain("x.wav is not a WAV file");
        SpeechClip.TryLoad(new MemoryStream(WaveBytes.Of(1, 8000, 1, 16, [])), "x.wav", out _, out problem).ShouldBeFalse();
        SpeechClip.TryLoad("/no/such/file.wav", out _, out problem).ShouldBeFalse();
        problem!.ShouldContain("cannot be read");
    }

    private static SpeechClip Load(byte[] wave)
    {
        SpeechClip.TryLoad(new MemoryStream(wave), "test.wav", out SpeechClip? clip, out string? problem).ShouldBeTrue(problem);
        return clip!;
    }
}
