using System.Text.Json.Nodes;
using Earshot.Audio.Detection;
using Earshot.Engine.Calls;
using Earshot.Engine.Transcription;
using Earshot.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Earshot.Engine.Tests.Transcription;

/// <summary>Words while the call runs: soon after the pause, and never at the cost of the audio.</summary>
public sealed class LiveTests
{
    private const int Rate = LiveTrack.RateHz;
    private const int Frame = 320;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void A_piece_is_given_within_two_seconds_of_the_pause_that_ends_it()
    {
        (double Start, double End)[] truth = [(1, 2.5), (4.5, 5.2), (7.2, 9.2)];
        short[] audio = SpeechWave.Pattern((1, 0), (1.5, 1), (2, 0), (0.7, 1), (2, 0), (2, 1), (2.5, 0));
        var track = new LiveTrack(new EnergySpeech(), new TranscriptionOptions());
        var given = new List<(LivePiece Piece, double At)>();
        var pieces = new List<LivePiece>();
        for (int at = 0; at + Frame <= audio.Length; at += Frame)
        {
            track.Ring.Write(at, audio.AsSpan(at, Frame));
            pieces.Clear();
            Drain(track, pieces);
            given.AddRange(pieces.Select(p => (p, (double)(at + Frame) / Rate)));
        }
        given.Count.ShouldBe(truth.Length);
        for (int i = 0; i < truth.Length; i++)
        {
            (given[i].At - truth[i].End).ShouldBeInRange(0, 2);
            SampleRange speech = given[i].Piece.Stretch.Speech.ShouldHaveSingleItem();
            ((double)speech.Start / Rate).ShouldBe(truth[i].Start, 0.1);
            ((double)speech.End / Rate).ShouldBe(truth[i].End, 0.1);
            SampleRange range = given[i].Piece.Stretch.Audio;
            given[i].Piece.Audio.ShouldBe(audio[(int)range.Start..(int)range.End]);
        }
    }

    [Fact]
    public void A_speech_without_end_gives_pieces_that_follow_each_other_without_a_hole()
    {
        short[] audio = SpeechWave.Pattern([(1, 0), .. Enumerable.Range(0, 60).SelectMany(_ => ((double, double)[])[(0.65, 1), (0.15, 0)]), (1.5, 0)]);
        var options = new TranscriptionOptions();
        options.Live.LongestPiece = TimeSpan.FromSeconds(8);
        var track = new LiveTrack(new EnergySpeech(), options);
        var pieces = new List<LivePiece>();
        for (int at = 0; at < audio.Length; at += Frame)
        {
            track.Ring.Write(at, audio.AsSpan(at, Math.Min(Frame, audio.Length - at)));
            Drain(track, pieces);
        }
        pieces.Count.ShouldBeGreaterThan(5);
        foreach ((LivePiece one, LivePiece next) in pieces.Zip(pieces.Skip(1))) next.Stretch.Audio.Start.ShouldBe(one.Stretch.Audio.End);
        foreach (LivePiece piece in pieces)
        {
            piece.Audio.Length.ShouldBeLessThanOrEqualTo((int)(8.5 * Rate));
            piece.Audio.ShouldBe(audio[(int)piece.Stretch.Audio.Start..(int)piece.Stretch.Audio.End]);
            piece.Stretch.Speech.ShouldAllBe(r => r.Start >= piece.Stretch.Audio.Start && r.End <= piece.Stretch.Audio.End);
        }
        pieces.Sum(p => p.Stretch.Speech.Sum(r => r.Length)).ShouldBe(track.SpeechSamples, "what is found is sent, none of it twice");
    }

    [Fact]
    public void A_burst_finds_room_and_lost_time_takes_none_and_moves_nothing()
    {
        short[] word = SpeechWave.Pattern((1, 0), (1.5, 1), (1, 0)), speech = SpeechWave.Pattern((9.5, 1));
        long lost = 600 * Rate;
        var track = new LiveTrack(new EnergySpeech(), new TranscriptionOptions());
        var pieces = new List<LivePiece>();
        long at = Put(track, 0, word);
        Drain(track, pieces);
        at = Put(track, at, new short[lost]);
        Drain(track, pieces);
        ((double)pieces.ShouldHaveSingleItem().Stretch.Speech.ShouldHaveSingleItem().Start).ShouldBe(Rate, 0.1 * Rate);
        at = Put(track, at, word);
        Drain(track, pieces);
        at = Put(track, at, new short[Rate]);
        Drain(track, pieces);
        ((double)pieces[1].Stretch.Speech.ShouldHaveSingleItem().Start).ShouldBe(word.Length + lost + Rate, 0.1 * Rate);
        pieces.Count.ShouldBe(2);
        at = Put(track, at, speech);
        track.Ring.Dropped.ShouldBe(0);
        track.Ring.End();
        Drain(track, pieces);
        track.Length.ShouldBe(at);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(4.0)]
    [InlineData(9.9)]
    public void What_comes_in_a_burst_is_cut_where_it_is_cut_as_it_comes(double burstSeconds)
    {
        short[] audio = SpeechWave.Pattern((1, 0), (1.5, 1), (0.9, 0), (0.7, 1), (0.3, 0), (0.8, 1), (2, 0), (2, 1), (0.8, 0), (0.6, 1), (2.5, 0));
        IReadOnlyList<LivePiece> steady = Pieces(Frame), burst = Pieces((int)(burstSeconds * Rate));
        burst.Select(p => p.Stretch.Speech).ShouldBe(steady.Select(p => p.Stretch.Speech));
        burst.Count.ShouldBe(4);
        foreach (LivePiece piece in burst) piece.Audio.ShouldBe(audio[(int)piece.Stretch.Audio.Start..(int)piece.Stretch.Audio.End]);

        IReadOnlyList<LivePiece> Pieces(int block)
        {
            var track = new LiveTrack(new EnergySpeech(), new TranscriptionOptions());
            var pieces = new List<LivePiece>();
            for (int at = 0; at < audio.Length; at += block)
            {
                Put(track, at, audio[at..Math.Min(at + block, audio.Length)]);
                Drain(track, pieces);
            }
            track.Ring.End();
            Drain(track, pieces);
            return pieces;
        }
    }

    private static void Look(LiveStream stream)
    {
        stream.Take([]);
        stream.Look();
    }

    private static void Drain(LiveTrack track, List<LivePiece> pieces)
    {
        track.Take(pieces);
        track.Cut(pieces);
    }

    private static long Put(LiveTrack track, long at, short[] audio)
    {
        for (int i = 0; i < audio.Length; i += Frame) track.Ring.Write(at + i, audio.AsSpan(i, Math.Min(Frame, audio.Length - i)));
        return at + audio.Length;
    }

    [Fact]
    public void The_reading_thread_allocates_nothing_and_what_finds_no_room_is_counted_and_keeps_its_place()
    {
        var ring = new ChunkRing(4, 1600);
        short[] frame = [.. Enumerable.Range(0, Frame).Select(i => (short)i)];
        long start = 0, least = long.MaxValue;
        for (int round = 0; round < 6; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++, start += Frame) ring.Write(start, frame);
            if (round > 0) least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            while (ring.TryPeek(out _, out _)) ring.Release();
        }
        least.ShouldBe(0);
        ((double)ring.Dropped).ShouldBe(6 * 100 * Frame - 6 * 4 * 1600, 6 * 1600.0);
        ring.Write(start + 5 * Frame, frame);
        ring.End();
        long last = -1;
        while (ring.TryPeek(out long at, out ReadOnlySpan<short> samples))
        {
            if (samples[^1] == Frame - 1) last = at + samples.Length;
            ring.Release();
        }
        last.ShouldBe(start + 6 * Frame);
        ring.IsDone.ShouldBeTrue();
    }

    [Fact]
    public async Task Lines_come_to_those_who_watch_and_the_words_are_kept_when_the_call_is_over()
    {
        int number = 0;
        var engine = new FakeEngine(_ => new EngineAnswer($"line {Interlocked.Increment(ref number)}", "en", []));
        LiveStream stream = Stream(engine, new TranscriptionOptions());
        using LiveWatch watch = stream.Watch()!;
        await Speak(stream, SpeechWave.Pattern((1, 0), (1.5, 1), (2, 0), (1, 1), (0.2, 0)), then: () => stream.OnEnded());
        await stream.Finished.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancel);
        var messages = new List<string>();
        await foreach (byte[] message in watch.Messages.ReadAllAsync(Cancel)) messages.Add(System.Text.Encoding.UTF8.GetString(message));
        messages.Count(m => m.Contains("\"text\":\"line", StringComparison.Ordinal)).ShouldBe(2);
        messages[^1].ShouldContain("\"state\":\"ended\"");
        (string recording, Transcript kept) = stream.Transcripts().ShouldHaveSingleItem();
        (recording, kept.State, kept.Text, kept.Speaker).ShouldBe(("in", "text", "line 1 line 2", "technician"));
        kept.Segments[0].StartSeconds.ShouldBe(1, 0.1);
        stream.Newest(1).ShouldHaveSingleItem().Line.StartSeconds.ShouldBe(kept.Segments[1].StartSeconds + 0.1, 0.001);
    }

    [Theory]
    [InlineData("skip", new[] { 1, 5 })]
    [InlineData("catch-up", new[] { 1, 2 })]
    public async Task A_slow_engine_lags_says_so_and_leaves_out_what_the_policy_says(string policy, int[] sent)
    {
        var options = new TranscriptionOptions();
        (options.Live.Policy, options.Live.MostLag) = (policy, TimeSpan.FromSeconds(2.5));
        var hold = new TaskCompletionSource<EngineAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        int asked = 0;
        var engine = new FakeEngine(_ => Interlocked.Increment(ref asked) == 1 ? hold.Task : Task.FromResult(new EngineAnswer("text", "", [])), expect: 1);
        LiveStream stream = Stream(engine, options);
        // Five words, each longer than the one before, so that each piece can be told.
        await Speak(stream, SpeechWave.Pattern([.. Enumerable.Range(1, 5).SelectMany(i => ((double, double)[])[(1, 0), (0.5 + 0.3 * i, 1)]), (1.5, 0)]));
        await engine.Expected.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancel);
        Look(stream);
        stream.Standing.State.ShouldBe("behind");
        stream.Standing.WaitingSeconds.ShouldBeInRange(1.1, 2.7 + 1.2, "what waits, and what the engine has");
        stream.Standing.SkippedSeconds.ShouldBeGreaterThan(2);
        hold.SetResult(new EngineAnswer("text", "", []));
        for (int i = 0; i < 400 && engine.Pieces.Count < 2; i++)
        {
            Look(stream);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        }
        engine.Pieces.Select(p => (int)Math.Round((p.Seconds - 0.4 - 0.5) / 0.3)).ShouldBe(sent);
    }

    [Fact]
    public async Task A_failing_engine_is_named_and_the_words_say_failed()
    {
        LiveStream stream = Stream(new FakeEngine((Func<SpeechPiece, EngineAnswer>)(_ => throw new TranscriptionException("it is away", mayPass: true))), new TranscriptionOptions());
        await Speak(stream, SpeechWave.Pattern((1, 0), (1, 1), (2, 0)), then: stream.OnEnded);
        await stream.Finished.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancel);
        (stream.Standing.State, stream.Standing.Reason).ShouldBe(("ended", "it is away"));
        stream.Standing.SkippedSeconds.ShouldBeGreaterThan(0.9);
        stream.Transcripts().ShouldHaveSingleItem().Transcript.State.ShouldBe("failed");
    }

    [Fact]
    public void Nothing_is_heard_live_until_it_is_switched_on()
    {
        var options = new TranscriptionOptions { Engine = TranscriptionOptions.OpenAiEngine };
        using var engines = new Transcribers(options, TimeProvider.System);
        using var live = new LiveTranscription(options, engines, new EnergySpeech(), TimeProvider.System, NullLogger<LiveTranscription>.Instance);
        live.OnStarted(Facts).ShouldBeNull();
        options.Live.Enabled = true;
        live.OnStarted(Facts).ShouldNotBeNull();
    }

    [Fact]
    public async Task Words_wait_until_they_are_stored_those_of_a_running_stream_go_on_and_nothing_waits_for_ever()
    {
        var time = new ManualTimeProvider();
        var options = new TranscriptionOptions { Engine = TranscriptionOptions.OpenAiEngine };
        options.Live.Enabled = true;
        using var engines = new Transcribers(options, time);
        using var live = new LiveTranscription(options, engines, new EnergySpeech(), time, NullLogger<LiveTranscription>.Instance);
        IStreamListener over = live.OnStarted(Facts)!, runs = live.OnStarted(Facts with { StreamSid = "MZ2", RecordingIds = ["in2", "out2"] })!;
        over.OnSamples(Track.Inbound, 0, new short[Frame]);
        runs.OnSamples(Track.Inbound, 0, new short[Frame]);
        over.OnEnded();
        live.Look();
        IEnumerable<(string, Transcript)> taken = await live.TakeAsync("CA1", Cancel);
        Should.Throw<IOException>(() => Store(taken, _ => throw new IOException()));
        var stored = new List<string>();
        Store(await live.TakeAsync("CA1", Cancel), stored.Add); // Once more: it was not stored.
        Store(await live.TakeAsync("CA1", Cancel), stored.Add);
        stored.ShouldBe(["in"]);
        live.Find("MZ2").ShouldNotBeNull();
        runs.OnEnded();
        live.Look();
        live.KeptCount.ShouldBe(1);
        time.Advance(LiveTranscription.Keeping + TimeSpan.FromSeconds(1));
        live.Look();
        live.KeptCount.ShouldBe(0);
        IStreamListener deleted = live.OnStarted(Facts)!;
        deleted.OnEnded();
        live.Look();
        live.Forget("CA1");
        live.KeptCount.ShouldBe(0);
        for (int i = 0; i < LiveTranscription.MostKept + 20; i++) live.OnStarted(Facts)!.OnEnded();
        live.Look();
        live.KeptCount.ShouldBe(LiveTranscription.MostKept);
    }

    private static void Store(IEnumerable<(string Recording, Transcript Words)> taken, Action<string> store)
    {
        foreach ((string recording, _) in taken) store(recording);
    }

    [Fact]
    public async Task An_error_that_nobody_foresaw_is_named_and_a_watcher_that_leaves_gets_no_more()
    {
        LiveStream stream = Stream(new FakeEngine((Func<SpeechPiece, EngineAnswer>)(_ => throw new InvalidOperationException("no such thing"))), new TranscriptionOptions());
        LiveWatch watch = stream.Watch()!;
        watch.Dispose();
        await Speak(stream, SpeechWave.Pattern((1, 0), (1, 1), (2, 0)));
        for (int i = 0; i < 400 && stream.Standing.State != "failing"; i++)
        {
            Look(stream);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        }
        (stream.Standing.State, stream.Standing.Reason).ShouldBe(("failing", "the engine failed: no such thing"));
        stream.Standing.SkippedSeconds.ShouldBeGreaterThan(0.9);
        int told = 0;
        while (watch.Messages.TryRead(out _)) told++;
        told.ShouldBe(1, "the state at the start, and nothing after it has left");
        watch.Messages.Completion.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task Somebody_who_speaks_on_is_shown_so_far_and_the_line_takes_its_place()
    {
        var options = new TranscriptionOptions();
        options.Live.PartialEvery = TimeSpan.FromSeconds(1);
        var asked = new List<(double Seconds, bool Once)>();
        LiveStream stream = Stream(new FakeEngine((piece, request, _) =>
        {
            lock (asked) asked.Add((piece.Seconds, request.Once));
            return Task.FromResult(new EngineAnswer($"{piece.Seconds:0} seconds", "", []));
        }), options);
        using LiveWatch watch = stream.Watch()!;
        await SpeakSlowly(stream, SpeechWave.Pattern((1, 0), (4, 1), (2, 0)));
        asked.Where(a => a.Once).Select(a => Math.Round(a.Seconds)).ShouldBe([1, 2, 3, 4]);
        asked.Where(a => !a.Once).ShouldHaveSingleItem().Seconds.ShouldBe(4.3, 0.2);
        JsonNode[] told = [.. Read(watch).Where(m => (string?)m["type"] is "partial" or "line")];
        told.Select(m => (string?)m["text"] ?? (string?)m["line"]!["text"]).ShouldBe(["1 seconds", "2 seconds", "3 seconds", "4 seconds", "4 seconds", ""]);
        told.Select(m => (string?)m["type"]).ShouldBe(["partial", "partial", "partial", "partial", "line", "partial"]);
        foreach (JsonNode partial in told[..4])
        {
            ((double)partial["startSeconds"]!).ShouldBe(1.1, 0.1, "the track begins at 0.1 s of the call");
            ((string?)partial["speaker"]).ShouldBe("technician");
        }
        ((double)told[2]["endSeconds"]!).ShouldBe(4.1, 0.2);
        stream.Partials.ShouldBeEmpty();
        stream.Newest(9).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_later_stream_of_a_call_is_placed_behind_the_first()
    {
        var options = new TranscriptionOptions { Engine = TranscriptionOptions.OpenAiEngine };
        options.Live.Enabled = true;
        using var engines = new Transcribers(options, TimeProvider.System);
        using var live = new LiveTranscription(options, engines, new EnergySpeech(), TimeProvider.System, NullLogger<LiveTranscription>.Instance);
        var start = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
        HeardStream first = Facts with { StartedAt = start }, second = Facts with { StreamSid = "MZ2", StartedAt = start.AddSeconds(42.5) }, other = Facts with { CallSid = "CA2", StartedAt = start.AddSeconds(9) };
        foreach (HeardStream stream in (HeardStream[])[first, second, other]) live.OnStarted(stream).ShouldNotBeNull();
        live.Find("MZ2")!.StartOffsetMs(Track.Inbound).ShouldBe(42_600);
        live.OfCall("CA1").Single(s => s.StreamSid == "MZ1").StartOffsetMs(Track.Inbound).ShouldBe(100);
        live.OfCall("CA2").Single().StartOffsetMs(Track.Inbound).ShouldBe(100);
    }

    [Fact]
    public async Task What_is_asked_of_somebody_who_speaks_on_neither_waits_nor_holds_up_the_whole_and_its_failure_is_none()
    {
        var options = new TranscriptionOptions();
        options.Live.PartialEvery = TimeSpan.FromSeconds(1);
        int asked = 0, calledOff = 0;
        var engine = new FakeEngine(async (piece, request, cancellation) =>
        {
            if (!request.Once) return new EngineAnswer("the whole", "", []);
            asked++;
            if (asked == 1) throw new TranscriptionException("busy", mayPass: true);
            await using CancellationTokenRegistration _ = cancellation.Register(() => calledOff++);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            throw new InvalidOperationException();
        });
        LiveStream stream = Stream(engine, options);
        using LiveWatch watch = stream.Watch()!;
        await SpeakSlowly(stream, SpeechWave.Pattern((1, 0), (4, 1), (2, 0)));
        (asked, calledOff).ShouldBe((2, 1), "one that fails, one that hangs until the whole is there");
        stream.Newest(9).ShouldHaveSingleItem().Line.Text.ShouldBe("the whole");
        stream.Standing.State.ShouldBe("ok");
        Read(watch).ShouldNotContain(m => (string?)m["type"] == "partial");

        engine.HasRoom = false;
        LiveStream other = Stream(engine, options);
        await SpeakSlowly(other, SpeechWave.Pattern((1, 0), (4, 1), (2, 0)));
        asked.ShouldBe(2, "the engine has better to do");
        other.Newest(9).ShouldHaveSingleItem();
    }

    private static IEnumerable<JsonNode> Read(LiveWatch watch)
    {
        while (watch.Messages.TryRead(out byte[]? message)) yield return JsonNode.Parse(message)!;
    }

    /// <summary>As <see cref="Speak"/>, with time for the engine's answers between the looks.</summary>
    private static async Task SpeakSlowly(LiveStream stream, short[] audio)
    {
        for (int at = 0; at < audio.Length; at += 5 * Frame)
        {
            stream.OnSamples(Track.Inbound, at, audio.AsSpan(at, Math.Min(5 * Frame, audio.Length - at)));
            Look(stream);
            await Task.Delay(TimeSpan.FromMilliseconds(15), TimeProvider.System, Cancel);
        }
    }

    private static HeardStream Facts { get; } = new() { CallSid = "CA1", StreamSid = "MZ1", RecordingIds = ["in", "out"], Speakers = ["technician", "agent"], StartOffsetMs = _ => 100 };

    private static LiveStream Stream(ITranscriber engine, TranscriptionOptions options) => new(Facts, options, engine, new EnergySpeech());

    /// <summary>Frames as they come, a look after each tenth of a second; then looks until nothing moves.</summary>
    private static async Task Speak(LiveStream stream, short[] audio, Action? then = null)
    {
        for (int at = 0; at < audio.Length; at += Frame)
        {
            stream.OnSamples(Track.Inbound, at, audio.AsSpan(at, Math.Min(Frame, audio.Length - at)));
            if (at % (5 * Frame) == 0) Look(stream);
        }
        Look(stream);
        if (then is null) return;
        for (int i = 0; i < 400 && stream.Standing.WaitingSeconds > 0; i++)
        {
            Look(stream);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        }
        then();
        for (int i = 0; i < 400 && !stream.Finished.IsCompleted; i++)
        {
            Look(stream);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        }
    }
}
