using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Earshot.Audio.Codecs;
using Earshot.Audio.Wave;
using Earshot.Engine.Calling;
using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;
using Earshot.Engine.MediaStreams;
using Earshot.Engine.Tests.Ingest;
using Earshot.Engine.Timeline;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Timeline;

/// <summary>Known beeps go in at both far ends; what is measured is the file with both sides.</summary>
public sealed class TimelineTests
{
    private const int Frames = 400;
    private const string CallSid = SyntheticCall.DefaultCallSid;

    /// <summary>What the caller says: a beep of 80 ms each 700 ms, from 300 ms on.</summary>
    private static readonly byte[] Caller = Line(Enumerable.Range(0, 11).Select(i => (300.0 + (i * 700), LineRig.Beep(80))));

    /// <summary>What the caller hears of the other side.</summary>
    private static readonly byte[] Other = Line(Enumerable.Range(0, 7).Select(i => (650.0 + (i * 1100), LineRig.Beep(120))));

    [Fact]
    public async Task Both_tracks_of_one_stream_lie_on_their_channels()
    {
        await using var rig = new EngineRig();
        await Record(rig, "MZ1", 0, Frames, both: true, twoWay: false);
        CallTimeline timeline = rig.Get<TimelineReader>().Find(CallSid)!;
        timeline.Streams.ShouldHaveSingleItem().How.ShouldBe("own");
        timeline.Tracks.ShouldAllBe(t => t.DuplicateOf == null);
        timeline.Seams.ShouldBeEmpty();
        ShouldHold(Stereo(rig), Onsets(Caller), Onsets(Other));
    }

    [Fact]
    public async Task A_fork_beside_a_two_way_stream_is_one_call()
    {
        await using var rig = new EngineRig();
        await Record(rig, "MZ1", 0, Frames, both: false, twoWay: true);
        await Record(rig, "MZ2", 75, Frames, both: true, twoWay: false);
        CallTimeline timeline = rig.Get<TimelineReader>().Find(CallSid)!;
        TimelineStream fork = timeline.Streams[1];
        fork.How.ShouldBe("correlation");
        fork.ShiftMs.ShouldBe(FirstOf("MZ1") + (75 * 20) - FirstOf("MZ2"), 0.07);
        timeline.Tracks.Count.ShouldBe(4);
        timeline.Tracks.Single(t => t.DuplicateOf is not null).RecordingId.ShouldStartWith("technician_MZ2");
        TimelineSeam seam = timeline.Seams.ShouldHaveSingleItem();
        (seam.Track, seam.GapMs).ShouldBe(("outbound", 0), "the two-way stream has the beginning, the fork what the carrier itself stamped");
        ShouldHold(Stereo(rig), Onsets(Caller), Onsets(Other));
    }

    [Fact]
    public async Task A_reconnect_goes_on_at_its_place_and_the_seam_is_measured()
    {
        await using var rig = new EngineRig();
        await Record(rig, "MZ1", 0, 180, both: true, twoWay: false);
        await Record(rig, "MZ2", 225, Frames, both: true, twoWay: false);
        CallTimeline timeline = rig.Get<TimelineReader>().Find(CallSid)!;
        timeline.Streams[1].How.ShouldBe("arrival");
        timeline.Seams.Select(s => s.Track).ShouldBe(["inbound", "outbound"]);
        foreach (TimelineSeam seam in timeline.Seams) seam.GapMs.ShouldBe(900, 20);
        double[] Kept(byte[] line) => [.. Onsets(line).Where(ms => ms < 3590 || ms >= 4500)];
        ShouldHold(Stereo(rig), Kept(Caller), Kept(Other));
    }

    [Fact]
    public async Task Any_place_of_the_file_reads_as_the_whole_does()
    {
        await using var rig = new EngineRig();
        await Record(rig, "MZ1", 0, 180, both: true, twoWay: false);
        await Record(rig, "MZ2", 225, Frames, both: true, twoWay: false);
        foreach (TimelineLayout layout in Enum.GetValues<TimelineLayout>())
        {
            byte[] whole = Bytes(rig, layout);
            using TimelineAudio audio = rig.Get<TimelineExport>().Open(CallSid, layout)!;
            audio.Length.ShouldBe(whole.Length);
            var random = new Random(7);
            for (int i = 0; i < 200; i++)
            {
                int at = random.Next(whole.Length), length = random.Next(1, 70_000);
                audio.Position = at;
                byte[] part = new byte[Math.Min(length, whole.Length - at)];
                audio.ReadExactly(part);
                part.AsSpan().SequenceEqual(whole.AsSpan(at, part.Length)).ShouldBeTrue($"{layout} from {at}, {part.Length} bytes");
            }
            audio.Position = audio.Length;
            audio.Read(new byte[10]).ShouldBe(0);
        }
    }

    [Fact]
    public async Task The_mix_is_the_sum_and_another_house_reads_both_files()
    {
        await using var rig = new EngineRig();
        await Record(rig, "MZ1", 0, Frames, both: true, twoWay: false);
        (short[] left, short[] right) = Stereo(rig);
        short[] mix = WaveAssert.Samples(Bytes(rig, TimelineLayout.Mix));
        mix.ShouldBe(left.Zip(right, (l, r) => (short)Math.Clamp(l + r, short.MinValue, short.MaxValue)));
        Assert.SkipUnless(Tools.Has("sox"), "sox is missing");
        using var folder = new TemporaryFolder();
        string stereo = folder.Sub("stereo.wav");
        await File.WriteAllBytesAsync(stereo, Bytes(rig, TimelineLayout.Stereo), TestContext.Current.CancellationToken);
        foreach ((int channel, byte[] line) in new[] { (1, Caller), (2, Other) })
        {
            // Sox cuts the silence before the first beep off: what is left tells where it began.
            (string before, _, _) = Tools.Run("soxi", ["-D", stereo]);
            string cut = folder.Sub($"{channel}.wav");
            Tools.Run("sox", [stereo, cut, "remix", $"{channel}", "silence", "1", "0", "5%"]).ExitCode.ShouldBe(0);
            (string after, _, _) = Tools.Run("soxi", ["-D", cut]);
            ((double.Parse(before) - double.Parse(after)) * 1000).ShouldBe(Onsets(line)[0], 20);
        }
    }

    [Fact]
    public async Task The_archive_has_the_files_as_they_lie_and_their_places()
    {
        await using var rig = new EngineRig();
        await Record(rig, "MZ1", 0, 100, both: true, twoWay: false);
        var output = new MemoryStream();
        (await rig.Get<TimelineExport>().WriteSeparateAsync(CallSid, output, TestContext.Current.CancellationToken)).ShouldBeTrue();
        using var zip = new ZipArchive(output, ZipArchiveMode.Read);
        zip.Entries.Count.ShouldBe(3);
        foreach ((string stem, _) in rig.Recordings().Values)
        {
            using Stream entry = zip.GetEntry(stem + ".wav")!.Open();
            var copy = new MemoryStream();
            entry.CopyTo(copy);
            copy.ToArray().ShouldBe(rig.Bytes(stem + ".wav"));
        }
        using var note = new StreamReader(zip.GetEntry(TimelineExport.NoteName)!.Open());
        (await note.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldContain("\"startOffsetMs\"");
    }

    /// <summary>A stream that carries the line's frames from one on; each comes as it would, whatever the machine's pace.</summary>
    private static async Task Record(EngineRig rig, string sid, int fromFrame, int toFrame, bool both, bool twoWay)
    {
        var call = new SyntheticCall(sid, CallSid);
        StreamSession session = rig.Open();
        session.IsTwoWay = twoWay;
        long zero = Zero(rig);
        void Take(double atMs, byte[] text) => session.OnText(text, zero + (long)(atMs * TimeProvider.System.TimestampFrequency / 1000));
        Take(fromFrame * 20, SyntheticCall.Connected);
        Take(fromFrame * 20, Start(call, both));
        var queue = new PlaybackQueue();
        int first = FirstOf(sid);
        for (int k = fromFrame; k < toFrame; k++)
        {
            double atMs = ((k + 1) * 20) + 25 + (k * 7 % 5);
            // The bot sends a frame so that it plays as the line's next one but one.
            if (twoWay && k + 2 < Frames) session.OnSent(Bytes(o => MediaStreamWriter.WriteMedia(o, Encoding.UTF8.GetBytes(sid), Other.AsSpan((k + 2) * 160, 160))), zero + (long)((((k + 1) * 20) + 30) * TimeProvider.System.TimestampFrequency / 1000));
            Take(atMs, call.Media("inbound", first + ((k - fromFrame) * 20), Caller[(k * 160)..((k + 1) * 160)]).Message);
            if (both) Take(atMs, call.Media("outbound", first + ((k - fromFrame) * 20), Other[(k * 160)..((k + 1) * 160)]).Message);
        }
        Take(((toFrame + 1) * 20) + 25, call.Stop());
        await session.StoredAsync();
    }

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<EngineRig, object> Zeros = [];

    /// <summary>One zero for all streams of a rig: the line's own.</summary>
    private static long Zero(EngineRig rig) => (long)Zeros.GetValue(rig, _ => TimeProvider.System.GetTimestamp());

    private static int FirstOf(string sid) => sid == "MZ1" ? 57 : 133;

    private static byte[] Start(SyntheticCall call, bool both)
    {
        byte[] start = call.Start();
        return both ? start : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(start).Replace("""["inbound","outbound"]""", """["inbound"]""", StringComparison.Ordinal));
    }

    private static byte[] Line(IEnumerable<(double AtMs, byte[] Audio)> said)
    {
        byte[] line = new byte[Frames * 160];
        line.AsSpan().Fill(MuLaw.Silence);
        foreach ((double atMs, byte[] audio) in said) audio.AsSpan(0, Math.Min(audio.Length, Math.Max(0, line.Length - (int)(atMs * 8)))).CopyTo(line.AsSpan(Math.Min(line.Length, (int)(atMs * 8))));
        return line;
    }

    private static double[] Onsets(byte[] line)
    {
        short[] samples = new short[line.Length];
        MuLaw.Decode(line, samples);
        return [.. LineRig.Onsets(samples, 8)];
    }

    private static byte[] Bytes(EngineRig rig, TimelineLayout layout)
    {
        using TimelineAudio audio = rig.Get<TimelineExport>().Open(CallSid, layout)!;
        var copy = new MemoryStream();
        audio.CopyTo(copy);
        return copy.ToArray();
    }

    private static (short[] Left, short[] Right) Stereo(EngineRig rig)
    {
        using var reader = new WaveReader(new MemoryStream(Bytes(rig, TimelineLayout.Stereo)));
        reader.Format.ShouldBe(WaveFormat.Pcm16(16_000, 2));
        short[] both = MemoryMarshal.Cast<byte, short>(Bytes(rig, TimelineLayout.Stereo).AsSpan(WaveHeader.Size)).ToArray();
        return ([.. both.Where((_, i) => i % 2 == 0)], [.. both.Where((_, i) => i % 2 == 1)]);
    }

    private static void ShouldHold((short[] Left, short[] Right) file, double[] left, double[] right)
    {
        foreach ((short[] samples, double[] expected, string side) in new[] { (file.Left, left, "left"), (file.Right, right, "right") })
        {
            double[] found = [.. LineRig.Onsets(samples, 16)];
            found.Length.ShouldBe(expected.Length, $"{side}: {string.Join(' ', found)} for {string.Join(' ', expected)}");
            for (int i = 0; i < found.Length; i++) found[i].ShouldBe(expected[i], 20.5, $"{side}, beep {i}");
        }
    }

    private static byte[] Bytes(Action<IBufferWriter<byte>> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
