using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Access;

/// <summary>One line of the access log.</summary>
/// <param name="At">When (UTC).</param>
/// <param name="Who">The principal's name.</param>
/// <param name="From">Where from.</param>
/// <param name="Action">The permission that was used.</param>
/// <param name="Target">The call or recording; of a search the words.</param>
/// <param name="Previous">SHA-256 of the line before; zeros for the first. A changed or missing line breaks the chain.</param>
internal sealed record AccessEntry(DateTimeOffset At, string Who, string From, string Action, string Target, string Previous);

/// <summary>Who listened to, read, exported or deleted what: an append-only file of hash-chained lines, shared by the server and the command line.</summary>
internal sealed class AccessLog(string dataDirectory, TimeProvider time)
{
    public const string FileName = "access.jsonl";
    private static readonly string FirstPrevious = new('0', 64);
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);
    private readonly Lock gate = new();

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetFullPath(dataDirectory), FileName);

    /// <summary>Appends an entry; it is on the medium when the call returns.</summary>
    /// <exception cref="IOException">The log cannot be written: then nothing must be given out.</exception>
    public void Append(Principal who, Permission action, string target)
    {
        lock (gate)
        {
            PrivateFolder.Create(System.IO.Path.GetDirectoryName(Path)!);
            using FileStream file = OpenAlone();
            byte[] last = LastLine(file);
            string previous = last.Length == 0 ? FirstPrevious : Convert.ToHexStringLower(SHA256.HashData(last));
            var entry = new AccessEntry(time.GetUtcNow(), who.Name, who.From, action.ToString().ToLowerInvariant(), target, previous);
            file.Seek(0, SeekOrigin.End);
            if (!EndsWithLine(file)) file.WriteByte((byte)'\n'); // A crash tore the last line; it stays, and shows as broken.
            file.Write([.. JsonSerializer.SerializeToUtf8Bytes(entry, AccessJson.Default.AccessEntry), (byte)'\n']);
            file.Flush();
            FileSync.Sync(file.SafeFileHandle, Path);
        }
    }

    /// <summary>All entries that can be read, oldest first.</summary>
    public IReadOnlyList<AccessEntry> Read() => File.Exists(Path) ? [.. File.ReadLines(Path).Select(Parse).OfType<AccessEntry>()] : [];

    /// <summary>The number of the first line that does not follow on the one before it, or 0 when the chain is whole.</summary>
    public int FirstBrokenLine()
    {
        string previous = FirstPrevious;
        int number = 0;
        foreach (string line in File.Exists(Path) ? File.ReadLines(Path) : [])
        {
            number++;
            if (Parse(line)?.Previous != previous) return number;
            previous = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(line)));
        }
        return 0;
    }

    private FileStream OpenAlone()
    {
        long began = time.GetTimestamp();
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        while (true)
        {
            try
            {
                return new FileStream(Path, options);
            }
            catch (IOException) when (File.Exists(Path) && time.GetElapsedTime(began) < LockPatience)
            {
                Thread.Yield(); // Another process appends; it holds the file for a moment only.
            }
        }
    }

    private static AccessEntry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, AccessJson.Default.AccessEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool EndsWithLine(FileStream file)
    {
        if (file.Length == 0) return true;
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() == '\n';
    }

    private static byte[] LastLine(FileStream file)
    {
        const int LongestLine = 8192;
        int length = (int)Math.Min(file.Length, LongestLine);
        byte[] tail = new byte[length];
        file.Seek(-length, SeekOrigin.End);
        file.ReadExactly(tail);
        ReadOnlySpan<byte> text = tail.AsSpan().TrimEnd((byte)'\n');
        return text[(text.LastIndexOf((byte)'\n') + 1)..].ToArray();
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AccessEntry))]
internal sealed partial class AccessJson : JsonSerializerContext;
