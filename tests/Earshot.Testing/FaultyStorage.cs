using Earshot.Engine.Storage;

namespace Earshot.Testing;

/// <summary>What storage is asked to do.</summary>
public enum StorageOperation { Create, Open, Write, SetLength, Sync, SyncNames, WriteWhole, Delete }

/// <summary>Storage in memory that fails when it is told to, and keeps what it had at any moment, as a killed process would leave it.</summary>
internal sealed class FaultyStorage : IRecordingStorage
{
    private const int NoSpace = 28;
    private readonly Lock gate = new();
    private volatile int hanging;
    private readonly Dictionary<string, byte[]> files = new(StringComparer.Ordinal);

    /// <summary>Decides on every change, by its number from 0; null lets it pass.</summary>
    public Func<long, StorageOperation, string, Exception?>? Fault { get; set; }

    /// <summary>While it is not set, writes into files hang; the rest goes on.</summary>
    public ManualResetEventSlim WritesGo { get; } = new(true);

    /// <summary>Writes that hang now.</summary>
    public int Hanging => hanging;

    /// <summary>How much of a write that fails lies in the file all the same, where it would have made the file longer.</summary>
    public double PartOfFailedWrite { get; set; }

    /// <summary>Called after every change.</summary>
    public Action<FaultyStorage>? Changed { get; set; }

    public long Operations { get; private set; }

    public string Location => "/faulty";

    public long FreeBytes { get; set; } = long.MaxValue;

    public static IOException NoSpaceLeft() => new("No space left on device", NoSpace);

    /// <summary>Fails the n-th change, once or from then on.</summary>
    public void FailAt(long number, bool fromThenOn = false, Func<Exception>? error = null) =>
        Fault = (n, _, _) => n == number || (fromThenOn && n > number) ? (error ?? NoSpaceLeft)() : null;

    /// <summary>The same files as they are now.</summary>
    public FaultyStorage Copy()
    {
        var copy = new FaultyStorage();
        lock (gate)
            foreach ((string name, byte[] content) in files) copy.files[name] = [.. content];
        return copy;
    }

    public byte[] Bytes(string name)
    {
        lock (gate) return [.. files[name]];
    }

    public void Put(string name, byte[] content)
    {
        lock (gate) files[name] = content;
    }

    public bool TryCreate(string name, out IStoredFile? file)
    {
        lock (gate)
        {
            Check(StorageOperation.Create, name);
            file = null;
            if (files.ContainsKey(name)) return false;
            files[name] = [];
            file = new MemoryFile(this, name);
            Changed?.Invoke(this);
            return true;
        }
    }

    public IStoredFile Open(string name)
    {
        lock (gate)
        {
            Check(StorageOperation.Open, name);
            return files.ContainsKey(name) ? new MemoryFile(this, name) : throw new FileNotFoundException(name);
        }
    }

    public Stream OpenRead(string name)
    {
        lock (gate) return files.TryGetValue(name, out byte[]? content) ? new MemoryStream([.. content], writable: false) : throw new FileNotFoundException(name);
    }

    public bool Exists(string name)
    {
        lock (gate) return files.ContainsKey(name);
    }

    public long LengthOf(string name)
    {
        lock (gate) return files.TryGetValue(name, out byte[]? content) ? content.Length : -1;
    }

    public void WriteWhole(string name, ReadOnlySpan<byte> content, bool durable)
    {
        lock (gate)
        {
            Check(StorageOperation.WriteWhole, name);
            files[name] = content.ToArray();
            Changed?.Invoke(this);
        }
    }

    public void SyncNames()
    {
        lock (gate)
        {
            Check(StorageOperation.SyncNames, "");
            Changed?.Invoke(this);
        }
    }

    public bool Delete(string name)
    {
        lock (gate)
        {
            Check(StorageOperation.Delete, name);
            bool was = files.Remove(name);
            Changed?.Invoke(this);
            return was;
        }
    }

    public IEnumerable<string> List()
    {
        lock (gate) return [.. files.Keys.Order(StringComparer.Ordinal)];
    }

    public string PathOf(string name) => Location + "/" + name;

    private void Check(StorageOperation operation, string name)
    {
        long number = Operations++;
        if (Fault?.Invoke(number, operation, name) is { } error) throw error;
    }

    private sealed class MemoryFile(FaultyStorage owner, string name) : IStoredFile
    {
        private bool closed;

        public string Name => name;

        public long Length
        {
            get { lock (owner.gate) return owner.files[name].Length; }
        }

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            if (!owner.WritesGo.IsSet)
            {
                Interlocked.Increment(ref owner.hanging);
                owner.WritesGo.Wait();
                Interlocked.Decrement(ref owner.hanging);
            }
            lock (owner.gate)
            {
                ObjectDisposedException.ThrowIf(closed, this);
                try
                {
                    owner.Check(StorageOperation.Write, name);
                }
                catch (IOException)
                {
                    if (position + bytes.Length > owner.files[name].Length) Put(bytes[..(int)(bytes.Length * owner.PartOfFailedWrite)], position);
                    throw;
                }
                Put(bytes, position);
                owner.Changed?.Invoke(owner);
            }
        }

        public int Read(Span<byte> destination, long position)
        {
            lock (owner.gate)
            {
                ReadOnlySpan<byte> content = owner.files[name];
                int count = (int)Math.Clamp(content.Length - position, 0, destination.Length);
                if (count > 0) content.Slice((int)position, count).CopyTo(destination);
                return count;
            }
        }

        public void SetLength(long length)
        {
            lock (owner.gate)
            {
                owner.Check(StorageOperation.SetLength, name);
                byte[] content = owner.files[name];
                Array.Resize(ref content, (int)length);
                owner.files[name] = content;
                owner.Changed?.Invoke(owner);
            }
        }

        public void Sync()
        {
            lock (owner.gate)
            {
                ObjectDisposedException.ThrowIf(closed, this);
                owner.Check(StorageOperation.Sync, name);
                owner.Changed?.Invoke(owner);
            }
        }

        public void Dispose() => closed = true;

        private void Put(ReadOnlySpan<byte> bytes, long position)
        {
            if (bytes.IsEmpty) return;
            byte[] content = owner.files.GetValueOrDefault(name) ?? [];
            if (content.Length < position + bytes.Length) Array.Resize(ref content, (int)position + bytes.Length);
            bytes.CopyTo(content.AsSpan((int)position));
            owner.files[name] = content;
        }
    }
}
