using Earshot.Engine.Recording;
using Earshot.Engine.Storage;
using Earshot.Server.Access;

namespace Earshot.Server.Operations;

/// <summary>Holds the data folder and the recordings folder: two servers over one of them would recover each other's running calls.</summary>
internal sealed class DataLock(ServerOptions server, RecordingOptions recording) : IDisposable
{
    private const string DataFile = "earshot.lock";
    private const string RecordingsFile = ".earshot.lock";

    private const int LinuxHeld = 11;
    private const int MacHeld = 35;
    private const int WindowsHeld = unchecked((int)0x80070020);

    private FileStream? data;
    private FileStream? recordings;

    /// <exception cref="InvalidOperationException">Another process holds one of them; the message says which.</exception>
    public void Take()
    {
        data = Open(server.DataDirectory, DataFile) ?? throw Taken("data", server.DataDirectory);
        try
        {
            recordings = Open(recording.Directory, RecordingsFile) ?? throw Taken("recordings", recording.Directory);
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            // The recordings folder cannot be written: the recorder says so, and the calls go on.
        }
    }

    /// <summary>True while a server holds one of the folders.</summary>
    public static bool IsHeld(ServerOptions server, RecordingOptions recording)
    {
        using var mine = new DataLock(server, recording);
        try
        {
            mine.Take();
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    public void Dispose()
    {
        recordings?.Dispose();
        data?.Dispose();
    }

    private static InvalidOperationException Taken(string what, string folder) => new(
        $"Another Earshot uses the {what} folder '{Path.GetFullPath(folder)}'. Stop it, or give this one its own with --data and --recordings.");

    private static FileStream? Open(string folder, string name)
    {
        PrivateFolder.Create(folder);
        try
        {
            return new FileStream(Path.Combine(folder, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is LinuxHeld or MacHeld or WindowsHeld)
        {
            return null;
        }
    }
}
