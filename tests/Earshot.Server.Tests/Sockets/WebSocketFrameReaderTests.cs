using System.Text;
using Earshot.Server.Sockets;

namespace Earshot.Server.Tests.Sockets;

public sealed class WebSocketFrameReaderTests
{
    private const int MaxMessage = 64 << 10;

    /// <summary>What comes, what is heard, and the close code: 0 where nothing is wrong.</summary>
    private static readonly (string Name, byte[][] Frames, string[] Heard, int Error)[] Cases =
    [
        ("one text", [Text("hello")], ["text hello"], 0),
        ("an empty text", [Text("")], ["text "], 0),
        ("binary", [ClientFrame.Of(ClientFrame.Binary, "b"u8)], ["binary b"], 0),
        ("many in a row", [Text("a"), Text("b"), Text("c")], ["text a", "text b", "text c"], 0),
        ("125 bytes", [Text(new string('x', 125))], ["text " + new string('x', 125)], 0),
        ("126 bytes", [Text(new string('x', 126))], ["text " + new string('x', 126)], 0),
        ("65535 bytes", [Text(new string('x', 65535))], ["text " + new string('x', 65535)], 0),
        ("the longest, with a 64-bit length", [Text(new string('x', MaxMessage))], ["text " + new string('x', MaxMessage)], 0),
        ("a 64-bit length where a short one would do", [ClientFrame.Of(ClientFrame.Text, "hi"u8, lengthBytes: 8)], ["text hi"], 0),
        ("one byte too long", [Text(new string('x', MaxMessage + 1))], [], 1009),
        ("a length of 2^63", [ClientFrame.Claiming(1UL << 63)], [], 1009),
        ("a length of 2^32", [ClientFrame.Claiming(1UL << 32)], [], 1009),
        ("fragments", [Part(1, "he", false), Part(0, "ll", false), Part(0, "o", true)], ["text hello"], 0),
        ("binary fragments", [Part(2, "he", false), Part(0, "llo", true)], ["binary hello"], 0),
        ("an empty last fragment", [Part(1, "hello", false), Part(0, "", true)], ["text hello"], 0),
        ("fragments with a ping and a pong between", [Part(1, "he", false), ClientFrame.Of(ClientFrame.Ping, "?"u8), Part(0, "l", false), ClientFrame.Of(ClientFrame.Pong, "!"u8), Part(0, "lo", true), Text("next")], ["Ping ?", "Pong !", "text hello", "text next"], 0),
        ("fragments that are too long together", [Part(1, new string('x', 40_000), false), Part(0, new string('x', 30_000), true)], [], 1009),
        ("a continuation of nothing", [Text("a"), Part(0, "b", true)], ["text a"], 1002),
        ("a new message within fragments", [Part(1, "a", false), Text("b")], [], 1002),
        ("unmasked", [Text("a"), ClientFrame.Of(ClientFrame.Text, "b"u8, masked: false)], ["text a"], 1002),
        ("RSV1, compression that was not agreed", [ClientFrame.Of(ClientFrame.Text, "a"u8, reserved: 0x40)], [], 1002),
        ("RSV2", [ClientFrame.Of(ClientFrame.Text, "a"u8, reserved: 0x20)], [], 1002),
        ("RSV3", [ClientFrame.Of(ClientFrame.Text, "a"u8, reserved: 0x10)], [], 1002),
        ("opcode 3", [ClientFrame.Of(3, "a"u8)], [], 1002),
        ("opcode 11", [ClientFrame.Of(11, "a"u8)], [], 1002),
        ("a ping of 125 bytes", [ClientFrame.Of(ClientFrame.Ping, Encoding.ASCII.GetBytes(new string('p', 125)))], ["Ping " + new string('p', 125)], 0),
        ("a ping of 126 bytes", [ClientFrame.Of(ClientFrame.Ping, Encoding.ASCII.GetBytes(new string('p', 126)))], [], 1002),
        ("a ping in fragments", [ClientFrame.Of(ClientFrame.Ping, "p"u8, final: false)], [], 1002),
        ("a close", [ClientFrame.Of(ClientFrame.Close, [0x03, 0xE8])], ["Close \u0003\u00e8"], 0),
        ("a close with nothing", [ClientFrame.Of(ClientFrame.Close, [])], ["Close "], 0),
        ("a close of one byte", [ClientFrame.Of(ClientFrame.Close, [3])], [], 1002),
        ("what comes behind a close is not heard", [ClientFrame.Of(ClientFrame.Close, []), Text("a")], ["Close "], 0),
    ];

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Frames_are_heard_or_refused_as_the_protocol_says(string name)
    {
        (_, byte[][] frames, string[] heard, int error) = Cases.Single(c => c.Name == name);
        (List<string> atOnce, int code) = Read([frames.SelectMany(f => f).ToArray()]);
        atOnce.ShouldBe(heard);
        code.ShouldBe(error);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_makes_no_difference_in_what_pieces_they_come(string name)
    {
        (_, byte[][] frames, string[] heard, int error) = Cases.Single(c => c.Name == name);
        byte[] all = [.. frames.SelectMany(f => f)];
        var random = new Random(5);
        foreach (int size in all.Length > 10_000 ? [1000, 4096, 65_536] : new[] { 1, 2, 3, 5, 7, 14, 100 })
        {
            (List<string> pieces, int code) = Read(all.Chunk(size));
            pieces.SequenceEqual(heard).ShouldBeTrue($"pieces of {size}: {pieces.Count} heard");
            code.ShouldBe(error);
        }
        for (int round = 0; round < 20; round++)
        {
            var pieces = new List<byte[]>();
            for (int at = 0; at < all.Length;)
            {
                int size = Math.Min(all.Length - at, random.Next(1, 1 + Math.Max(4, all.Length / 3)));
                pieces.Add(all[at..(at + size)]);
                at += size;
            }
            (List<string> result, int code) = Read(pieces);
            result.ShouldBe(heard);
            code.ShouldBe(error);
        }
    }

    [Fact]
    public void Every_length_and_key_is_unmasked()
    {
        var random = new Random(9);
        for (int length = 0; length < 300; length++)
        {
            byte[] body = new byte[length];
            random.NextBytes(body);
            var handler = new Heard();
            using var reader = new WebSocketFrameReader(MaxMessage);
            byte[] bytes = [.. new byte[length % 7], .. ClientFrame.Of(ClientFrame.Binary, body, key: (uint)random.Next())];
            reader.Read(bytes.AsSpan(length % 7), handler).ShouldBe(0);
            handler.Bodies.ShouldHaveSingleItem().ShouldBe(body);
        }
    }

    [Fact]
    public void Random_bytes_crash_nothing()
    {
        var random = new Random(13);
        for (int round = 0; round < 20_000; round++)
        {
            using var reader = new WebSocketFrameReader(MaxMessage);
            var handler = new Heard();
            int code = 0;
            for (int piece = 0; piece < 4 && code == 0; piece++)
            {
                byte[] noise = new byte[random.Next(0, 40)];
                random.NextBytes(noise);
                if (noise.Length > 1 && random.Next(2) == 0) (noise[0], noise[1]) = (0x81, (byte)(0x80 | (noise[1] & 0x0F)));
                code = Feed(reader, noise, handler);
            }
            code.ShouldBeOneOf(0, 1002, 1009);
        }
    }

    private static byte[] Text(string text) => ClientFrame.Of(ClientFrame.Text, Encoding.Latin1.GetBytes(text));

    private static byte[] Part(int opcode, string text, bool final) => ClientFrame.Of(opcode, Encoding.Latin1.GetBytes(text), final);

    private static (List<string> Heard, int Error) Read(IEnumerable<byte[]> pieces)
    {
        using var reader = new WebSocketFrameReader(MaxMessage);
        var handler = new Heard();
        foreach (byte[] piece in pieces)
        {
            int error = Feed(reader, piece, handler);
            if (error != 0) return (handler.All, error);
            if (handler.Closed) break;
        }
        return (handler.All, 0);
    }

    private static int Feed(WebSocketFrameReader reader, byte[] piece, Heard handler)
    {
        byte[] buffer = new byte[reader.RestLength + piece.Length];
        int kept = reader.TakeRest(buffer);
        piece.CopyTo(buffer, kept);
        return reader.Read(buffer, handler);
    }

    private sealed class Heard : IWebSocketHandler
    {
        private long last;

        public List<string> All { get; } = [];

        public List<byte[]> Bodies { get; } = [];

        public bool Closed { get; private set; }

        public void OnMessage(ReadOnlySpan<byte> message, bool isText, long consumedBytes)
        {
            consumedBytes.ShouldBeGreaterThan(last);
            last = consumedBytes;
            All.Add((isText ? "text " : "binary ") + Encoding.Latin1.GetString(message));
            Bodies.Add(message.ToArray());
        }

        public void OnControl(WebSocketOpcode opcode, ReadOnlySpan<byte> body)
        {
            All.Add($"{opcode} {Encoding.Latin1.GetString(body)}");
            Closed |= opcode == WebSocketOpcode.Close;
        }
    }
}
