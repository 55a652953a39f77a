namespace Earshot.Engine.Storage;

/// <summary>Where recordings live. Files are addressed by position, so that a medium that seals or ships its pieces fits behind it.</summary>
/// <remarks>Every member throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when the medium fails; see <see cref="StorageFault"/>.</remarks>
internal interface IRecordingStorage
{
    /// <summary>Where the files are, for people.</summary>
    string Location { get; }

    /// <summary>Bytes that can still be written; <see cref="long.MaxValue"/> where there is no such figure.</summary>
    long FreeBytes { get; }

    /// <summary>Creates the file; false when the name is taken. Nothing is ever overwritten.</summary>
    bool TryCreate(string name, out IStoredFile? file);

    /// <summary>Opens an existing file to read and patch it.</summary>
    IStoredFile Open(string name);

    /// <summary>Opens an existing file for reading, also while it is being written.</summary>
    Stream OpenRead(string name);

    bool Exists(string name);

    /// <summary>Length in bytes, or -1 when there is no such file.</summary>
    long LengthOf(string name);

    /// <summary>Replaces a small file as a whole: a reader sees the old or the new content, never a part.</summary>
    /// <param name="name">The file.</param>
    /// <param name="content">All of it.</param>
    /// <param name="durable">True to have it on the medium when the call returns.</param>
    void WriteWhole(string name, ReadOnlySpan<byte> content, bool durable);

    /// <summary>Makes lasting that the files created so far are there; what is in them is each file's own <see cref="IStoredFile.Sync"/>.</summary>
    void SyncNames();

    /// <summary>Deletes the file; false when there was none.</summary>
    bool Delete(string name);

    /// <summary>Names of all files.</summary>
    IEnumerable<string> List();

    /// <summary>The place of the file for people and for tools that open files themselves.</summary>
    string PathOf(string name);
}

/// <summary>One open file, written by position.</summary>
internal interface IStoredFile : IDisposable
{
    string Name { get; }

    long Length { get; }

    /// <summary>Writes all bytes at the position.</summary>
    void Write(ReadOnlySpan<byte> bytes, long position);

    /// <summary>Reads up to the length of <paramref name="destination"/>; fewer only at the end.</summary>
    int Read(Span<byte> destination, long position);

    /// <summary>Cuts the file, or lengthens it with zeros.</summary>
    void SetLength(long length);

    /// <summary>Brings what was written to the medium. A failure is final for this file: go on in a new one.</summary>
    void Sync();
}
