using Earshot.Engine.Storage;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Storage;

public sealed class FolderStorageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private FolderStorage Storage => new(folder.Sub("recordings"));

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("/etc/passwd")]
    [InlineData("../x")]
    [InlineData("a\\b")]
    public void A_name_is_a_plain_file_name(string name)
    {
        Should.Throw<ArgumentException>(() => Storage.PathOf(name));
        Should.Throw<ArgumentException>(() => Storage.TryCreate(name, out _));
        Should.Throw<ArgumentException>(() => Storage.WriteWhole(name, "x"u8, durable: false));
    }

    [Fact]
    public void Folder_and_files_are_their_owner_s_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes");
            return;
        }
        Storage.TryCreate("a.wav", out IStoredFile? file).ShouldBeTrue();
        file!.Dispose();
        Storage.WriteWhole("a.json", "{}"u8, durable: true);
        File.GetUnixFileMode(folder.Sub("recordings")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.GetUnixFileMode(Storage.PathOf("a.wav")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(Storage.PathOf("a.json")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Nothing_is_overwritten_and_a_folder_that_is_gone_comes_back()
    {
        Storage.TryCreate("a.wav", out IStoredFile? first).ShouldBeTrue();
        first!.Write("hello"u8, 0);
        Storage.TryCreate("a.wav", out IStoredFile? second).ShouldBeFalse();
        second.ShouldBeNull();
        first.Dispose();
        File.ReadAllText(Storage.PathOf("a.wav")).ShouldBe("hello");
        Directory.Delete(folder.Sub("recordings"), recursive: true);
        Storage.TryCreate("a.wav", out IStoredFile? third).ShouldBeTrue();
        third!.Dispose();
    }

    [Fact]
    public void A_file_is_written_and_read_by_position_while_others_read_it()
    {
        Storage.TryCreate("a.wav", out IStoredFile? created).ShouldBeTrue();
        using IStoredFile file = created!;
        file.Write("tail"u8, 10);
        file.Write("head"u8, 0);
        using Stream reader = Storage.OpenRead("a.wav");
        byte[] seen = new byte[20];
        reader.ReadAtLeast(seen, 20, throwOnEndOfStream: false).ShouldBe(14);
        seen[..14].ShouldBe("head\0\0\0\0\0\0tail"u8.ToArray());
        byte[] part = new byte[8];
        file.Read(part, 10).ShouldBe(4);
        file.SetLength(6);
        (file.Length, Storage.LengthOf("a.wav"), Storage.LengthOf("b.wav")).ShouldBe((6, 6, -1));
        file.Sync();
    }

    [Fact]
    public void A_small_file_is_replaced_as_a_whole_and_leaves_nothing_else()
    {
        Storage.WriteWhole("a.json", "old and long"u8, durable: true);
        Storage.WriteWhole("a.json", "new"u8, durable: false);
        Storage.List().ShouldBe(["a.json"]);
        File.ReadAllText(Storage.PathOf("a.json")).ShouldBe("new");
        Directory.CreateDirectory(Storage.PathOf("b.json"));
        Should.Throw<Exception>(() => Storage.WriteWhole("b.json", "x"u8, durable: false));
        Storage.List().ShouldBe(["a.json"]);
    }

    [Theory]
    [InlineData("file in the way")]
    [InlineData("no permission")]
    public void What_a_bad_folder_throws_is_a_storage_fault(string kind)
    {
        string place = folder.Sub("place");
        if (kind == "file in the way")
        {
            File.WriteAllText(place, "");
        }
        else if (OperatingSystem.IsWindows() || Environment.UserName == "root")
        {
            Assert.Skip("root may write everywhere");
        }
        else
        {
            Directory.CreateDirectory(place, UnixFileMode.UserRead);
        }
        var storage = new FolderStorage(Path.Combine(place, "recordings"));
        Exception thrown = Should.Throw<Exception>(() => storage.TryCreate("a.wav", out _));
        StorageFault.Is(thrown).ShouldBeTrue(thrown.GetType().Name);
        StorageFault.Describe(thrown, storage.Location).ShouldContain(storage.Location);
        storage.List().ShouldBeEmpty();
        storage.FreeBytes.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_failed_sync_is_seen()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("only Linux is asked directly");
        using var handle = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite);
        IOException thrown = Should.Throw<IOException>(() => FileSync.Sync(handle, "null")); // Devices cannot be synced: EINVAL.
        thrown.Message.ShouldContain("fsync of 'null' failed");
    }

    [Fact]
    public void Each_fault_is_told_with_its_remedy()
    {
        StorageFault.Describe(FaultyStorage.NoSpaceLeft(), "/r").ShouldBe("no space left for '/r': free some, shorten RECORDING_RETENTION_DAYS or run 'earshot prune'");
        StorageFault.Describe(new UnauthorizedAccessException(), "/r").ShouldContain("AUDIO_RECORDINGS_DIR");
        StorageFault.Is(new InvalidOperationException()).ShouldBeFalse();
    }
}
