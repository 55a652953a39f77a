using Earshot.Audio.Wave;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.Recording;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Ingest;

/// <summary>An import that fails leaves nothing, and one that was cut off is made whole by the next.</summary>
public sealed class WaveImportTests : IDisposable
{
    private const int Samples = 20_000;
    private readonly TemporaryFolder folder = new();
    private readonly string wav;

    public WaveImportTests()
    {
        wav = folder.Sub("both.wav");
        using var writer = new WaveWriter(File.Create(wav), WaveFormat.Pcm16(16_000, 2));
        writer.Write([.. Enumerable.Range(0, 2 * Samples).Select(i => (short)(i * 7))]);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_file_without_samples_leaves_nothing_and_is_refused_the_same_way_again()
    {
        string empty = folder.Sub("empty.wav");
        byte[] header = new byte[WaveHeader.Size];
        WaveHeader.Write(header, WaveFormat.Pcm16(8000), 0);
        await File.WriteAllBytesAsync(empty, header, TestContext.Current.CancellationToken);
        await using var rig = new EngineRig(new FaultyStorage());
        for (int i = 0; i < 2; i++)
        {
            Should.Throw<WaveFormatException>(() => rig.Get<WaveImport>().Import(empty)).Message.ShouldContain("no audio");
            rig.Storage.List().ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_disk_that_fails_at_any_moment_leaves_nothing_that_is_in_the_way(bool fromThenOn)
    {
        long changes = await Changes();
        for (long n = 0; n < changes; n++)
        {
            var storage = new FaultyStorage { PartOfFailedWrite = 0.5 };
            await using var rig = new EngineRig(storage);
            storage.FailAt(n, fromThenOn);
            Should.Throw<IOException>(() => rig.Get<WaveImport>().Import(wav), $"change {n}");
            if (!fromThenOn) storage.List().ShouldBeEmpty($"change {n}");
            storage.Fault = null;
            IsWhole(rig, rig.Get<WaveImport>().Import(wav), $"change {n}");
        }
    }

    [Fact]
    public async Task What_a_killed_import_left_is_taken_over_and_is_never_a_header_alone()
    {
        var left = new List<FaultyStorage>();
        var storage = new FaultyStorage();
        await using (var rig = new EngineRig(storage))
        {
            storage.Changed = s => left.Add(s.Copy());
            rig.Get<WaveImport>().Import(wav);
        }
        left.Count.ShouldBeGreaterThan(8);
        for (int i = 0; i < left.Count; i++)
        {
            foreach (string name in left[i].List().Where(n => n.EndsWith(FileNames.Wav, StringComparison.Ordinal)))
                if (left[i].LengthOf(name) is var length and > 0) (length - WaveHeader.Size).ShouldBeGreaterThan(0, $"moment {i}");
            await using var rig = new EngineRig(left[i]);
            IsWhole(rig, rig.Get<WaveImport>().Import(wav), $"moment {i}");
        }
    }

    [Fact]
    public async Task What_is_there_already_is_not_written_again()
    {
        await using var rig = new EngineRig(new FaultyStorage());
        ImportResult first = rig.Get<WaveImport>().Import(wav), second = rig.Get<WaveImport>().Import(wav);
        (first.Known, second.Known).ShouldBe((false, true));
        second.Recordings.ShouldBe(first.Recordings);
    }

    private async Task<long> Changes()
    {
        var storage = new FaultyStorage();
        await using var rig = new EngineRig(storage);
        rig.Get<WaveImport>().Import(wav);
        return storage.Operations;
    }

    private static void IsWhole(EngineRig rig, ImportResult result, string when)
    {
        result.Recordings.Count.ShouldBe(2, when);
        foreach (string id in result.Recordings) rig.Samples(rig.Manifests.ReadRecording(id)!).Length.ShouldBe(Samples, when);
        rig.Get<CallStore>().Find(result.CallSid).ShouldNotBeNull(when);
        rig.Storage.List().Count().ShouldBe(5, when);
    }
}
