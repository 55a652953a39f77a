using System.Buffers;
using System.Text;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Tests.MediaStreams;

public sealed class MediaMessageTests
{
    public static TheoryData<string> Names => [.. MessageExample.All.Select(example => example.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Reads_as_it_is(string name) => ReadsAs(Example(name), Example(name).Json);

    [Theory]
    [MemberData(nameof(Names))]
    public void Reads_in_any_order_with_extras_and_escapes(string name)
    {
        MessageExample example = Example(name);
        for (int seed = 0; seed < 64; seed++)
        {
            var how = (Rewriting)(seed % 16);
            ReadsAs(example, example.Rewritten(new Random(seed), how));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Writes_as_the_carrier_does(string name)
    {
        MessageExample example = Example(name);
        if (example.Write is not { } write)
        {
            return; // Only read: no carrier's writer makes it.
        }

        var output = new ArrayBufferWriter<byte>();
        write(output);
        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe(example.Json);

        // Room that comes in small pieces changes nothing.
        var tight = new TightWriter();
        write(tight);
        Encoding.UTF8.GetString(tight.Written).ShouldBe(example.Json);
    }

    [Fact]
    public void Reads_the_start_with_its_facts_in_any_words()
    {
        MessageExample example = Example("start");
        for (int seed = 0; seed < 64; seed++)
        {
            string json = example.Rewritten(new Random(seed), (Rewriting)(seed % 16));
            StartMessage.TryParse(Encoding.UTF8.GetBytes(json), out StartMessage? start, out MediaMessageVerdict verdict)
                .ShouldBeTrue($"{verdict}: {json}");
            start!.StreamSid.ShouldBe(MessageExample.Start.StreamSid);
            start.CallSid.ShouldBe(MessageExample.Start.CallSid);
            start.AccountSid.ShouldBe(MessageExample.Start.AccountSid);
            start.Tracks.ShouldBe(MessageExample.Start.Tracks);
            start.CustomParameters.ShouldBe(MessageExample.Start.CustomParameters, json);
            start.MediaFormat.ShouldBe(MediaFormat.MuLaw8000);
            start.SequenceNumber.ShouldBe(1);
        }
    }

    [Fact]
    public void Reads_a_start_of_a_sparse_carrier()
    {
        const string json = """
            {"event":"start","streamSid":"x","start":{"callSid":null,"customParameters":{"a":"1","b":{"c":2},"a":"3"},"mediaFormat":{"encoding":"audio/l16","sampleRate":"16000"}}}
            """;
        StartMessage.TryParse(Encoding.UTF8.GetBytes(json), out StartMessage? start, out _).ShouldBeTrue();
        start!.CallSid.ShouldBe("");
        start.Tracks.ShouldBeEmpty();
        start.CustomParameters.ShouldBe([new("a", "3"), new("b", """{"c":2}""")]);
        start.MediaFormat.ShouldBe(new MediaFormat("audio/l16", 16000, 1));
    }

    [Fact]
    public void A_text_with_control_characters_reads_back()
    {
        string name = string.Concat(Enumerable.Range(0, 0x80).Select(i => (char)i)) + "é😀";
        var output = new ArrayBufferWriter<byte>();
        MediaStreamWriter.WriteMark(output, "MZ1", name);
        new MediaStreamReader().Read(output.WrittenSpan, out MediaMessage message).ShouldBe(MediaMessageVerdict.Ok);
        Seen.Of(message).MarkName.ShouldBe(name);
    }

    [Fact]
    public void The_last_of_two_counts()
    {
        const string json = """
            {"event":"stop","streamSid":"a","media":{"payload":"AAAA","track":"inbound"},"event":"media","streamSid":"b","media":{"payload":"AA==","timestamp":1,"timestamp":"2"}}
            """;
        new MediaStreamReader().Read(Encoding.UTF8.GetBytes(json), out MediaMessage message).ShouldBe(MediaMessageVerdict.Ok);
        Seen.Of(message).ShouldBe(new Seen(MediaMessageKind.Media, "b", TimestampMs: 2, Payload: "AA==", PayloadBytes: 1));
    }

    [Fact]
    public void Reading_and_writing_media_allocate_nothing()
    {
        byte[] message = Encoding.UTF8.GetBytes(Example("media").Json);
        byte[] escaped = Encoding.UTF8.GetBytes(Example("media").Json.Replace("/", "\\/", StringComparison.Ordinal));
        byte[] frame = new byte[160];
        byte[] audio = new byte[160];
        var reader = new MediaStreamReader();
        var output = new ArrayBufferWriter<byte>(1024);
        long before = 0;
        for (int i = 0; i < 2_000; i++)
        {
            if (i == 1_000)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            reader.Read(message, out MediaMessage view);
            MediaStreamReader.TryDecodePayload(view.Payload, audio, out _);
            reader.Read(escaped, out view);
            MediaStreamReader.TryDecodePayload(view.Payload, audio, out _);
            output.ResetWrittenCount();
            MediaStreamWriter.WriteMedia(output, "MZ18ad3ab5a668481ce02b83e7395059f0"u8, i, "inbound"u8, i, 20 * i, frame);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static MessageExample Example(string name) => MessageExample.All.Single(example => example.Name == name);

    private static void ReadsAs(MessageExample example, string json)
    {
        var reader = new MediaStreamReader();
        MediaMessageVerdict verdict = reader.Read(Encoding.UTF8.GetBytes(json), out MediaMessage message);
        verdict.ShouldBe(MediaMessageVerdict.Ok, json);
        Seen.Of(message).ShouldBe(example.Expected, json);
        if (message.Kind == MediaMessageKind.Media)
        {
            byte[] audio = new byte[message.PayloadBytes];
            MediaStreamReader.TryDecodePayload(message.Payload, audio, out int bytes).ShouldBeTrue();
            bytes.ShouldBe(message.PayloadBytes);
            Convert.ToBase64String(audio).TrimEnd('=').ShouldBe(example.Expected.Payload.TrimEnd('='));
        }
    }

    /// <summary>Gives exactly the room that was asked for.</summary>
    private sealed class TightWriter : IBufferWriter<byte>
    {
        private byte[] _room = [];

        public byte[] Written { get; private set; } = [];

        public void Advance(int count) => Written = [.. Written, .. _room.AsSpan(0, count)];

        public Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException();

        public Span<byte> GetSpan(int sizeHint = 0) => _room = new byte[Math.Max(sizeHint, 3)];
    }
}
