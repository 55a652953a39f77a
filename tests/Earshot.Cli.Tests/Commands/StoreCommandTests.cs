using System.Security.Cryptography;
using System.Text.Json;
using Earshot.Engine.Access;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.Storage;
using Earshot.Testing;

namespace Earshot.Cli.Tests.Commands;

/// <summary>The store's commands as processes, over a folder that an engine has filled.</summary>
public sealed class StoreCommandTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly List<SyntheticFrame> frames = [];
    private readonly SyntheticCall call = new();

    private string Recordings => folder.Sub("recordings");

    private string Data => folder.Sub("data");

    public async ValueTask InitializeAsync()
    {
        await using var rig = new EngineRig(new FolderStorage(Recordings));
        StreamSession session = rig.Open();
        session.Send(call.Start(null, ("from", "+15551234567")));
        frames.AddRange(call.RunBoth(100, 50));
        session.Send(frames);
        session.Send(call.Stop());
        await session.StoredAsync();
        Earshot("reindex").ExitCode.ShouldBe(0);
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void List_and_show_say_what_there_is()
    {
        JsonElement calls = JsonDocument.Parse(Earshot("list", "--json").Output).RootElement;
        calls.GetArrayLength().ShouldBe(1);
        (calls[0].GetProperty("callSid").GetString(), calls[0].GetProperty("recordings").GetInt32(), calls[0].GetProperty("state").GetString()).ShouldBe((call.CallSid, 2, "complete"));
        Earshot("list").Output.ShouldContain(call.CallSid);
        foreach (string name in (string[])[call.CallSid, call.CallSid[..6], "latest"])
        {
            JsonElement shown = JsonDocument.Parse(Earshot("show", name, "--json").Output).RootElement;
            shown.GetProperty("recordings").GetArrayLength().ShouldBe(2);
            shown.GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("number").GetInt32()).ShouldContain(11);
        }
        Earshot("show", "latest").Output.ShouldContain("written to WAV");
        (_, string errors, int exit) = Earshot("show", "CAnone");
        exit.ShouldBe(ExitCodes.Unreadable);
        errors.ShouldContain("there is no call 'CAnone'");
    }

    [Fact]
    public async Task List_and_show_have_of_a_running_call_what_is_on_disk_so_far()
    {
        await using var rig = new EngineRig(new FolderStorage(Recordings), catalog: "sqlite:" + Path.Combine(Data, "earshot.db"));
        StreamSession session = rig.Open();
        var running = new SyntheticCall("MZrunning", "CArunning");
        session.Send(running.Start(null));
        string file = "";
        bool entered = false; // The catalog has the stages of the start, and no frame was there by then.
        for (int look = 0; look < 400 && file.Length == 0; look++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
            if (!entered && rig.Get<CallStore>().Find(running.CallSid) is not null)
            {
                entered = true;
                session.Send(running.RunBoth(100, 100));
            }
            file = Directory.EnumerateFiles(Recordings, "technician_MZrunning_*.wav").FirstOrDefault(f => new FileInfo(f).Length > 32_000) ?? "";
        }

        JsonElement listed = JsonDocument.Parse(Earshot("list", "--json").Output).RootElement.EnumerateArray().Single(c => c.GetProperty("callSid").GetString() == "CArunning");
        listed.GetProperty("state").GetString().ShouldBe("recording");
        listed.GetProperty("durationSeconds").GetDouble().ShouldBeGreaterThan(1);
        listed.GetProperty("onDisk").GetProperty("files").EnumerateArray().Select(f => f.GetProperty("file").GetString()).ShouldContain(Path.GetFileName(file));
        string line = Earshot("list").Output.Split('\n').Single(l => l.Contains("CArunning", StringComparison.Ordinal));
        line.ShouldNotContain("0:00.0");
        line.ShouldNotContain("no recording");

        string shown = Earshot("show", "CArunning").Output;
        shown.ShouldContain(Path.GetFileName(file));
        shown.ShouldMatch("(?m)^10 +written to WAV +being written: 0:0[12]");
        shown.ShouldMatch("(?m)^8 +mu-law to PCM +running: its page has them");
        JsonElement whole = JsonDocument.Parse(Earshot("show", "CArunning", "--json").Output).RootElement;
        whole.GetProperty("recordings").GetArrayLength().ShouldBe(0);
        whole.GetProperty("onDisk").GetProperty("files").GetArrayLength().ShouldBe(2);

        foreach (string of in Directory.EnumerateFiles(Recordings, "*MZrunning*")) File.SetLastWriteTimeUtc(of, TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(-5));
        Earshot("list").Output.ShouldContain("nothing written since");
        shown = Earshot("show", "CArunning").Output;
        shown.ShouldContain("nothing was written since");
        shown.ShouldMatch("(?m)^8 +mu-law to PCM +known once it is completed");
        shown.ShouldNotContain("its page has them");
        session.Send(running.Stop());
        await session.StoredAsync();
        JsonDocument.Parse(Earshot("show", "CArunning", "--json").Output).RootElement.GetProperty("onDisk").ValueKind.ShouldBe(JsonValueKind.Null);
        Earshot("show", "CArunning").Output.ShouldNotContain("its page has them");
    }

    [Fact]
    public void List_and_show_have_the_verdict_and_what_it_comes_from()
    {
        JsonElement first = JsonDocument.Parse(Earshot("list", "--json").Output).RootElement[0];
        first.GetProperty("verdict").ValueKind.ShouldBe(JsonValueKind.Null);
        Earshot("list").Output.ShouldMatch(@"complete +- ");
        Earshot("show", "latest").Output.ShouldContain("verdict -");

        Earshot("analyze", "--all", "--set", "Analysis:VoiceActivity=energy").Errors.ShouldBeEmpty();
        JsonElement shown = JsonDocument.Parse(Earshot("show", "latest", "--json").Output).RootElement;
        string verdict = shown.GetProperty("verdict").GetString()!;
        verdict.ShouldBeOneOf("fair", "bad");
        JsonElement finding = shown.GetProperty("findings")[0];
        (string code, string message) = (finding.GetProperty("code").GetString()!, finding.GetProperty("message").GetString()!);
        first = JsonDocument.Parse(Earshot("list", "--json").Output).RootElement[0];
        (first.GetProperty("verdict").GetString(), first.GetProperty("findings")[0].GetProperty("code").GetString()).ShouldBe((verdict, code));
        Earshot("list").Output.ShouldMatch($"complete +{verdict} ");
        string words = Earshot("show", "latest").Output;
        words.ShouldContain($"verdict {verdict}");
        words.ShouldMatch($"(?m)^{code} .*{System.Text.RegularExpressions.Regex.Escape(message)}");
    }

    [Theory]
    [InlineData("mulaw", "ulaw")]
    [InlineData("wav8k", "8k.wav")]
    [InlineData("wav16k", "16k.wav")]
    [InlineData("jsonl", "jsonl")]
    public void Export_is_bit_exact_and_written_down_and_overwrites_nothing(string format, string extension)
    {
        string target = folder.Sub("out");
        (string output, string errors, int exit) = Earshot("export", "latest", "--format", format, "-o", target);
        exit.ShouldBe(0, errors);
        string[] files = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        files.Length.ShouldBe(format == "jsonl" ? 1 : 2);
        files.ShouldAllBe(f => f.EndsWith("." + extension, StringComparison.Ordinal) && File.Exists(f));
        byte[] audio = [.. frames.Where(f => f.Track == "inbound").SelectMany(f => f.Audio)];
        byte[] exported = File.ReadAllBytes(files[0]);
        if (format == "mulaw") exported.ShouldBe(audio);
        if (format == "wav16k") exported.ShouldBe(File.ReadAllBytes(Directory.EnumerateFiles(Recordings, "technician_*.wav").Single()));
        if (format == "jsonl") exported.AsSpan().Count((byte)'\n').ShouldBe(frames.Count + 2);
        if (format == "wav8k")
        {
            short[] pcm = new short[audio.Length];
            global::Earshot.Audio.Codecs.MuLaw.Decode(audio, pcm);
            WaveAssert.Same(pcm, WaveAssert.Samples(exported));
        }
        (_, string again, int refused) = Earshot("export", "latest", "--format", format, "-o", target);
        refused.ShouldBe(ExitCodes.Unreadable);
        again.ShouldContain("nothing is overwritten");
        new AccessLog(Data, TimeProvider.System).Read().ShouldAllBe(e => e.Action == "export" && e.Target == call.CallSid);
        Directory.EnumerateFiles(target, "*.part").ShouldBeEmpty();
    }

    [Fact]
    public void Delete_asks_when_it_can_and_takes_all()
    {
        (_, string errors, int exit) = Earshot("delete", "latest");
        exit.ShouldBe(ExitCodes.Usage);
        errors.ShouldContain("--yes");
        Files().ShouldNotBeEmpty();
        Earshot("delete", "latest", "--yes").ExitCode.ShouldBe(0);
        Files().ShouldBeEmpty();
        Earshot("delete", "latest", "--yes").ExitCode.ShouldBe(ExitCodes.Unreadable);
        new AccessLog(Data, TimeProvider.System).Read().ShouldHaveSingleItem().Action.ShouldBe("delete");
    }

    [Fact]
    public async Task Prune_says_what_it_would_do_and_does_it()
    {
        Earshot("prune").ExitCode.ShouldBe(ExitCodes.Usage);
        Earshot("prune", "--older-than", "old").ExitCode.ShouldBe(ExitCodes.Usage);
        (_, string zero, int refused) = Earshot("prune", "--older-than", "0d");
        (refused, zero.Trim()).ShouldBe((ExitCodes.Usage, "earshot prune: --older-than '0d' is every call; give an age above 0, as in 7d, 12h or 30m"));
        Earshot("prune", "--older-than", "1h").Errors.ShouldContain("0 calls deleted");
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        (string output, string errors, _) = Earshot("prune", "--older-than", "10ms", "--dry-run");
        output.Trim().ShouldBe("would delete " + call.CallSid);
        errors.ShouldContain("1 calls would be deleted");
        Files().ShouldNotBeEmpty();
        Earshot("prune", "--older-than", "10ms").Errors.ShouldContain("1 calls deleted");
        Files().ShouldBeEmpty();
    }

    [Fact]
    public void A_setting_that_cannot_be_read_is_told_alone()
    {
        (string output, string errors, int exit) = Earshot("config", "--set", "Recording:FlushInterval=abc");
        (output, exit).ShouldBe(("", ExitCodes.Config));
        errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("Recording:FlushInterval is 'abc' (command line");
        Earshot("config", "--set", "Recording:FlushInterval=100ms").Output.ShouldMatch("Recording:FlushInterval +00:00:00.1000000 +command line");
    }

    [Fact]
    public void Repair_completes_what_was_cut_off_and_reindex_reads_it()
    {
        string wav = Directory.EnumerateFiles(Recordings, "technician_*.wav").Single();
        string whole = Hash(wav);
        foreach (string manifest in Directory.EnumerateFiles(Recordings, "*.json")) File.Delete(manifest);
        using (FileStream file = File.OpenWrite(wav)) file.SetLength(5001);
        File.Delete(Path.Combine(Data, "earshot.db"));
        (string output, string errors, int exit) = Earshot("repair");
        exit.ShouldBe(0, errors);
        output.ShouldStartWith("recovered call_");
        errors.ShouldContain("1 recovered, 0 not");
        Hash(wav).ShouldBe(whole);
        Earshot("repair").Errors.ShouldContain("0 recovered, 0 not");
        Earshot("reindex").Output.ShouldContain("1 streams and 2 recordings");
        JsonDocument.Parse(Earshot("list", "--json").Output).RootElement[0].GetProperty("state").GetString().ShouldBe("recovered");
    }

    [Fact]
    public async Task While_a_server_runs_neither_repair_nor_reindex_touches_its_store()
    {
        using ServerProcess server = await ServerProcess.StartAsync(Recordings, Data);
        foreach (string command in (string[])["repair", "reindex"])
        {
            (_, string errors, int exit) = Earshot(command);
            exit.ShouldBe(ExitCodes.Findings);
            errors.ShouldContain("Stop it first");
        }
        Earshot("list", "--json").Output.ShouldContain(call.CallSid);
    }

    [Fact]
    public void A_name_with_control_characters_reaches_no_terminal_raw()
    {
        var store = new CallStore(new CatalogDatabase("sqlite:" + Path.Combine(Data, "earshot.db")));
        const string Evil = "CA\u001b[31mred\u0007";
        store.Save(new CallRow { CallSid = Evil, State = "complete", FromNumber = "\u001b]0;title\u0007", StartedAt = TimeProvider.System.GetUtcNow().AddDays(-3) });
        foreach (string[] command in (string[][])[["list"], ["show", Evil], ["show", "CA"], ["prune", "--older-than", "2d", "--dry-run"], ["export", Evil, "-o", folder.Sub("out")], ["delete", Evil, "--yes"]])
        {
            (string output, string errors, _) = Earshot(command);
            (output + errors).ShouldNotContain("\u001b", customMessage: command[0]);
            (output + errors).ShouldNotContain("\u0007", customMessage: command[0]);
        }
    }

    /// <summary>The calls' files; a lock stays.</summary>
    private IEnumerable<string> Files() => Directory.EnumerateFiles(Recordings).Where(f => !Path.GetFileName(f).StartsWith('.'));

    private (string Output, string Errors, int ExitCode) Earshot(params string[] arguments) =>
        Tools.Run("dotnet", [Path.Combine(AppContext.BaseDirectory, "earshot.dll"), .. arguments, "--recordings", Recordings, "--data", Data]);

    private static string Hash(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}
