using System.Text.Json;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Recording;

/// <summary>A stream's journal on disk. A write that fails changes nothing: the next one goes to the same place and covers what a partial write left.</summary>
internal sealed class JournalFile(IRecordingStorage storage, string wantedStem, JournalHeader header) : IDisposable
{
    private IStoredFile? file;
    private long position;
    private volatile int part;
    private int lastingPart;
    private bool roll;
    private bool headerDue;

    /// <summary>The stem of the journal and the call manifest; may have got <c>_2</c> when the name was taken.</summary>
    public string Stem { get; private set; } = wantedStem;

    public bool IsOpen => file is not null;

    /// <summary>Creates the file if there is none yet, and writes its header.</summary>
    public void Open()
    {
        if (file is null || roll) Create();
        if (headerDue) WriteHeader();
    }

    public void Write(ReadOnlySpan<byte> lines)
    {
        file!.Write(lines, position);
        position += lines.Length;
    }

    /// <summary>Goes on in a new file with the next <see cref="Open"/>.</summary>
    public void Roll() => roll = true;

    /// <summary>Brings what was written to the medium, and once for each file that it is there at all.</summary>
    public void Sync()
    {
        int current = part; // Another thread may go on in a next file meanwhile.
        file?.Sync();
        if (current == lastingPart) return;
        storage.SyncNames();
        lastingPart = current;
    }

    public void Dispose() => file?.Dispose();

    private void Create()
    {
        (IStoredFile created, string newStem) = part == 0 ? CreateFirst() : CreateNext();
        file?.Dispose();
        file = created;
        Stem = newStem;
        roll = false;
        headerDue = true;
        part++;
        position = 0;
    }

    private void WriteHeader()
    {
        var line = new PooledBytes();
        line.Append(JsonSerializer.SerializeToUtf8Bytes(header with { Part = part }, ManifestJson.Compact.JournalHeader));
        line.Append("\n"u8);
        try { Write(line.Span); }
        finally { line.Release(); }
        headerDue = false;
    }

    private (IStoredFile File, string Stem) CreateFirst()
    {
        for (int attempt = 1; ; attempt++)
        {
            string name = FileNames.Attempt(Stem, attempt);
            if (storage.Exists(name + FileNames.Manifest)) continue;
            if (storage.TryCreate(JournalReader.PartName(name, 1), out IStoredFile? created)) return (created!, name);
        }
    }

    private (IStoredFile File, string Stem) CreateNext()
    {
        for (int next = part + 1; ; next++)
            if (storage.TryCreate(JournalReader.PartName(Stem, next), out IStoredFile? created)) return (created!, Stem);
    }
}
