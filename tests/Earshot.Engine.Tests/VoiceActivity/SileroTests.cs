using Earshot.Audio.Detection;
using Earshot.Audio.Levels;
using Earshot.Audio.Resampling;
using Earshot.Audio.Signals;
using Earshot.Audio.Wave;
using Earshot.Engine.VoiceActivity;
using Earshot.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Earshot.Engine.Tests.VoiceActivity;

/// <summary>Silero's network on recorded speech; skipped where ./get-silero.sh could not fetch it.</summary>
public sealed class SileroTests
{
    private const int Rate = 8000;
    private const string Sounds = "/usr/share/asterisk/sounds/";

    [Theory]
    [InlineData(8000)]
    [InlineData(16_000)]
    [InlineData(44_100)]
    public void Speech_is_found_where_it_is_at_any_rate(int rate)
    {
        using SileroSpeech silero = Load();
        (short[] line, SampleRange[] truth) = Line();
        short[] samples = At(line, rate);
        ISpeechFinder finder = silero.OpenRecording(rate);
        finder.Add(Floats(samples));
        IReadOnlyList<SampleRange> found = SpeechEdges.Place(finder.Complete(), Levels(samples, rate), rate);
        foreach (SampleRange prompt in truth)
        {
            // A short pause within a prompt may part it.
            SampleRange[] parts = [.. found.Where(f => f.Start / (double)rate < prompt.End / (double)Rate && f.End / (double)rate > prompt.Start / (double)Rate)];
            parts.Length.ShouldBeInRange(1, 2);
            (parts[0].Start / (double)rate).ShouldBe(prompt.Start / (double)Rate, 0.1);
            (parts[^1].End / (double)rate).ShouldBe(prompt.End / (double)Rate, 0.1);
            found = [.. found.Except(parts)];
        }
        found.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(8000, 160)]
    [InlineData(16_000, 320)]
    [InlineData(22_050, 77)]
    public void What_is_told_live_is_what_is_found_at_the_end(int rate, int block)
    {
        using SileroSpeech silero = Load();
        short[] samples = At(Line().Samples, rate);
        ISpeechFinder finder = silero.OpenRecording(rate);
        finder.Add(Floats(samples));
        ISpeechListener listener = silero.OpenLive(rate);
        var edges = new List<long>();
        for (int at = 0; at < samples.Length; at += block)
        {
            long settled = listener.SettledTo;
            listener.Add(samples.AsSpan(at, Math.Min(block, samples.Length - at)));
            while (listener.TryTake(out SpeechEdge edge))
            {
                edge.Sample.ShouldBeInRange(settled, at + block);
                edges.Add(edge.Sample);
            }
        }
        listener.Complete();
        while (listener.TryTake(out SpeechEdge edge)) edges.Add(edge.Sample);
        // Between words the network rests, so its memory is not quite the same: an edge may move by two windows, and a pause within a word show.
        List<long> found = [.. finder.Complete().SelectMany(r => new[] { r.Start, r.End })];
        Join(edges);
        Join(found);
        edges.Count.ShouldBe(found.Count);
        for (int i = 0; i < found.Count; i++) ((double)edges[i]).ShouldBe(found[i], 0.065 * rate);
        edges.Count.ShouldBeGreaterThan(3);

        void Join(List<long> places)
        {
            for (int i = places.Count - 2; i > 0; i -= 2)
            {
                if (places[i] - places[i - 1] < 0.2 * rate) places.RemoveRange(i - 1, 2);
            }
        }
    }

    [Fact]
    public void A_line_at_rest_is_not_sent_to_the_network_and_a_voice_is()
    {
        using SileroSpeech silero = Load();
        var listener = (SileroListener)silero.OpenLive(16_000);
        listener.Add(new short[32_000]);
        silero.Settle([listener]);
        listener.Add(new short[1600]);
        listener.TryNext(out _).ShouldBeFalse();
        listener.Add(At(Line().Samples, 16_000).AsSpan(16_000, 1600));
        listener.TryNext(out _).ShouldBeTrue();
    }

    /// <summary>Channels whose windows go through the network side by side hear what each hears alone, however many there are and whenever each began.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(13, 40)]
    [InlineData(45, 300)]
    public void Channels_that_are_heard_together_are_heard_as_alone(int channels, int noisePeak)
    {
        using SileroSpeech silero = Load();
        short[] speech = At(Line().Samples, 16_000), noise = TestSignal.WhiteNoise(speech.Length, 9, noisePeak);
        for (int i = 0; i < speech.Length; i++) speech[i] = (short)Math.Clamp(speech[i] + noise[i], short.MinValue, short.MaxValue);
        ISpeechListener single = silero.OpenLive(16_000);
        single.Add(speech);
        single.Complete();
        var alone = new List<long>();
        while (single.TryTake(out SpeechEdge edge)) alone.Add(edge.Sample);
        alone.Count.ShouldBeGreaterThan(3);
        ISpeechListener[] listeners = [.. Enumerable.Range(0, channels).Select(_ => silero.OpenLive(16_000))];
        long[][] edges = [.. listeners.Select(_ => Array.Empty<long>())];
        const int Look = 1600;
        for (int at = 0; at < speech.Length + channels * Look; at += Look)
        {
            for (int i = 0; i < channels; i++)
            {
                int from = Math.Clamp(at - i * Look, 0, speech.Length);
                listeners[i].Add(speech.AsSpan(from, Math.Clamp(at - i * Look + Look, 0, speech.Length) - from));
            }
            silero.Settle(listeners);
            foreach (ISpeechListener listener in listeners) ((SileroListener)listener).TryNext(out _).ShouldBeFalse("nothing is left for a channel to do by itself");
            for (int i = 0; i < channels; i++) Take(i);
        }
        for (int i = 0; i < channels; i++)
        {
            listeners[i].Complete();
            Take(i);
            edges[i].ShouldBe(alone);
        }

        void Take(int channel)
        {
            while (listeners[channel].TryTake(out SpeechEdge edge)) edges[channel] = [.. edges[channel], edge.Sample];
        }
    }

    [Fact]
    public void Channels_that_run_at_the_same_time_do_not_hear_each_other()
    {
        using SileroSpeech silero = Load();
        float[] samples = Floats(Line().Samples), noise = Floats(TestSignal.WhiteNoise(samples.Length, 5, 3000));
        IReadOnlyList<SampleRange> alone = Found(silero, samples);
        var results = new IReadOnlyList<SampleRange>[8];
        Parallel.For(0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => results[i] = Found(silero, i % 2 == 0 ? samples : noise));
        for (int i = 0; i < results.Length; i++) results[i].ShouldBe(i % 2 == 0 ? alone : []);
    }

    [Theory]
    [InlineData("en_US_f_Allison/tt-monkeys.wav")]
    [InlineData("en_US_f_Allison/beep.wav")]
    public void What_is_no_voice_is_not_heard(string file)
    {
        using SileroSpeech silero = Load();
        Found(silero, Floats(Read(file))).ShouldBeEmpty();
        Found(silero, new float[20 * Rate]).ShouldBeEmpty();
    }

    [Fact]
    public void A_channel_allocates_nothing_once_it_runs()
    {
        using SileroSpeech silero = Load();
        short[] samples = Line().Samples;
        ISpeechListener listener = silero.OpenLive(Rate);
        Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        // What is given back to the pool costs nothing; its list may grow once.
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1024);

        void Run()
        {
            for (int at = 0; at + 160 <= samples.Length; at += 160)
            {
                listener.Add(samples.AsSpan(at, 160));
                while (listener.TryTake(out _)) ;
            }
        }
    }

    [Fact]
    public void What_is_broken_is_told_once_and_energy_takes_its_place()
    {
        SileroFiles files = Files();
        using var folder = new TemporaryFolder();
        string broken = folder.Sub("broken.onnx"), text = folder.Sub("libtext.so");
        File.WriteAllBytes(broken, [.. File.ReadAllBytes(files.Model).Take(100_000)]);
        File.WriteAllText(text, "not a library");
        Fallback("auto", broken, "", broken);
        Fallback("auto", "", text, text);
        Fallback("silero", folder.Sub("none.onnx"), "", "none.onnx");
        Fallback("auto", "", folder.Sub("none.so"), "none.so");
    }

    [Fact]
    public void Energy_is_used_where_it_is_chosen()
    {
        SpeechChoice choice = SpeechDetectors.Choose("energy", "/nowhere", "/nowhere", NullLogger.Instance);
        choice.Detector.Name.ShouldBe("energy");
        choice.Warning.ShouldBeNull();
    }

    private static void Fallback(string setting, string model, string runtime, string names)
    {
        SpeechChoice choice = SpeechDetectors.Choose(setting, model, runtime, NullLogger.Instance);
        choice.Detector.ShouldBeOfType<EnergySpeech>();
        choice.Warning.ShouldNotBeNull().ShouldContain(names);
        choice.Warning.ShouldNotContain("\n");
    }

    private static SileroFiles Files()
    {
        SileroFiles files = SileroFiles.Find("", "");
        if (files.Missing is { } missing) Assert.Skip(missing);
        return files;
    }

    private static SileroSpeech Load()
    {
        SileroFiles files = Files();
        if (!Directory.Exists(Sounds)) Assert.Skip("asterisk-core-sounds-en-wav is not installed");
        return new SileroSpeech(SileroModel.Load(files.Runtime, files.Model));
    }

    private static IReadOnlyList<SampleRange> Found(SileroSpeech silero, float[] samples)
    {
        ISpeechFinder finder = silero.OpenRecording(Rate);
        for (int at = 0; at < samples.Length; at += 1000) finder.Add(samples.AsSpan(at, Math.Min(1000, samples.Length - at)));
        return finder.Complete();
    }

    /// <summary>Three prompts on a line with faint noise. A prompt's truth is from its first to its last moment above -45 dBFS.</summary>
    private static (short[] Samples, SampleRange[] Truth) Line()
    {
        var samples = new List<short>(new short[Rate]);
        var truth = new List<SampleRange>();
        foreach (string word in (string[])["agent-loginok", "auth-incorrect", "activated"])
        {
            short[] prompt = Read($"en_US_f_Allison/{word}.wav");
            int first = Array.FindIndex(prompt, s => Math.Abs((int)s) > 184), last = Array.FindLastIndex(prompt, s => Math.Abs((int)s) > 184);
            truth.Add(new SampleRange(samples.Count + first, last - first));
            samples.AddRange(prompt);
            samples.AddRange(new short[Rate]);
        }
        short[] noise = TestSignal.WhiteNoise(samples.Count, 3, 30);
        return ([.. samples.Select((s, i) => (short)Math.Clamp(s + noise[i], short.MinValue, short.MaxValue))], [.. truth]);
    }

    private static short[] At(short[] samples, int rate)
    {
        if (rate == Rate) return samples;
        var converter = new RateConverter(Rate, rate);
        var output = new short[converter.MostOutput(samples.Length) + converter.MostOutput(converter.LatencySamples)];
        int count = converter.Process(samples, output);
        return output[..(count + converter.Flush(output.AsSpan(count)))];
    }

    private static float[] Levels(short[] samples, int rate)
    {
        var energy = new EnergySpeechDetector(rate);
        energy.Add(Floats(samples));
        energy.Complete();
        return [.. Enumerable.Range(0, energy.FrameCount).Select(i => (float)energy.LevelDbfs(i))];
    }

    private static float[] Floats(short[] samples)
    {
        var floats = new float[samples.Length];
        SampleConversion.ToFloats(samples, floats);
        return floats;
    }

    private static short[] Read(string file)
    {
        using var reader = new WaveReader(File.OpenRead(Sounds + file));
        var samples = new short[reader.SamplesPerChannel!.Value];
        reader.Read(samples).ShouldBe(samples.Length);
        return samples;
    }
}
