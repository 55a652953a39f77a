using System.Runtime.InteropServices;
using System.Text.Json;
using Earshot.Audio.Codecs;
using Earshot.Audio.Detection;
using Earshot.Audio.Signals;
using Earshot.Audio.Wave;
using Earshot.Engine.Analysis;
using Earshot.Engine.Calls;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Analysis;

/// <summary>Reports of whole recordings: what is wrong is named, what is clean is left alone.</summary>
public sealed class AnalysisTests
{
    private const int Rate = 8000;

    [Theory]
    [InlineData("en_US_f_Allison")]
    [InlineData("fr_CA_f_June")]
    [InlineData("es_MX_f_Allison")]
    public void Clean_prompts_have_no_finding(string voice)
    {
        foreach (string file in Prompts(voice))
        {
            short[] samples = Read(file);
            Analyze(samples).Findings.Select(f => f.Code).ShouldBeEmpty(file);
            Analyze([.. samples.Select(s => MuLaw.Decode(MuLaw.Encode(s)))]).Findings.Select(f => f.Code).ShouldBeEmpty(file + " through mu-law");
        }
    }

    [Fact]
    public void Each_fault_is_named_by_its_code_and_makes_the_verdict()
    {
        short[] clean = Read(Prompts("en_US_f_Allison").First());
        Only(Shaped(clean, s => 0.4 * Math.Clamp(6 * s, -32768, 32767))).ShouldBe(FindingCodes.Clipping);
        Only(Shaped(clean, s => s / 25)).ShouldBe(FindingCodes.TooQuiet);
        Only(Shaped(clean, s => 0.5 * s + 1500)).ShouldBe(FindingCodes.DcOffset);
        Only(new short[3 * Rate]).ShouldBe(FindingCodes.AllSilent);
        Only(TestSignal.WhiteNoise(4 * Rate, 1, 2000)).ShouldBe(FindingCodes.NoSpeech);
        Only([.. clean, .. new short[9 * Rate], .. clean]).ShouldBe(FindingCodes.LongSilence);
        Only(Shaped(clean, s => 512 * Math.Round(s / 512.0))).ShouldBe(FindingCodes.LowBitDepth);
        AnalysisReport wrong = Analyze([.. clean.Select(s => MuLaw.Decode(ALaw.Encode(s)))]);
        wrong.Findings.ShouldContain(f => f.Code == FindingCodes.WrongCodec && f.Kind == "alaw-as-mulaw");
        wrong.Verdict.ShouldBe(Verdict.Bad);
        wrong.Findings[0].Severity.ShouldBe(Severity.Error);

        static string Only(short[] samples) => Analyze(samples).Findings.Select(f => f.Code).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_click_before_a_pause_cuts_no_voice()
    {
        short[] clean = Read(Prompts("en_US_f_Allison").First());
        short[] pause = new short[Rate / 10];
        AnalysisReport report = Analyze([.. clean, .. pause, 24000, -9000, .. pause, .. clean]);
        report.Findings.Select(f => f.Code).ShouldBe([FindingCodes.Clicks]);
        AnalysisReport cut = Analyze([.. clean.Take(clean.Length / 2), .. pause.Take(400), .. clean.Skip(clean.Length / 2 + 400)]);
        cut.Tracks[0].Measures["dropoutCount"].ShouldBe(1);
    }

    [Fact]
    public void A_cause_stands_before_what_it_causes()
    {
        short[] clean = Read(Prompts("en_US_f_Allison").First());
        byte[] coded = new byte[clean.Length / 2 * 2];
        MuLaw.Encode(clean.AsSpan(0, coded.Length), coded);
        string[] codes = [.. Analyze(MemoryMarshal.Cast<byte, short>(coded).ToArray()).Findings.Select(f => f.Code)];
        codes.Length.ShouldBeGreaterThan(1);
        codes[0].ShouldBe(FindingCodes.WrongCodec);
        string[] loud = [.. Analyze([.. clean.Select(s => (short)Math.Clamp(s * 18, short.MinValue, short.MaxValue))]).Findings.Select(f => f.Code)];
        loud.ShouldContain(FindingCodes.TooLoud);
        loud[0].ShouldBe(FindingCodes.Clipping);
    }

    [Fact]
    public void A_repaired_file_sounds_as_it_should()
    {
        short[] clean = Read(Prompts("fr_CA_f_June").First());
        byte[] wrong = File([.. clean.Select(s => MuLaw.Decode(ALaw.Encode(s)))]);
        AnalysisReport report = Run(new MemoryStream(wrong));
        CodecRepair.Can(report).ShouldBeTrue();
        var repaired = new MemoryStream();
        CodecRepair.Write(new WaveReader(new MemoryStream(wrong)), report, repaired);
        repaired.Position = 0;
        var samples = new short[clean.Length];
        new WaveReader(repaired).Read(samples).ShouldBe(clean.Length);
        clean.Zip(samples, (a, b) => Math.Abs(ALaw.Decode(ALaw.Encode(a)) - b)).Count(d => d > 16).ShouldBeLessThan(clean.Length / 100);
        Run(new MemoryStream(repaired.ToArray())).Findings.ShouldNotContain(f => f.Code == FindingCodes.WrongCodec);
    }

    [Fact]
    public void The_measures_do_not_depend_on_how_the_file_is_read()
    {
        short[] clean = Read(Prompts("en_US_f_Allison").Skip(1).First());
        AnalysisReport whole = Analyze(clean);
        AnalysisReport slow = Run(new SlowStream(File(clean)));
        slow.Tracks[0].Measures.ShouldBe(whole.Tracks[0].Measures);
    }

    [Fact]
    public void Two_sides_tell_latency_echo_and_likeness()
    {
        short[] voice = Read(Prompts("en_US_f_Allison").First());
        int first = Rate / 2, second = first + voice.Length + (int)(0.7 * Rate), length = second + voice.Length + Rate;
        short[] left = new short[length], right = new short[length];
        voice.CopyTo(left, first);
        short[] answer = Read(Prompts("en_US_f_Allison").Skip(2).First());
        answer.AsSpan(0, Math.Min(answer.Length, length - second)).CopyTo(right.AsSpan(second));
        AnalysisReport plain = Stereo(left, right);
        plain.Findings.Select(f => f.Code).ShouldBeEmpty();
        plain.Conversation!.ResponseLatenciesMs.ShouldHaveSingleItem().ShouldBeInRange(600, 1500);
        int delay = Rate / 5;
        for (int i = delay; i < length; i++) right[i] += (short)(left[i - delay] / 10);
        AnalysisReport echo = Stereo(left, right);
        echo.Conversation!.EchoDelayMs!.Value.ShouldBe(200, 2);
        echo.Conversation.EchoReturnLossDb!.Value.ShouldBe(20, 1);
        echo.Findings.ShouldContain(f => f.Code == FindingCodes.Echo && f.Track == "right");
        Stereo(left, left).Findings.ShouldHaveSingleItem().Code.ShouldBe(FindingCodes.IdenticalChannels);
        Stereo(left, [.. left.Select(s => (short)-s)]).Findings.ShouldHaveSingleItem().Code.ShouldBe(FindingCodes.InvertedChannels);
        Stereo(left, new short[length]).Findings.ShouldContain(f => f.Code == FindingCodes.BlankChannel && f.Track == "right");
    }

    [Fact]
    public void What_the_recorder_saw_becomes_findings_with_places()
    {
        short[] voice = Read(Prompts("en_US_f_Allison").First());
        var facts = new RecordingFacts("inbound", 500, [new TimelineEvent(EventKinds.Loss, "inbound", 1500, 300, ""), new TimelineEvent(EventKinds.Stall, "inbound", 2500, 400, "")], 300, 3);
        AnalysisReport report = Run(new MemoryStream(File(voice)), facts: facts);
        report.Tracks[0].Track.ShouldBe("inbound");
        report.Findings.Single(f => f.Code == FindingCodes.LostAudio).Places.ShouldBe([new TimeRange(1, 1.3)]);
        report.Findings.Single(f => f.Code == FindingCodes.DeliveryStalls).Value.ShouldBe(400);
    }

    [Fact]
    public void A_file_that_was_cut_off_says_how_much_is_missing()
    {
        byte[] whole = File(Read(Prompts("en_US_f_Allison").First()));
        AnalysisReport report = Run(new MemoryStream(whole[..^Rate]));
        report.Findings.Single(f => f.Code == FindingCodes.Truncated).Value!.Value.ShouldBe(0.5, 0.001);
        report.Verdict.ShouldBe(Verdict.Bad);
        Should.Throw<WaveFormatException>(() => Run(new MemoryStream(File([]))));
    }

    [Fact]
    public void The_JSON_is_as_its_schema_says_and_reads_back()
    {
        JsonElement schema = JsonDocument.Parse(System.IO.File.ReadAllText(Path.Combine(SourceTree.Root, "docs/measures/analysis.schema.json"))).RootElement;
        short[] voice = Read(Prompts("en_US_f_Allison").First());
        foreach (AnalysisReport report in new[] { Analyze(voice), Analyze(new short[Rate]), Stereo(voice, Shaped(voice, s => -s)), Analyze(Shaped(voice, s => Math.Clamp(8 * s, -32768, 32767))) })
        {
            string json = AnalysisJson.Text(report);
            JsonShape.Check(JsonDocument.Parse(json).RootElement, schema, "$").ShouldBeEmpty();
            json.ShouldNotContain("\n");
            AnalysisJson.Text(AnalysisJson.Read(json)!).ShouldBe(json);
        }
        JsonShape.Check(JsonDocument.Parse("""{"version":"x"}""").RootElement, schema, "$").ShouldNotBeEmpty();
    }

    private static short[] Shaped(short[] samples, Func<short, double> shape) => [.. samples.Select(s => (short)Math.Clamp(shape(s), short.MinValue, short.MaxValue))];

    private static AnalysisReport Analyze(short[] samples) => Run(new MemoryStream(File(samples)));

    private static AnalysisReport Run(Stream file, RecordingFacts? facts = null) =>
        RecordingAnalyzer.Analyze(new WaveReader(file), new AnalysisOptions(), new EnergySpeech(), facts: facts, cancellation: TestContext.Current.CancellationToken);

    private static AnalysisReport Stereo(short[] left, short[] right) =>
        Run(new MemoryStream(File([.. left.Zip(right).SelectMany(p => new[] { p.First, p.Second })], 2)));

    private static byte[] File(short[] samples, int channels = 1)
    {
        var stream = new MemoryStream();
        WaveFormat format = WaveFormat.Pcm16(Rate, channels);
        var header = new byte[WaveHeader.Size];
        WaveHeader.Write(header, format, 2L * samples.Length);
        stream.Write(header);
        stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<short>(samples));
        return stream.ToArray();
    }

    private static short[] Read(string path)
    {
        using var reader = new WaveReader(System.IO.File.OpenRead(path));
        var samples = new short[reader.SamplesPerChannel!.Value];
        reader.Read(samples);
        return samples;
    }

    private static IEnumerable<string> Prompts(string voice)
    {
        string folder = "/usr/share/asterisk/sounds/" + voice;
        if (!Directory.Exists(folder)) Assert.Skip("asterisk-core-sounds are not installed");
        string[] all = [.. Directory.GetFiles(folder, "*.wav").Where(f => new FileInfo(f).Length is > 48_000 and < 130_000).Order(StringComparer.Ordinal)];
        return all.Where((_, i) => i % 6 == 0);
    }

    private sealed class SlowStream(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 37)]);
    }
}
