using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Recording;

/// <summary>Reads and writes manifests, and hashes the files that they name.</summary>
internal sealed class ManifestStore(IRecordingStorage storage)
{
    private const int HashBuffer = 1 << 20;

    public IRecordingStorage Storage => storage;

    /// <summary>Held while a closed recording's manifest is rewritten, and while a call is deleted: nothing of a deleted call comes back.</summary>
    public Lock Changing { get; } = new();

    public void Write(string stem, CallManifest manifest, bool durable) =>
        storage.WriteWhole(stem + FileNames.Manifest, JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.CallManifest), durable);

    public void Write(string stem, RecordingManifest manifest, bool durable) =>
        storage.WriteWhole(stem + FileNames.Manifest, JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.RecordingManifest), durable);

    /// <summary>The call manifest, or null when there is none or it cannot be read.</summary>
    public CallManifest? ReadCall(string stem) => Read(stem, ManifestJson.Default.CallManifest);

    /// <summary>The recording manifest, or null when there is none or it cannot be read.</summary>
    public RecordingManifest? ReadRecording(string stem) => Read(stem, ManifestJson.Default.RecordingManifest);

    /// <summary>Stems of all call manifests and journals, each once.</summary>
    public IReadOnlyList<string> CallStems() =>
        [.. storage.List()
            .Where(n => n.StartsWith(FileNames.CallPrefix, StringComparison.Ordinal))
            .Select(n => n.EndsWith(FileNames.Journal, StringComparison.Ordinal) ? n[..^FileNames.Journal.Length]
                : n.EndsWith(FileNames.Manifest, StringComparison.Ordinal) ? n[..^FileNames.Manifest.Length] : "")
            .Where(s => s.Length > 0 && !s.Contains('.', StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];

    /// <summary>The segments with the SHA-256 of each file as it lies on disk.</summary>
    public IReadOnlyList<SegmentManifest> WithHashes(IReadOnlyList<SegmentManifest> segments) =>
        [.. segments.Select(s => s with { Sha256 = Sha256(s.File) })];

    /// <summary>SHA-256 (hex) of a file.</summary>
    public string Sha256(string name)
    {
        using Stream stream = storage.OpenRead(name);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(HashBuffer);
        int read;
        while ((read = stream.Read(buffer)) > 0) hash.AppendData(buffer, 0, read);
        ArrayPool<byte>.Shared.Return(buffer);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private T? Read<T>(string stem, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        string name = stem + FileNames.Manifest;
        if (!storage.Exists(name)) return null;
        try
        {
            using Stream stream = storage.OpenRead(name);
            return JsonSerializer.Deserialize(stream, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
