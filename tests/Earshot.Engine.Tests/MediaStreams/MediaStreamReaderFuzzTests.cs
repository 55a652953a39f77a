using System.Text;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Tests.MediaStreams;

public sealed class MediaStreamReaderFuzzTests
{
    private const int Messages = 100_000;

    [Theory]
    [InlineData(20_250_101)]
    public void Random_and_mutated_messages_get_a_verdict_and_break_nothing(int seed)
    {
        var random = new Random(seed);
        byte[][] seeds = [.. MessageExample.All.Select(example => Encoding.UTF8.GetBytes(example.Json))];
        var reader = new MediaStreamReader();
        var verdicts = new Dictionary<MediaMessageVerdict, int>();
        byte[] audio = new byte[1024];
        for (int i = 0; i < Messages; i++)
        {
            byte[] message = random.Next(10) == 0 ? Noise(random) : Mutated(seeds[random.Next(seeds.Length)], seeds, random);
            try
            {
                MediaMessageVerdict verdict = reader.Read(message, out MediaMessage view);
                verdicts[verdict] = verdicts.GetValueOrDefault(verdict) + 1;
                Enum.IsDefined(verdict).ShouldBeTrue();
                if (verdict == MediaMessageVerdict.Ok && view.Kind == MediaMessageKind.Media)
                {
                    view.PayloadBytes.ShouldBeGreaterThan(0);
                    MediaStreamReader.TryDecodePayload(view.Payload, audio, out int bytes).ShouldBeTrue();
                    bytes.ShouldBe(view.PayloadBytes);
                    view.StreamSid.IsEmpty.ShouldBeFalse();
                }

                bool started = StartMessage.TryParse(message, out StartMessage? start, out _);
                started.ShouldBe(start is not null);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException(
                    $"Seed {seed}, message {i}: {Convert.ToBase64String(message)} = {Encoding.UTF8.GetString(message)}", error);
            }
        }

        // The mutations reach beyond the first check.
        verdicts.Count.ShouldBeGreaterThan(15, $"seed {seed}");
    }

    private static byte[] Noise(Random random)
    {
        byte[] noise = new byte[random.Next(64)];
        random.NextBytes(noise);
        return noise;
    }

    private static byte[] Mutated(byte[] message, byte[][] seeds, Random random)
    {
        var bytes = new List<byte>(message);
        for (int times = 1 + random.Next(3); times > 0 && bytes.Count > 1; times--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = (byte)"{}[]\":,\\/u0-9nt="[random.Next(16)];
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 8), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 5:
                    ReplaceToken(bytes, random);
                    break;
                case 6:
                    byte[] other = seeds[random.Next(seeds.Length)];
                    bytes.InsertRange(at, other[..random.Next(other.Length)]);
                    break;
                default:
                    bytes.InsertRange(at, Encoding.ASCII.GetBytes($"\\u{random.Next(0x10000):x4}"));
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Puts another value where a string stands: this is what keeps the JSON good and the message bad.</summary>
    private static void ReplaceToken(List<byte> bytes, Random random)
    {
        string[] values = ["null", "-1", "\"\"", "1e9", "{}", "[]", "true", "\"media\"", "\"start\"", "9999999999999999999", "\"\\ud800\""];
        string text = Encoding.UTF8.GetString([.. bytes]);
        int colon = text.IndexOf(':', random.Next(text.Length));
        int end = colon < 0 ? -1 : text.IndexOfAny([',', '}'], colon);
        if (end > 0)
        {
            text = text[..(colon + 1)] + values[random.Next(values.Length)] + text[end..];
            bytes.Clear();
            bytes.AddRange(Encoding.UTF8.GetBytes(text));
        }
    }
}
