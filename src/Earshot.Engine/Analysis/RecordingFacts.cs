using Earshot.Engine.Calls;
using Earshot.Engine.Recording;

namespace Earshot.Engine.Analysis;

/// <summary>What the recorder knows of one recording that its samples alone cannot tell.</summary>
/// <param name="Track">The track's name.</param>
/// <param name="StartOffsetMs">Place of the first sample on the call's clock.</param>
/// <param name="Events">What happened on the track.</param>
/// <param name="LostMs">Time that never came and was filled with silence.</param>
/// <param name="DurationSeconds">How long the recorder made it.</param>
internal sealed record RecordingFacts(string Track, double StartOffsetMs, IReadOnlyList<TimelineEvent> Events, double LostMs, double DurationSeconds)
{
    public static RecordingFacts From(RecordingManifest manifest) =>
        new(manifest.Track, manifest.StartOffsetMs, manifest.Events, manifest.LostMs, manifest.DurationSeconds);

    /// <summary>The facts of the manifest beside a WAV file; null where there is none that can be read.</summary>
    public static RecordingFacts? Beside(string wavPath)
    {
        string path = Path.ChangeExtension(wavPath, FileNames.Manifest);
        if (!File.Exists(path)) return null;
        try
        {
            using FileStream stream = File.OpenRead(path);
            return System.Text.Json.JsonSerializer.Deserialize(stream, ManifestJson.Default.RecordingManifest) is { } manifest ? From(manifest) : null;
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
