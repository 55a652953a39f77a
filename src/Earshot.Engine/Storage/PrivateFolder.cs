namespace Earshot.Engine.Storage;

/// <summary>Folders that only their owner can read.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes the folder, and those above it that are missing, with mode 0700; what is there stays as it is.</summary>
    public static DirectoryInfo Create(string path)
    {
        string full = Path.GetFullPath(path);
        if (OperatingSystem.IsWindows() || Directory.Exists(full)) return Directory.CreateDirectory(full);
        if (Path.GetDirectoryName(full) is { } parent && !Directory.Exists(parent)) Create(parent);
        return Directory.CreateDirectory(full, Mode);
    }
}
