using System.Runtime.InteropServices;
using Deque.AxeCore.Playwright;
using Earshot.Audio.Codecs;
using Earshot.Audio.Signals;
using Earshot.Audio.Wave;
using Earshot.Engine.Agents;
using Earshot.Engine.Calling;
using Earshot.Engine.Ingest;
using Earshot.Server.Streams;
using Earshot.Testing;
using Microsoft.Playwright;

namespace Earshot.Server.Tests.Agents;

/// <summary>A simulated caller is answered in a real browser whose microphone plays beeps; the files are measured.</summary>
public sealed class AgentBrowserTests
{
    private const string Browser = "/usr/bin/chromium";
    private const int BeepEveryMs = 1000;
    private const int BeepMs = 200;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_caller_and_an_agent_in_the_browser_hear_each_other_and_both_files_are_in_place()
    {
        Assert.SkipUnless(File.Exists(Browser), $"{Browser} is absent (Debian: apt-get install chromium)");
        await using EarshotTestServer server = await EarshotTestServer.StartAsync(s => s.Voice.Mode = VoiceOptions.ConnectMode);
        using var folder = new TemporaryFolder();
        string microphone = WriteBeeps(folder.Sub("microphone.wav"), 48_000, 40);
        SpeechClip.TryLoad(WriteBeeps(folder.Sub("caller.wav"), 8000, 60), out SpeechClip? speech, out string? problem).ShouldBeTrue(problem);
        using var playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Browser,
            Args = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", $"--use-file-for-fake-audio-capture={microphone}%noloop"],
        });
        IPage page = await browser.NewPageAsync();
        var errors = new List<string>();
        page.PageError += (_, e) => errors.Add(e);
        page.Console += (_, m) => { if (m.Type == "error") errors.Add(m.Text); };
        await page.GotoAsync(new Uri(server.BaseAddress, "/live").ToString());
        await Assertions.Expect(page.GetByText("No call is running")).ToBeVisibleAsync();

        var heard = new List<byte>();
        using var carrier = new CarrierSimulator(TimeProvider.System);
        Task<SimulatedCallResult> call = carrier.CallAsync(new SimulatedCallOptions
        {
            Url = new Uri(server.BaseAddress, "/twilio/voice").ToString(),
            AuthToken = EarshotTestServer.AuthToken,
            Speech = speech,
            Heard = frame => { lock (heard) heard.AddRange(frame); },
        }, Cancel);
        await Assertions.Expect(page.GetByText("waiting", new() { Exact = true })).ToBeVisibleAsync(new() { Timeout = 15_000 });
        (await page.RunAxe()).Violations.ShouldBeEmpty();
        await page.GetByRole(AriaRole.Button, new() { Name = "Answer" }).ClickAsync();
        await Assertions.Expect(page.GetByText("you are talking")).ToBeVisibleAsync();
        IPage other = await browser.NewPageAsync();
        await other.AddInitScriptAsync(HearsItself);
        await other.GotoAsync(new Uri(server.BaseAddress, "/live").ToString());
        await other.GetByRole(AriaRole.Button, new() { Name = "Listen in" }).ClickAsync();
        await Assertions.Expect(page.GetByText("1 listening in")).ToBeVisibleAsync();
        double[] both = await Heard(other, "both");
        double[] callerAlone = await Heard(other, "inbound");
        double[] agentAlone = await Heard(other, "outbound");
        await page.GetByRole(AriaRole.Button, new() { Name = "Mute" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Unmute" })).ToBeVisibleAsync();
        await page.WaitForTimeoutAsync(2500);
        AgentSeat seat = server.Get<AgentDesk>().Open(server.Get<LiveStreams>().All.ShouldHaveSingleItem().Facts!.CallSid.Value)!;
        await page.GetByRole(AriaRole.Button, new() { Name = "Hang up" }).ClickAsync();
        (await call).Streams.ShouldHaveSingleItem().CloseCode.ShouldBe(1000);
        await Assertions.Expect(page.GetByText("the call is over")).ToBeVisibleAsync();
        await server.StopAsync();
        errors.ShouldBeEmpty();
        callerAlone.Length.ShouldBeInRange(2, 4, "a beep a second, and one that was sounding at either end");
        // One may be sounding already, and a stall of this machine may cut another; two sides in one buffer would cut them all.
        callerAlone.Count(ms => ms > BeepMs - 60 && ms < BeepMs + 60).ShouldBeGreaterThanOrEqualTo(Math.Max(1, callerAlone.Length - 2), $"beeps are whole: {Places(callerAlone)} ms");
        agentAlone.Length.ShouldBeInRange(1, 4, $"the agent's beeps are heard: {Places(agentAlone)} ms");
        both.Length.ShouldBeGreaterThanOrEqualTo(2, $"both at once, which may coincide: {Places(both)} ms");

        string agentFile = Directory.GetFiles(server.Recordings, "agent_*.wav").ShouldHaveSingleItem(), callerFile = Directory.GetFiles(server.Recordings, "technician_*.wav").ShouldHaveSingleItem();
        double[] caller = Beeps(WaveAssert.Samples(File.ReadAllBytes(callerFile)), 16_000, 0);
        caller.Length.ShouldBeGreaterThan(6);
        Spaced(caller, "the caller's file");
        double offsetMs = StartOffset(agentFile) - StartOffset(callerFile);
        double[] agent = Beeps(WaveAssert.Samples(File.ReadAllBytes(agentFile)), 16_000, offsetMs);
        agent.Length.ShouldBeInRange(4, 16, "about ten seconds were not muted");
        Spaced([.. agent.Skip(1)], "the agent's file", stutters: 1); // The microphone may open in the middle of a beep.
        short[] line = new short[heard.Count];
        MuLaw.Decode(CollectionsMarshal.AsSpan(heard), line);
        double[] atCaller = Beeps(line, 8000, 0);
        double[] unheard = [.. agent.Skip(2).SkipLast(1).Where(beep => atCaller.Count(b => b - beep is > -20 and < 450) != 1)]; // The last one may be cut by the mute.
        unheard.Length.ShouldBeLessThanOrEqualTo((int)Math.Ceiling(seat.SkippedMs / BeepMs), $"the agent's beeps at {Places(unheard)} ms are heard once, and soon, but for {seat.SkippedMs} ms that a stall of this machine left out; heard at {Places(atCaller)}");
    }

    /// <summary>Lets the page say how loud its headphones are.</summary>
    private const string HearsItself = """
        const connect = AudioNode.prototype.connect;
        AudioNode.prototype.connect = function (to, ...rest) {
          if (to instanceof AudioDestinationNode) {
            const meter = (to.context.__meter ??= to.context.createAnalyser());
            meter.fftSize = 256;
            window.__meter = meter;
            connect.call(this, meter);
          }
          return connect.call(this, to, ...rest);
        };
        """;

    /// <summary>Chooses a side, listens for 3 s, and gives how long each loud stretch was, in ms.</summary>
    private static async Task<double[]> Heard(IPage page, string side)
    {
        await page.GetByLabel("Hear").SelectOptionAsync(side);
        return await page.EvaluateAsync<double[]>("""
            () => new Promise((done) => {
              const meter = window.__meter, data = new Float32Array(meter.fftSize), found = [];
              const began = performance.now();
              let since = 0, last = 0;
              const look = () => {
                const now = performance.now();
                meter.getFloatTimeDomainData(data);
                if (Math.max(...data) > 0.05) { since ||= now; last = now; }
                else if (since && now - last > 60) { found.push(last - since); since = 0; }
                if (now - began > 3000 && !since) { clearInterval(timer); done(found); }
              };
              const timer = setInterval(look, 8);
            })
            """);
    }

    /// <summary>A beep each second.</summary>
    /// <param name="beeps">Where they begin.</param>
    /// <param name="of">Whose they are.</param>
    /// <param name="stutters">How often the source itself may pause: Chromium's fake microphone puts silence in where this machine keeps it waiting, and goes on with its file behind it.</param>
    private static void Spaced(double[] beeps, string of, int stutters = 0)
    {
        double[] spaces = [.. beeps.Skip(1).Zip(beeps, (next, one) => next - one)];
        spaces.ShouldAllBe(s => s > BeepEveryMs - 20 && s < BeepEveryMs + 200, $"{of}: {Places(beeps)}");
        spaces.Count(s => Math.Abs(s - BeepEveryMs) > 20).ShouldBeLessThanOrEqualTo(stutters, $"{of}: {Places(beeps)}");
    }

    private static string Places(double[] beeps) => string.Join(", ", beeps.Select(b => $"{b:0}"));

    private static double StartOffset(string wave) => (double)System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(wave, ".json")))!["startOffsetMs"]!;

    private static string WriteBeeps(string path, int rateHz, int seconds)
    {
        short[] samples = TestSignal.Beeps(rateHz * seconds, rateHz, 1000, BeepMs, BeepEveryMs - BeepMs);
        byte[] file = new byte[WaveHeader.Size + samples.Length * 2];
        WaveHeader.Write(file, WaveFormat.Pcm16(rateHz), samples.Length * 2);
        MemoryMarshal.AsBytes(samples.AsSpan()).CopyTo(file.AsSpan(WaveHeader.Size));
        File.WriteAllBytes(path, file);
        return path;
    }

    /// <summary>Where tones begin after 300 ms of quiet, in ms; the first and the last may be cut.</summary>
    private static double[] Beeps(ReadOnlySpan<short> samples, int rateHz, double offsetMs)
    {
        var found = new List<double>();
        int quiet = rateHz;
        for (int i = 0; i < samples.Length; i++)
        {
            if (Math.Abs((int)samples[i]) < 2500)
            {
                quiet++;
                continue;
            }
            if (quiet > rateHz * 3 / 10) found.Add(offsetMs + i * 1000.0 / rateHz);
            quiet = 0;
        }
        return [.. found];
    }
}
