using Earshot.Engine.Agents;

namespace Earshot.Engine.Tests.Agents;

/// <summary>A simulated browser with a clock of its own: a beep every second at a known moment of the call must lie there in what is recorded.</summary>
public sealed class MicrophoneTrackTests
{
    private const int RateHz = 16_000;
    private const double PacketMs = 20;
    private const double BeepMs = 50;

    [Theory]
    [InlineData(0, 2)]
    [InlineData(100, 60)]
    [InlineData(-100, 60)]
    [InlineData(200, 15)]
    [InlineData(-200, 15)]
    public void A_clock_that_drifts_stays_within_20_ms_of_the_call(double ppm, int minutes)
    {
        var file = new BeepFile();
        var track = new MicrophoneTrack(RateHz, file, file.Near);
        new Browser(ppm, seed: 7).Talk(track, fromMs: 3000, toMs: minutes * 60_000.0);
        track.Complete();
        file.ShouldHaveBeepsAtEverySecond(4, minutes * 60 - 1);
        file.LostMs.ShouldBe(0);
        if (minutes > 1) track.DriftPpm.ShouldBe(ppm, 25);
    }

    [Fact]
    public void A_stall_with_a_burst_behind_it_adds_nothing()
    {
        var file = new BeepFile();
        var track = new MicrophoneTrack(RateHz, file, file.Near);
        var browser = new Browser(50, seed: 3) { StallEveryMs = 7300, StallMs = 900 };
        browser.Talk(track, fromMs: 3000, toMs: 120_000);
        track.Complete();
        file.ShouldHaveBeepsAtEverySecond(4, 119);
        file.LostMs.ShouldBe(0);
        file.Near.EndMs.ShouldBe(120_000, 25);
    }

    [Fact]
    public void What_the_browser_counted_and_did_not_send_is_silence_of_its_length()
    {
        var file = new BeepFile();
        var track = new MicrophoneTrack(RateHz, file, file.Near);
        var browser = new Browser(0, seed: 5) { DropFromMs = 30_500, DropToMs = 32_500 };
        browser.Talk(track, fromMs: 3000, toMs: 60_000);
        track.Complete();
        file.ShouldHaveBeepsAtEverySecond(4, 59, except: [31, 32]);
        file.LostMs.ShouldBe(2000, 25);
    }

    [Fact]
    public void After_a_reconnect_the_recording_goes_on_in_its_place()
    {
        var file = new BeepFile();
        var first = new MicrophoneTrack(RateHz, file, file.Near);
        new Browser(150, seed: 1).Talk(first, fromMs: 3000, toMs: 20_500);
        first.Complete();
        var second = new MicrophoneTrack(48_000, file, file.Near);
        new Browser(-80, seed: 2, rateHz: 48_000).Talk(second, fromMs: 24_500, toMs: 50_000);
        second.Complete();
        file.ShouldHaveBeepsAtEverySecond(4, 49, except: [21, 22, 23, 24]);
    }

    [Fact]
    public void A_recording_that_began_before_the_agent_is_silent_until_the_first_word()
    {
        var file = new BeepFile();
        file.Near.Begin(100, 1600);
        var track = new MicrophoneTrack(RateHz, file, file.Near);
        new Browser(0, seed: 9).Talk(track, fromMs: 5500, toMs: 20_000);
        track.Complete();
        file.Near.StartMs.ShouldBe(100);
        file.ShouldHaveBeepsAtEverySecond(6, 19, firstSample: 1600);
    }

    [Theory]
    [InlineData(60_000, 0)]
    [InlineData(600_000, 0)]
    [InlineData(60_000, 60_000)]
    [InlineData(600_000, 600_000)]
    public void After_a_time_without_packets_what_follows_is_in_its_place(double pausedMs, double countedMs)
    {
        var file = new BeepFile();
        var track = new MicrophoneTrack(RateHz, file, file.Near);
        var browser = new Browser(60, seed: 11);
        browser.Talk(track, fromMs: 3000, toMs: 40_000);
        browser.Count((long)(countedMs * 16 * (1 + 60e-6))); // A microphone that was unplugged counts on; a machine that slept does not.
        browser.Talk(track, fromMs: 40_000 + pausedMs, toMs: 70_000 + pausedMs);
        track.Complete();
        int resumed = (int)(40_000 + pausedMs) / 1000;
        file.ShouldHaveBeepsAtEverySecond(4, 39);
        file.ShouldHaveBeepsAtEverySecond(resumed + 1, resumed + 29);
        file.LostMs.ShouldBe(pausedMs, 60);
        track.DriftPpm.ShouldBe(60, 60);
    }

    [Fact]
    public void A_connection_whose_first_packets_were_slow_finds_its_place()
    {
        var file = new BeepFile();
        var track = new MicrophoneTrack(RateHz, file, file.Near);
        new Browser(0, seed: 4) { SlowUntilMs = 4500, SlowByMs = 350 }.Talk(track, fromMs: 3000, toMs: 30_000);
        track.Complete();
        file.ShouldHaveBeepsAtEverySecond(7, 29);
        file.LeftOutMs.ShouldBe(350, 80);
        file.LostMs.ShouldBe(0);
    }

    [Fact]
    public void A_count_that_runs_ahead_of_time_is_wrong()
    {
        var file = new BeepFile();
        var track = new MicrophoneTrack(RateHz, file, file.Near);
        var browser = new Browser(0, seed: 4);
        browser.Talk(track, fromMs: 3000, toMs: 10_000);
        track.Add(1L << 40, new short[320], 10_020);
        browser.Talk(track, fromMs: 10_000, toMs: 20_000);
        track.Complete();
        file.ShouldHaveBeepsAtEverySecond(4, 19);
    }

    [Fact]
    public void A_count_that_leaps_with_every_packet_does_not_flood_the_recording()
    {
        var file = new BeepFile();
        var track = new MicrophoneTrack(RateHz, file, file.Near);
        new Browser(0, seed: 4).Talk(track, fromMs: 3000, toMs: 10_000);
        for (int i = 1; i < 50; i++) track.Add(7777 + 16 * 10_000L * i, new short[320], 10_020 + i * 20);
        track.Complete();
        file.LostMs.ShouldBeLessThan(11_000);
        file.Near.EndMs.ShouldBeLessThan(22_000);
    }

    /// <summary>Sends packets whose samples it counts by its own clock; they come 5 ms late and up to 30 ms later than that.</summary>
    private sealed class Browser(double ppm, int seed, int rateHz = RateHz)
    {
        private const double LeastDelayMs = 5;
        private const long FirstSample = 7777;
        private readonly Random random = new(seed);
        private long next = FirstSample;

        public double StallEveryMs { get; init; } = double.PositiveInfinity;
        public double StallMs { get; init; }
        public double DropFromMs { get; init; } = double.NaN;
        public double DropToMs { get; init; }
        public double SlowUntilMs { get; init; } = double.NegativeInfinity;
        public double SlowByMs { get; init; }

        /// <summary>The device counts samples that nobody gets.</summary>
        public void Count(long samples) => next += samples;

        public void Talk(MicrophoneTrack track, double fromMs, double toMs)
        {
            double samplesPerMs = rateHz / 1000.0 * (1 + ppm * 1e-6);
            int count = (int)(PacketMs * rateHz / 1000);
            short[] packet = new short[count];
            double lastArrival = 0;
            for (long begin = next; ; next += count)
            {
                long first = next;
                double atMs = fromMs + (first - begin) / samplesPerMs, endMs = atMs + count / samplesPerMs;
                if (endMs > toMs) return;
                for (int i = 0; i < count; i++)
                {
                    double ms = atMs + i / samplesPerMs, inSecond = ms % 1000;
                    packet[i] = inSecond < BeepMs ? (short)(12_000 * Math.Sin(2 * Math.PI * 0.8 * inSecond)) : (short)0;
                }
                double arrival = endMs + LeastDelayMs + random.NextDouble() * random.NextDouble() * 30;
                double inStall = endMs % StallEveryMs;
                if (endMs > StallEveryMs && inStall < StallMs) arrival = endMs - inStall + StallMs + LeastDelayMs;
                if (endMs < SlowUntilMs) arrival += SlowByMs;
                lastArrival = Math.Max(arrival, lastArrival);
                if (!(endMs > DropFromMs && endMs <= DropToMs)) track.Add(first, packet, lastArrival);
            }
        }
    }

    /// <summary>Keeps only where beeps begin.</summary>
    private sealed class BeepFile : IMicrophoneOutput
    {
        private readonly List<long> beeps = [];
        private long samples;
        private long quiet = 1000;

        public BeepFile() => Near = new NearTrack(this);

        public NearTrack Near { get; }

        public double LostMs { get; private set; }

        public double LeftOutMs { get; private set; }

        public void OnHeard(ReadOnlySpan<short> heard)
        {
        }

        public void OnSamples(ReadOnlySpan<short> placed)
        {
            foreach (short sample in placed)
            {
                if (Math.Abs((int)sample) < 1500)
                {
                    quiet++;
                }
                else
                {
                    if (quiet >= 400) beeps.Add(samples);
                    quiet = 0;
                }
                samples++;
            }
        }

        public void OnLost(double atMs, double durationMs) => LostMs += durationMs;

        public void OnLeftOut(double atMs, double durationMs) => LeftOutMs += durationMs;

        public void ShouldHaveBeepsAtEverySecond(int first, int last, int[]? except = null, long firstSample = 0)
        {
            double[] places = [.. beeps.Select(b => Near.StartMs + (b + firstSample) / 16.0)];
            for (int second = first; second <= last; second++)
            {
                double[] near = [.. places.Where(p => Math.Abs(p - second * 1000) < 400)];
                if (except?.Contains(second) == true) near.ShouldBeEmpty($"second {second}");
                else near.ShouldHaveSingleItem($"second {second}").ShouldBe(second * 1000, 20, $"second {second}");
            }
        }
    }
}
