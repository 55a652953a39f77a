// Carrier and bot of many two-way calls in one process, so that one clock stamps both ends of every message.
using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Bench;

int Option(string name, int usual) => Array.IndexOf(args, name) is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : usual;
int calls = Option("--calls", 200), seconds = Option("--seconds", 20), rounds = Option("--rounds", 2);

await using Bot bot = await Bot.StartAsync();
const string Url = "http://127.0.0.1:5199";
using Process earshot = Process.Start(new ProcessStartInfo("dotnet", [args[0], "serve", "--urls", Url, "--recordings", "rec", "--data", "data", "--set", $"Bots:bench:Url={bot.Url}"]) { RedirectStandardError = true })!;
earshot.ErrorDataReceived += (_, _) => { };
earshot.BeginErrorReadLine();
using var http = new HttpClient();
while (!await Answers()) await Task.Delay(100);
Console.WriteLine($"{calls} calls, {seconds} s, both directions: {calls * 100} messages a second\n");
Console.WriteLine("| way | messages | p50 ms | p99 ms | p99.9 ms | max ms |\n|---|---|---|---|---|---|");
for (int round = 0; round < rounds; round++)
{
    await Round("direct", bot.Url);
    TimeSpan before = earshot.TotalProcessorTime;
    await Round("tap", Url.Replace("http", "ws", StringComparison.Ordinal) + "/twilio/tap/bench");
    earshot.Refresh();
    Console.Error.WriteLine($"Earshot: {(earshot.TotalProcessorTime - before).TotalSeconds:0.0} s of CPU, {earshot.WorkingSet64 >> 20} MiB");
}
Console.WriteLine("\nEarshot's own figures (`/metrics`), all rounds:\n");
foreach (string line in (await http.GetStringAsync(new Uri(Url + "/metrics"))).Split('\n').Where(l => l.StartsWith("earshot_tap", StringComparison.Ordinal))) Console.WriteLine("    " + line);
earshot.Kill();

async Task<bool> Answers()
{
    try { return (await http.GetStringAsync(new Uri(Url + "/healthz"))).StartsWith("ok", StringComparison.Ordinal); }
    catch (HttpRequestException) { return false; }
}

async Task Round(string name, string url)
{
    bot.Delays.Clear();
    Carrier[] carriers = [.. Enumerable.Range(0, calls).Select(_ => new Carrier())];
    foreach (Carrier carrier in carriers) await carrier.OpenAsync(url);
    await Carrier.RunAsync(carriers, seconds);
    double[] all = [.. bot.Delays.Values(), .. carriers.SelectMany(c => c.Delays.Values())];
    Array.Sort(all);
    string At(double share) => all[Math.Min(all.Length - 1, (int)(all.Length * share))].ToString("0.00", CultureInfo.InvariantCulture);
    Console.WriteLine($"| {name} | {all.Length} | {At(0.5)} | {At(0.99)} | {At(0.999)} | {At(1)} |");
}

namespace Bench
{
    /// <summary>Delays of one-way messages in ms; those of the first two seconds are left out.</summary>
    internal sealed class Delays
    {
        private readonly List<double> values = [];

        public static long Origin { get; set; }

        public void Add(long sentTicks)
        {
            if (Stopwatch.GetElapsedTime(Origin, sentTicks) < TimeSpan.FromSeconds(2)) return;
            double ms = Stopwatch.GetElapsedTime(sentTicks).TotalMilliseconds;
            lock (values) values.Add(ms);
        }

        public IReadOnlyList<double> Values()
        {
            lock (values) return [.. values];
        }

        public void Clear()
        {
            lock (values) values.Clear();
        }

        /// <summary>The stamp stands in a media message between these two.</summary>
        public static long StampOf(ReadOnlySpan<byte> text)
        {
            int at = text.IndexOf("\"x\":\""u8);
            return at >= 0 && System.Buffers.Text.Utf8Parser.TryParse(text[(at + 5)..], out long ticks, out _) ? ticks : 0;
        }
    }

    /// <summary>The carrier's half of one call.</summary>
    internal sealed class Carrier
    {
        private static readonly string Payload = Convert.ToBase64String(new byte[160]);
        private readonly ClientWebSocket socket = new();
        private readonly string sid = "MZ" + RandomNumberGenerator.GetHexString(32, lowercase: true);
        private long number;

        public Delays Delays { get; } = new();

        public async Task OpenAsync(string url)
        {
            byte[] hash = HMACSHA1.HashData("bench"u8, Encoding.UTF8.GetBytes(url));
            socket.Options.SetRequestHeader("X-Twilio-Signature", Convert.ToBase64String(hash));
            socket.Options.KeepAliveInterval = TimeSpan.Zero;
            await socket.ConnectAsync(new Uri(url), CancellationToken.None);
            await SendAsync("""{"event":"connected","protocol":"Call","version":"1.0.0"}""");
            await SendAsync($$$"""{"event":"start","sequenceNumber":"{{{++number}}}","start":{"accountSid":"AC1","streamSid":"{{{sid}}}","callSid":"CA{{{sid[2..]}}}","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1}},"streamSid":"{{{sid}}}"}""");
            _ = Task.Run(ReadAsync);
        }

        /// <summary>A frame of every call each 20 ms, the calls spread evenly over them.</summary>
        public static async Task RunAsync(Carrier[] carriers, int seconds)
        {
            const int Slots = 20;
            Delays.Origin = Stopwatch.GetTimestamp();
            for (int slot = 0; slot < seconds * 50 * Slots; slot++)
            {
                TimeSpan wait = TimeSpan.FromMilliseconds(slot * 20.0 / Slots) - Stopwatch.GetElapsedTime(Delays.Origin);
                if (wait > TimeSpan.Zero) await Task.Delay(wait + TimeSpan.FromMilliseconds(0.5));
                for (int i = slot % Slots; i < carriers.Length; i += Slots) await carriers[i].FrameAsync();
            }
            await Task.Delay(500);
            foreach (Carrier carrier in carriers)
            {
                await carrier.SendAsync($$$"""{"event":"stop","sequenceNumber":"{{{carrier.number + 1}}}","streamSid":"{{{carrier.sid}}}","stop":{"accountSid":"AC1","callSid":"CA1"}}""");
                await carrier.socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
            }
            await Task.Delay(1000);
        }

        private ValueTask FrameAsync()
        {
            number++;
            return SendAsync($$$"""{"event":"media","x":"{{{Stopwatch.GetTimestamp()}}}","sequenceNumber":"{{{number}}}","media":{"track":"inbound","chunk":"{{{number - 1}}}","timestamp":"{{{(number - 2) * 20}}}","payload":"{{{Payload}}}"},"streamSid":"{{{sid}}}"}""");
        }

        private ValueTask SendAsync(string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text).AsMemory(), WebSocketMessageType.Text, true, CancellationToken.None);

        private async Task ReadAsync()
        {
            byte[] buffer = new byte[4096];
            try
            {
                while ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)) is { MessageType: not WebSocketMessageType.Close } got)
                    if (Delays.StampOf(buffer.AsSpan(0, got.Count)) is > 0 and var ticks) Delays.Add(ticks);
            }
            catch (WebSocketException) { }
        }
    }

    /// <summary>Answers each frame with one.</summary>
    internal sealed class Bot : IAsyncDisposable
    {
        private static readonly string Payload = Convert.ToBase64String(new byte[160]);
        private readonly WebApplication app;

        private Bot(WebApplication app) => this.app = app;

        public string Url => app.Urls.First().Replace("http", "ws", StringComparison.Ordinal) + "/bot";

        public Delays Delays { get; } = new();

        public static async Task<Bot> StartAsync()
        {
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:5198");
            WebApplication app = builder.Build();
            app.UseWebSockets();
            var bot = new Bot(app);
            app.Map("/bot", bot.TalkAsync);
            await app.StartAsync();
            return bot;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private async Task TalkAsync(HttpContext context)
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
            byte[] buffer = new byte[4096];
            string sid = "";
            while ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)) is { MessageType: not WebSocketMessageType.Close } got)
            {
                long ticks = Bench.Delays.StampOf(buffer.AsSpan(0, got.Count));
                if (ticks == 0)
                {
                    string text = Encoding.UTF8.GetString(buffer, 0, got.Count);
                    int at = text.IndexOf("\"MZ", StringComparison.Ordinal);
                    if (at >= 0) sid = text.Substring(at + 1, 34);
                    continue;
                }
                Delays.Add(ticks);
                byte[] answer = Encoding.UTF8.GetBytes($$$"""{"event":"media","x":"{{{Stopwatch.GetTimestamp()}}}","streamSid":"{{{sid}}}","media":{"payload":"{{{Payload}}}"}}""");
                await socket.SendAsync(answer.AsMemory(), WebSocketMessageType.Text, true, CancellationToken.None);
            }
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        }
    }
}
