using System.Text.Json;
using System.Text.Json.Nodes;
using Earshot.Engine.MediaStreams;
using Earshot.Testing;

namespace Earshot.Engine.Tests.MediaStreams;

/// <summary>Signatures and TwiML, checked against the carrier's own library for Node.</summary>
public sealed class TwilioLibraryTests
{
    private const int Vectors = 400;

    [Fact]
    public void Signatures_agree()
    {
        const int seed = 4711;
        List<Vector> vectors = [.. Enumerable.Range(0, Vectors).Select(i => Vector.Make(new Random(seed + i)))];
        JsonNode answer = Ask([.. vectors.Select(vector => vector.ToJson())]);
        for (int i = 0; i < Vectors; i++)
        {
            Vector vector = vectors[i];
            string where = $"seed {seed}, vector {i}: {vector.ToJson()}";
            JsonNode judged = answer["signatures"]![i]!;
            judged["expected"]!.GetValue<string>().ShouldBe(vector.Signature, where);
            judged["valid"]!.GetValue<bool>().ShouldBeTrue(where);
            vector.AcceptedByUs().ShouldBeTrue(where);
        }
    }

    [Fact]
    public void A_signature_of_another_token_is_refused_by_both()
    {
        List<Vector> vectors = [.. Enumerable.Range(0, 20).Select(i => Vector.Make(new Random(i)) with { Signature = "AAAA" })];
        JsonNode answer = Ask([.. vectors.Select(vector => vector.ToJson())]);
        for (int i = 0; i < vectors.Count; i++)
        {
            answer["signatures"]![i]!["valid"]!.GetValue<bool>().ShouldBeFalse();
            vectors[i].AcceptedByUs().ShouldBeFalse();
        }
    }

    [Fact]
    public void TwiML_of_the_library_is_understood()
    {
        JsonNode answer = Ask([]);
        TwiMLReader.TryRead(answer["start"]!.GetValue<string>(), out IReadOnlyList<TwiMLVerb>? start, out string? problem).ShouldBeTrue(problem);
        start.ShouldBe(
        [
            new TwiMLVerb.StartStream(new TwiMLStream
            {
                Url = "wss://example.com/twilio/media",
                Name = "fork",
                Track = "both_tracks",
                StatusCallback = "https://example.com/twilio/status?a=1&b=2",
                Parameters = [new("speaker", "Zoë <\"&'> 😀"), new("empty", "")],
            }),
            new TwiMLVerb.Say("Please hold & wait."),
            new TwiMLVerb.Pause(5),
            new TwiMLVerb.Dial("+15551234567"),
            new TwiMLVerb.StopStream("fork"),
            new TwiMLVerb.Redirect("https://example.com/next?x=1&y=2"),
        ]);
        TwiMLReader.TryRead(answer["connect"]!.GetValue<string>(), out IReadOnlyList<TwiMLVerb>? connect, out _).ShouldBeTrue();
        connect.ShouldBe(
        [
            new TwiMLVerb.ConnectStream(new TwiMLStream { Url = "wss://example.com/bot" }),
            new TwiMLVerb.Play("https://example.com/beep.wav", 2),
            new TwiMLVerb.Dial("+15557654321"),
            new TwiMLVerb.Hangup(),
        ]);
    }

    private static JsonNode Ask(JsonNode[] vectors)
        => JsonNode.Parse(NodeOracle.Run("twilio-oracle.cjs", new JsonObject { ["vectors"] = new JsonArray(vectors) }.ToJsonString()))!;

    /// <summary>A request: signed by us over the URL as the carrier calls it, seen by us as the request line and Host header say.</summary>
    private sealed record Vector(
        string Token, string Scheme, string Host, string Path, string Query, KeyValuePair<string, string>[] Form, string? Body, string Signature)
    {
        private string Url => $"{Scheme}://{Host}{Path}{Query}";

        public static Vector Make(Random random)
        {
            string[] words = ["CallSid", "From", "To", "a", "B", "aa", "Zoë", "名前", "😀", "ﬀ", "", " ", "+1 555", "<&'\">", "%20"];
            string Word() => words[random.Next(words.Length)];
            bool socket = random.Next(3) == 0;
            bool json = !socket && random.Next(3) == 0;
            string[] paths = ["/", "/twilio/voice", "/twilio/media/", "/a%20b/%E2%82%AC", "/it's", "/x/../y", "/(a)!*"];
            string[] queries = ["", "?foo=1&bar=2", "?q=a+b%20c", "?n=", "?it='s'"];
            string[] hosts = ["example.com", "Example.COM", "127.0.0.1:5080", "example.com:8443", "[::1]:8080"];
            string body = $"{{\"text\":\"{Word()}\"}}";
            string query = socket ? "" : queries[random.Next(queries.Length)];
            if (json)
            {
                query += (query.Length == 0 ? "?" : "&") + "bodySHA256=" + CarrierSignature.ComputeBodyHash(System.Text.Encoding.UTF8.GetBytes(body));
            }

            var vector = new Vector(
                "token" + random.Next(),
                (socket, random.Next(2) == 0) switch { (true, true) => "wss", (true, false) => "ws", (false, true) => "https", _ => "http" },
                hosts[random.Next(hosts.Length)],
                paths[random.Next(paths.Length)],
                query,
                socket || json ? [] : [.. Enumerable.Range(0, random.Next(8)).Select(_ => KeyValuePair.Create(Word(), Word()))],
                json ? body : null,
                "");
            return vector with { Signature = CarrierSignature.Compute(vector.Token, vector.Url, vector.Form) };
        }

        public bool AcceptedByUs()
            => CarrierSignature.IsValid([Token], CarrierUrl.Candidates(Scheme, Host, Path, Query, null, Scheme.StartsWith('w')), Form, Signature)
                && (Body is null || CarrierSignature.IsBodyValid(Query, System.Text.Encoding.UTF8.GetBytes(Body)));

        public JsonObject ToJson()
        {
            var parameters = new JsonObject();
            foreach (IGrouping<string, KeyValuePair<string, string>> name in Form.GroupBy(pair => pair.Key))
            {
                JsonNode[] values = [.. name.Select(pair => (JsonNode)pair.Value!)];
                parameters[name.Key] = values.Length == 1 ? values[0] : new JsonArray(values);
            }

            var vector = new JsonObject { ["token"] = Token, ["url"] = Url, ["params"] = parameters, ["signature"] = Signature };
            if (Body is not null)
            {
                vector["body"] = Body;
            }

            return vector;
        }
    }
}
