using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Earshot.Engine.Storage;

/// <summary>fsync with its answer checked: on Linux the runtime's own flush does not report a failed fsync.</summary>
internal static partial class FileSync
{
    private const int OpenReadOnly = 0;

    /// <exception cref="IOException">The medium did not take the bytes; what was written since the last sync may be lost.</exception>
    public static void Sync(SafeFileHandle handle, string name)
    {
        if (!OperatingSystem.IsLinux()) RandomAccess.FlushToDisk(handle);
        else if (Fsync(handle) != 0) throw Failure(name);
    }

    /// <summary>Makes a rename or a new name in the folder lasting.</summary>
    /// <exception cref="IOException">As for <see cref="Sync"/>.</exception>
    public static void SyncFolder(string path)
    {
        if (!OperatingSystem.IsLinux()) return;
        int fd = Open(path, OpenReadOnly);
        if (fd < 0) throw Failure(path);
        using var handle = new SafeFileHandle(fd, ownsHandle: true);
        Sync(handle, path);
    }

    private static IOException Failure(string name)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"fsync of '{name}' failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
