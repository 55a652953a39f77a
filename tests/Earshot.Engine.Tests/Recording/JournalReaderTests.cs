using System.Text;
using Earshot.Engine.Recording;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Recording;

public sealed class JournalReaderTests
{
    [Fact]
    public void Any_message_comes_back_byte_for_byte()
    {
        byte[][] messages =
        [
            "{}"u8.ToArray(), "{ \"a\" : [1, 2.50, \"\\/\\u00e9\"] }"u8.ToArray(), "\"text\""u8.ToArray(), "null"u8.ToArray(), "{\"a\":\n1}"u8.ToArray(), [], [0], [0xFF, 0xFE, 10, 13],
            "not json \"}"u8.ToArray(), Encoding.UTF8.GetBytes("{\"é\":\"😀\"}"), new byte[65536], Encoding.UTF8.GetBytes("{\"x\":\"" + new string('y', 60_000) + "\"}"),
        ];
        bool[] isJson = [true, true, true, true, true, false, false, false, false, true, false, true];
        var lines = new PooledBytes();
        for (int i = 0; i < messages.Length; i++) JournalLine.Append(lines, i * 1_000_000_007L, outgoing: i % 2 == 1, messages[i], isJson[i]);
        JournalLine.AppendGap(lines, 5, 42);
        var seen = new Collected();
        var reader = new JournalReader();
        reader.Read(new MemoryStream(lines.Span.ToArray()), seen);
        seen.Entries.Select(e => e.Message).ShouldBe(messages);
        seen.Entries.Select(e => (e.Us, e.Outgoing)).ShouldBe(messages.Select((_, i) => (i * 1_000_000_007L, i % 2 == 1)));
        (reader.BadLines, reader.Missing, reader.Entries).ShouldBe((0, 42, messages.Length));
        lines.Release();
    }

    [Fact]
    public void Cut_at_any_byte_it_gives_the_whole_lines_before_the_cut()
    {
        var lines = new PooledBytes();
        lines.Append("{\"journal\":1,\"streamSid\":\"MZ\",\"callSid\":\"CA\",\"startedAt\":\"2026-01-01T00:00:00Z\",\"zeroAt\":\"2026-01-01T00:00:00Z\"}\n"u8);
        for (int i = 0; i < 5; i++) JournalLine.Append(lines, i, false, Encoding.UTF8.GetBytes($"{{\"n\":{i}}}"), true);
        byte[] whole = lines.Span.ToArray();
        for (int cut = 0; cut <= whole.Length; cut++)
        {
            var seen = new Collected();
            var reader = new JournalReader();
            reader.Read(new MemoryStream(whole, 0, cut), seen);
            int expected = Math.Max(0, whole.AsSpan(0, cut).Count((byte)'\n') - 1);
            (seen.Entries.Count, reader.BadLines).ShouldBe((expected, 0), $"cut at {cut}");
        }
    }

    [Fact]
    public void Bad_lines_are_counted_and_passed_over()
    {
        string text = "nonsense\n{\"us\":1}\n{\"dir\":\"in\",\"msg\":{}}\n[]\n\n{\"us\":2,\"dir\":\"in\",\"b64\":\"%%\"}\n{\"us\":\"x\",\"msg\":1}\n{\"us\":3,\"dir\":\"in\",\"msg\":{},\"more\":[1]}\n";
        var seen = new Collected();
        var reader = new JournalReader();
        reader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), seen);
        seen.Entries.ShouldHaveSingleItem().Us.ShouldBe(3);
        reader.BadLines.ShouldBe(6);
    }

    [Fact]
    public void A_line_without_end_takes_no_memory_without_bound()
    {
        byte[] endless = new byte[40 << 20];
        Array.Fill(endless, (byte)'x');
        long before = GC.GetAllocatedBytesForCurrentThread();
        var reader = new JournalReader();
        reader.Read(new MemoryStream(endless), new Collected());
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(17 << 20);
        reader.BadLines.ShouldBeGreaterThan(0);
    }

    private sealed class Collected : IJournalVisitor
    {
        public List<(long Us, bool Outgoing, byte[] Message)> Entries { get; } = [];

        public void OnEntry(in JournalEntry entry) => Entries.Add((entry.Us, entry.Outgoing, entry.Message.ToArray()));
    }
}
