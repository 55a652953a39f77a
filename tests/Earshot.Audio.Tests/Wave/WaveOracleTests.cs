using System.Globalization;
using System.Runtime.InteropServices;
using Earshot.Audio.Codecs;
using Earshot.Audio.Signals;
using Earshot.Audio.Tests.Oracles;
using Earshot.Audio.Wave;

namespace Earshot.Audio.Tests.Wave;

/// <summary>Other houses read what we write, with the right length and samples, and we read what they write.</summary>
public sealed class WaveOracleTests
{
    private const int Blocks = 12_345;

    public static TheoryData<WaveEncoding, int> Formats { get; } = new()
    {
        { WaveEncoding.Pcm16, 1 }, { WaveEncoding.Pcm16, 2 }, { WaveEncoding.MuLaw, 1 }, { WaveEncoding.ALaw, 1 }, { WaveEncoding.MuLaw, 2 },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void Sox_reads_it(WaveEncoding encoding, int channels)
    {
        var (bytes, samples) = Make(encoding, channels);
        using var file = new TemporaryFile(bytes);
        Tool.Run("sox", "--i", "-s", file.Path).Trim().ShouldBe(Blocks.ToString(CultureInfo.InvariantCulture));
        Samples(Tool.Output("sox", "-D", file.Path, "-t", "raw", "-e", "signed", "-b", "16", "-")).ShouldBe(samples);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Ffmpeg_reads_it(WaveEncoding encoding, int channels)
    {
        var (bytes, samples) = Make(encoding, channels);
        using var file = new TemporaryFile(bytes);
        string seconds = Tool.Run("ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", file.Path);
        double.Parse(seconds, CultureInfo.InvariantCulture).ShouldBe(Blocks / 16000.0, 1e-6);
        Samples(Tool.Output("ffmpeg", "-nostdin", "-v", "error", "-i", file.Path, "-f", "s16le", "-")).ShouldBe(samples);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Python_reads_it(int channels)
    {
        var (bytes, samples) = Make(WaveEncoding.Pcm16, channels);
        using var file = new TemporaryFile(bytes);
        const string Script = "import sys, wave; w = wave.open(sys.argv[1]); assert w.getparams()[:4] == (int(sys.argv[2]), 2, 16000, int(sys.argv[3])), w.getparams(); sys.stdout.buffer.write(w.readframes(w.getnframes()))";
        Samples(Tool.Output("python3", "-c", Script, file.Path, channels.ToString(CultureInfo.InvariantCulture), Blocks.ToString(CultureInfo.InvariantCulture))).ShouldBe(samples);
    }

    [Theory]
    [InlineData("pcm_s16le", WaveEncoding.Pcm16, 1)]
    [InlineData("pcm_s16le", WaveEncoding.Pcm16, 6)]
    [InlineData("pcm_mulaw", WaveEncoding.MuLaw, 1)]
    [InlineData("pcm_alaw", WaveEncoding.ALaw, 2)]
    public void We_read_what_ffmpeg_writes_to_a_file_and_to_a_pipe(string codec, WaveEncoding encoding, int channels)
    {
        string[] source = ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=r=8000:d=1:seed=4", "-ac", $"{channels}", "-c:a", codec];
        using var file = new TemporaryFile([]);
        Tool.Run("ffmpeg", [.. source, "-y", file.Path]);
        using var fromFile = new WaveReader(File.OpenRead(file.Path));
        fromFile.Format.ShouldBe(new WaveFormat(encoding, 8000, channels));
        fromFile.Warnings.ShouldBe(WaveWarnings.None);
        fromFile.SamplesPerChannel.ShouldBe(8000);
        var whole = new short[8000 * channels];
        fromFile.Read(whole).ShouldBe(whole.Length);
        Samples(Tool.Output("ffmpeg", "-nostdin", "-v", "error", "-i", file.Path, "-f", "s16le", "-")).ShouldBe(whole);

        using var fromPipe = new WaveReader(new ForwardStream(new MemoryStream(Tool.Output("ffmpeg", [.. source, "-f", "wav", "-"])), most: 999));
        fromPipe.Warnings.ShouldBe(WaveWarnings.LengthUnknown);
        var streamed = new short[8001 * channels];
        fromPipe.Read(streamed).ShouldBe(whole.Length);
        streamed[..whole.Length].ShouldBe(whole);
    }

    [Fact]
    public void We_refuse_by_name_what_sox_writes_in_ADPCM()
    {
        using var file = new TemporaryFile([]);
        Tool.Run("sox", "-n", "-r", "8000", "-e", "ima-adpcm", file.Path, "synth", "0.1", "sine", "440");
        using var stream = File.OpenRead(file.Path);
        Should.Throw<WaveFormatException>(() => new WaveReader(stream)).Message.ShouldContain("IMA ADPCM");
    }

    [Theory]
    [InlineData("pcm_u8")]
    [InlineData("pcm_s24le")]
    [InlineData("pcm_s32le")]
    [InlineData("pcm_f32le")]
    [InlineData("pcm_f64le")]
    [InlineData("pcm_s24le", "-rf64", "always")]
    [InlineData("pcm_s24le", "-ac", "4")] // extensible
    public void We_read_other_widths_as_ffmpeg_converts_them(string codec, params string[] more)
    {
        using var file = new TemporaryFile([]);
        Tool.Run("ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=r=8000:d=1:seed=4", .. more, "-c:a", codec, "-y", file.Path]);
        short[] expected = Samples(Tool.Output("ffmpeg", "-nostdin", "-v", "error", "-i", file.Path, "-f", "s16le", "-"));
        using var reader = new WaveReader(File.OpenRead(file.Path));
        var samples = new short[expected.Length + 1];
        reader.Read(samples).ShouldBe(expected.Length);
        // ffmpeg cuts integer samples off where we round them.
        expected.Select((value, i) => Math.Abs(value - samples[i])).Max().ShouldBeLessThanOrEqualTo(codec.StartsWith("pcm_s", StringComparison.Ordinal) ? 1 : 0);
    }

    private static (byte[] File, short[] Samples) Make(WaveEncoding encoding, int channels)
    {
        var format = new WaveFormat(encoding, 16000, channels);
        short[] samples = TestSignal.WhiteNoise(Blocks * channels, seed: 11, peak: 32000);
        if (encoding == WaveEncoding.MuLaw) samples = samples.Select(sample => MuLaw.Decode(MuLaw.Encode(sample))).ToArray();
        if (encoding == WaveEncoding.ALaw) samples = samples.Select(sample => ALaw.Decode(ALaw.Encode(sample))).ToArray();
        using var stream = new MemoryStream();
        using (var writer = new WaveWriter(stream, format, leaveOpen: true))
        {
            for (int at = 0; at < samples.Length; at += 321 * channels)
            {
                writer.Write(samples.AsSpan(at, Math.Min(321 * channels, samples.Length - at)));
                writer.Flush();
            }
        }
        return (stream.ToArray(), samples);
    }

    private static short[] Samples(byte[] raw) => MemoryMarshal.Cast<byte, short>(raw).ToArray();
}
