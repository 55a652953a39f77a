using Earshot.Audio.Detection;
using Earshot.Audio.Signals;
using Earshot.Audio.Tests.Oracles;

namespace Earshot.Audio.Tests.Detection;

public sealed class SpeechListenerTests
{
    private const int Rate = 8000;

    [Theory]
    [InlineData(1)]
    [InlineData(80)]
    [InlineData(160)]
    [InlineData(8192)]
    public void Speech_is_told_where_it_is_however_it_comes(int block)
    {
        (short[] samples, SampleRange[] truth) = Line(gapSeconds: 1.5, noisePeak: 30);
        IReadOnlyList<SampleRange> told = Told(samples, block);
        told.Count.ShouldBe(truth.Length);
        for (int i = 0; i < truth.Length; i++)
        {
            (told[i].Start / (double)Rate).ShouldBe(truth[i].Start / (double)Rate, 0.1);
            (told[i].End / (double)Rate).ShouldBe(truth[i].End / (double)Rate, 0.1);
        }
    }

    [Fact]
    public void A_steady_noise_becomes_the_floor()
    {
        short[] noise = TestSignal.WhiteNoise(20 * Rate, 7, 1000);
        ISpeechListener listener = new EnergySpeech().OpenLive(Rate);
        listener.Add(noise);
        listener.IsSpeech.ShouldBeFalse();
        listener.SettledTo.ShouldBeGreaterThan(19 * Rate);
    }

    [Fact]
    public void Nothing_is_told_before_what_was_settled()
    {
        (short[] samples, _) = Line(gapSeconds: 0.7, noisePeak: 60);
        ISpeechListener listener = new EnergySpeech().OpenLive(Rate);
        var kinds = new List<SpeechEdgeKind>();
        long settled = 0, last = -1;
        for (int at = 0; at < samples.Length; at += 160)
        {
            listener.Add(samples.AsSpan(at, Math.Min(160, samples.Length - at)));
            Take();
            listener.SettledTo.ShouldBeInRange(settled, at + 160);
            settled = listener.SettledTo;
        }
        listener.Complete();
        Take();
        kinds.Count.ShouldBeGreaterThan(3);
        kinds.ShouldBe(kinds.Select((_, i) => i % 2 == 0 ? SpeechEdgeKind.Began : SpeechEdgeKind.Ended));

        void Take()
        {
            while (listener.TryTake(out SpeechEdge edge))
            {
                edge.Sample.ShouldBeInRange(Math.Max(settled, last), samples.Length);
                kinds.Add(edge.Kind);
                last = edge.Sample;
            }
        }
    }

    [Fact]
    public void A_listener_allocates_nothing()
    {
        (short[] samples, _) = Line(gapSeconds: 0.7, noisePeak: 60);
        ISpeechListener listener = new EnergySpeech().OpenLive(Rate);
        Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Run()
        {
            for (int at = 0; at + 160 <= samples.Length; at += 160)
            {
                listener.Add(samples.AsSpan(at, 160));
                while (listener.TryTake(out _)) ;
            }
        }
    }

    [Theory]
    [InlineData(2000, 2000, new int[0])] // As long as the least is too short.
    [InlineData(2001, 4000, new[] { 760, 3241 })]
    public void The_gate_keeps_lengths_and_room(int speech, int silence, int[] edges)
    {
        var gate = new SpeechGate(minSpeech: 2000, minPause: 800, pad: 240);
        gate.Add(1000, speech: false, pause: true);
        gate.Add(speech, speech: true, pause: false);
        for (int i = 0; i < silence / 100; i++) gate.Add(100, speech: false, pause: true);
        Edges(gate).ShouldBe(edges);
    }

    [Fact]
    public void Between_the_two_thresholds_what_was_goes_on()
    {
        var gate = new SpeechGate(minSpeech: 100, minPause: 300, pad: 0);
        gate.Add(200, speech: false, pause: false);
        gate.Add(200, speech: true, pause: false);
        gate.Add(900, speech: false, pause: false);
        gate.Add(100, speech: false, pause: true);
        gate.Add(100, speech: false, pause: false);
        gate.Add(100, speech: true, pause: false);
        gate.Complete();
        Edges(gate).ShouldBe([200, 1600]);
    }

    private static int[] Edges(SpeechGate gate)
    {
        var edges = new List<int>();
        while (gate.TryTake(out SpeechEdge edge)) edges.Add((int)edge.Sample);
        return [.. edges];
    }

    /// <summary>Four prompts on a line with faint noise. A prompt's truth is from its first to its last moment above -45 dBFS.</summary>
    private static (short[] Samples, SampleRange[] Truth) Line(double gapSeconds, int noisePeak)
    {
        var samples = new List<short>();
        var truth = new List<SampleRange>();
        foreach (string word in (string[])["agent-loginok", "auth-incorrect", "activated", "auth-thankyou"])
        {
            string file = Path.Combine(Path.GetDirectoryName(Speech.Files()[0])!, word + ".wav");
            samples.AddRange(new short[(int)(gapSeconds * Rate)]);
            short[] prompt = Speech.Read(file);
            int first = Array.FindIndex(prompt, s => Math.Abs((int)s) > 184), last = Array.FindLastIndex(prompt, s => Math.Abs((int)s) > 184);
            truth.Add(new SampleRange(samples.Count + first, last - first));
            samples.AddRange(prompt);
        }
        samples.AddRange(new short[(int)(gapSeconds * Rate)]);
        short[] noise = TestSignal.WhiteNoise(samples.Count, 3, noisePeak);
        return ([.. samples.Select((s, i) => (short)Math.Clamp(s + noise[i], short.MinValue, short.MaxValue))], [.. truth]);
    }

    private static List<SampleRange> Told(short[] samples, int block)
    {
        ISpeechListener listener = new EnergySpeech().OpenLive(Rate);
        for (int at = 0; at < samples.Length; at += block) listener.Add(samples.AsSpan(at, Math.Min(block, samples.Length - at)));
        listener.Complete();
        var ranges = new List<SampleRange>();
        while (listener.TryTake(out SpeechEdge began) && listener.TryTake(out SpeechEdge ended))
            ranges.Add(new SampleRange(began.Sample, ended.Sample - began.Sample));
        return ranges;
    }
}
