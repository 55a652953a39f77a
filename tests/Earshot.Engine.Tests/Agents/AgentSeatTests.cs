using Earshot.Engine.Agents;
using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;
using Earshot.Engine.Recording;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Agents;

/// <summary>A seat at a simulated call whose time is the test's: what one agent says lies where it was said, however long nobody was there.</summary>
public sealed class AgentSeatTests
{
    private const int PacketSamples = 320;

    [Theory]
    [InlineData(10, 15)]
    [InlineData(400, 300)]
    public async Task However_long_the_seat_was_empty_the_next_words_are_in_place(int waitSeconds, int emptySeconds)
    {
        var time = new ManualTimeProvider();
        await using EngineRig rig = Rig(time);
        var call = new CallInTime(rig, time);
        var seat = new AgentSeat(call.Session, time);
        call.Pass(waitSeconds * 1000);
        var ann = new Browser("Ann");
        seat.Take(ann, 16_000, "", out _).ShouldBe(SeatOutcome.Taken);
        double first = call.NowMs;
        call.Pass(3000, ms => Speak(seat, ann, ms - first, time, loudFromMs: 1000, loudToMs: 1200));
        seat.Leave(ann);
        call.Pass(emptySeconds * 1000);
        var bob = new Browser("Bob");
        seat.Take(bob, 16_000, "", out _).ShouldBe(SeatOutcome.Taken);
        double second = call.NowMs;
        call.Pass(3000, ms => Speak(seat, bob, ms - second, time, loudFromMs: 100, loudToMs: 300));
        await call.EndAsync();
        RecordingManifest recording = rig.Recordings()["outbound"].Manifest;

        double[] loud = Loud(rig.Samples(recording), recording.StartOffsetMs);
        loud.Length.ShouldBe(2);
        loud[0].ShouldBe(first + 1000, 25);
        loud[1].ShouldBe(second + 100, 25);
        call.Session.Events.Snapshot().ShouldNotContain(e => e.Kind == EventKinds.Loss);
        recording.DurationSeconds.ShouldBe(rig.Recordings()["inbound"].Manifest.DurationSeconds, 0.1);
    }

    [Theory]
    [InlineData(9_000)]
    [InlineData(1_000)]
    public async Task A_seat_that_is_empty_at_the_end_leaves_a_file_as_long_as_the_callers(int emptyMs)
    {
        var time = new ManualTimeProvider();
        await using EngineRig rig = Rig(time);
        var call = new CallInTime(rig, time);
        var seat = new AgentSeat(call.Session, time);
        var ann = new Browser("Ann");
        call.Pass(500);
        seat.Take(ann, 16_000, "", out _);
        double first = call.NowMs;
        call.Pass(4000, ms => Speak(seat, ann, ms - first, time, 1000, 1200));
        seat.Leave(ann);
        call.Pass(emptyMs);
        await call.EndAsync();
        IReadOnlyDictionary<string, (string Stem, RecordingManifest Manifest)> made = rig.Recordings();
        RecordingManifest near = made["outbound"].Manifest, far = made["inbound"].Manifest;
        (near.StartOffsetMs + near.DurationSeconds * 1000).ShouldBe(far.StartOffsetMs + far.DurationSeconds * 1000, 40);
        Loud(rig.Samples(near), near.StartOffsetMs).ShouldHaveSingleItem().ShouldBe(first + 1000, 25);
    }

    [Fact]
    public async Task A_microphone_that_gave_nothing_for_minutes_and_comes_back_is_in_place_and_its_loss_is_told()
    {
        var time = new ManualTimeProvider();
        await using EngineRig rig = Rig(time);
        var call = new CallInTime(rig, time);
        var seat = new AgentSeat(call.Session, time);
        var ann = new Browser("Ann");
        seat.Take(ann, 16_000, "", out _);
        double first = call.NowMs;
        call.Pass(5000, ms => Speak(seat, ann, ms - first, time, 2000, 2200));
        call.Pass(240_000);
        double again = call.NowMs;
        call.Pass(5000, ms => Speak(seat, ann, 5000 + ms - again, time, 6000, 6200));
        await call.EndAsync();
        RecordingManifest recording = rig.Recordings()["outbound"].Manifest;

        double[] loud = Loud(rig.Samples(recording), recording.StartOffsetMs);
        loud.Length.ShouldBe(2);
        loud[1].ShouldBe(again + 1000, 25);
        call.Session.Events.Snapshot().Where(e => e.Kind == EventKinds.Loss).ShouldHaveSingleItem().DurationMs.ShouldBe(240_000, 100);
    }

    [Fact]
    public async Task A_recording_of_the_microphone_that_was_cut_off_keeps_it_and_ends_with_what_the_caller_heard()
    {
        var storage = new FaultyStorage();
        var time = new ManualTimeProvider();
        await using (EngineRig rig = Rig(time, storage))
        {
            var call = new CallInTime(rig, time);
            var seat = new AgentSeat(call.Session, time);
            var ann = new Browser("Ann");
            call.Pass(500);
            seat.Take(ann, 16_000, "", out _);
            double first = call.NowMs;
            call.Pass(6000, ms => Speak(seat, ann, ms - first, time, 0, 6000));
            await call.EndAsync();
        }
        FaultyStorage left = storage.Copy();
        string agent = left.List().Single(n => n.StartsWith("agent_", StringComparison.Ordinal) && n.EndsWith(".wav", StringComparison.Ordinal)), stem = agent[..^4];
        string callManifest = left.List().Single(n => n.StartsWith("call_", StringComparison.Ordinal) && n.EndsWith(".json", StringComparison.Ordinal));
        byte[] whole = left.Bytes(agent);
        byte[] kept = whole[..(44 + 5 * 32_000)];
        left.Delete(stem + ".json");
        left.Put(agent, kept);
        left.Put(callManifest, System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(left.Bytes(callManifest)).Replace("\"complete\"", "\"recording\"", StringComparison.Ordinal)));
        await using var again = new EngineRig(left);
        again.Get<StreamRecovery>().Run().ShouldHaveSingleItem().Problem.ShouldBeNull();
        RecordingManifest manifest = again.Manifests.ReadRecording(stem)!;
        short[] recovered = again.Samples(manifest);
        WaveAssert.Same(WaveAssert.Samples(whole).AsSpan(0, 5 * 16_000), recovered.AsSpan(0, 5 * 16_000));
        manifest.DurationSeconds.ShouldBe(6.5, 0.1);
        manifest.RmsDbfs!.Value.ShouldBe(20 * Math.Log10(9000 / 32768.0), 0.6);
        TimelineEvent lost = manifest.Events.Single(e => e.Kind == EventKinds.Loss);
        lost.AtMs.ShouldBe(5000, 1);
        lost.DurationMs.ShouldBe(manifest.DurationSeconds * 1000 - 5000, 1);
    }

    /// <summary>Minutes pass in less than a second here, which no disk need keep up with.</summary>
    private static EngineRig Rig(TimeProvider time, FaultyStorage? storage = null) => new(storage, time, o => o.Recording.BufferLimit = TimeSpan.FromHours(1));

    /// <summary>20 ms of the microphone, whose count began <paramref name="sinceMs"/> ago.</summary>
    private static void Speak(AgentSeat seat, IAgentSocket socket, double sinceMs, TimeProvider time, double loudFromMs, double loudToMs)
    {
        short[] packet = new short[PacketSamples];
        if (sinceMs >= loudFromMs && sinceMs < loudToMs) packet.AsSpan().Fill(9000);
        seat.OnMicrophone(socket, (long)(sinceMs * 16), packet, time.GetTimestamp() + TimeSpan.FromMilliseconds(20).Ticks);
    }

    /// <summary>Where it gets loud after 200 ms of quiet, in ms of the call's clock.</summary>
    private static double[] Loud(short[] samples, double startMs)
    {
        var found = new List<double>();
        int quiet = 3200;
        for (int i = 0; i < samples.Length; i++)
        {
            bool loud = Math.Abs((int)samples[i]) > 3000;
            if (loud && quiet >= 3200) found.Add(startMs + i / 16.0);
            quiet = loud ? 0 : quiet + 1;
        }
        return [.. found];
    }

    /// <summary>A two-way call whose frames come as its clock goes.</summary>
    private sealed class CallInTime
    {
        private readonly SyntheticCall call = new() { TwoWay = true };
        private readonly ManualTimeProvider time;

        public CallInTime(EngineRig rig, ManualTimeProvider time)
        {
            this.time = time;
            Session = rig.Open();
            Session.Attach(new Line());
            Session.IsTwoWay = true;
            Session.Send(time, call.Start());
        }

        public StreamSession Session { get; }

        public double NowMs { get; private set; }

        public void Pass(double ms, Action<double>? each = null)
        {
            for (double end = NowMs + ms; NowMs < end; NowMs += SyntheticCall.FrameMs)
            {
                each?.Invoke(NowMs);
                time.Advance(SyntheticCall.FrameMs);
                Session.Send(time, call.Media("inbound", (long)NowMs).Message);
            }
        }

        public async Task EndAsync()
        {
            Session.Send(time, call.Stop());
            await Session.StoredAsync();
        }
    }

    private sealed class Line : ICarrierLine
    {
        public bool TrySend(ReadOnlySpan<byte> message) => true;
    }

    private sealed class Browser(string name) : IAgentSocket
    {
        public string Name => name;

        public bool TrySendBinary(ReadOnlySpan<byte> message) => true;

        public void OnChanged()
        {
        }

        public void Close(AgentEnd why)
        {
        }
    }
}
