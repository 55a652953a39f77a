using Microsoft.Win32.SafeHandles;

namespace Earshot.Engine.Storage;

/// <summary>Recordings in one folder (0700), files 0600.</summary>
internal sealed class FolderStorage(string directory) : IRecordingStorage
{
    private const UnixFileMode FileModeBits = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string root = Path.GetFullPath(directory);

    public string Location => root;

    public long FreeBytes
    {
        get
        {
            string? existing = root;
            while (existing is not null && !Directory.Exists(existing)) existing = Path.GetDirectoryName(existing);
            return existing is null ? 0 : new DriveInfo(existing).AvailableFreeSpace;
        }
    }

    public bool TryCreate(string name, out IStoredFile? file)
    {
        string path = PathOf(name);
        EnsureFolder();
        try
        {
            file = new FolderFile(name, OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite));
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            file = null;
            return false;
        }
    }

    public IStoredFile Open(string name) => new FolderFile(name, OpenHandle(PathOf(name), FileMode.Open, FileAccess.ReadWrite));

    public Stream OpenRead(string name) => new FileStream(PathOf(name), new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
    });

    public bool Exists(string name) => File.Exists(PathOf(name));

    public long LengthOf(string name)
    {
        var info = new FileInfo(PathOf(name));
        return info.Exists ? info.Length : -1;
    }

    public void WriteWhole(string name, ReadOnlySpan<byte> content, bool durable)
    {
        EnsureFolder();
        string path = PathOf(name), temporary = path + ".tmp";
        try
        {
            using (SafeFileHandle handle = OpenHandle(temporary, FileMode.Create, FileAccess.Write))
            {
                RandomAccess.Write(handle, content, 0);
                if (durable) FileSync.Sync(handle, temporary);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        if (durable) FileSync.SyncFolder(root);
    }

    public void SyncNames() => FileSync.SyncFolder(root);

    public bool Delete(string name)
    {
        string path = PathOf(name);
        if (!File.Exists(path)) return false;
        File.Delete(path);
        return true;
    }

    public IEnumerable<string> List() =>
        Directory.Exists(root) ? Directory.EnumerateFiles(root).Select(p => Path.GetFileName(p)).Where(n => n[0] != '.') : [];

    /// <exception cref="ArgumentException">The name is not a plain file name.</exception>
    public string PathOf(string name)
    {
        if (name.Length == 0 || name[0] == '.' || Path.GetFileName(name) != name || name.Contains('\\', StringComparison.Ordinal))
            throw new ArgumentException($"'{name}' is not a plain file name", nameof(name));
        return Path.Combine(root, name);
    }

    private void EnsureFolder()
    {
        if (!Directory.Exists(root)) PrivateFolder.Create(root);
    }

    private static SafeFileHandle OpenHandle(string path, FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open) options.UnixCreateMode = FileModeBits;
        return new FileStream(path, options).SafeFileHandle; // The only way to create a file with its mode; the handle is its own owner.
    }

    private sealed class FolderFile(string name, SafeFileHandle handle) : IStoredFile
    {
        public string Name => name;

        public long Length => RandomAccess.GetLength(handle);

        public void Write(ReadOnlySpan<byte> bytes, long position) => RandomAccess.Write(handle, bytes, position);

        public int Read(Span<byte> destination, long position)
        {
            int total = 0;
            while (total < destination.Length)
            {
                int read = RandomAccess.Read(handle, destination[total..], position + total);
                if (read == 0) break;
                total += read;
            }
            return total;
        }

        public void SetLength(long length) => RandomAccess.SetLength(handle, length);

        public void Sync() => FileSync.Sync(handle, name);

        public void Dispose() => handle.Dispose();
    }
}
