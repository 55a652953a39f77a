using System.Text.Json;
using Earshot.Audio.Wave;
using Earshot.Engine.Recording;
using Earshot.Engine.Transcription;

namespace Earshot.Cli.Commands;

/// <summary>Transcribes a WAV file, each channel by itself. Of a recording of Earshot's the manifest beside it says whose side it is.</summary>
internal static class FileTranscriber
{
    public const int UsualRateHz = 16_000;

    /// <exception cref="WaveFormatException">It is no WAV, or has no audio.</exception>
    public static async Task<IReadOnlyList<Transcript>> RunAsync(StoreSession session, ITranscriber engine, string path, string? language, Action<double>? progress, CancellationToken cancellation, int rateHz = UsualRateHz)
    {
        int channels;
        using (WaveReader look = Open(path)) channels = look.Format.Channels;
        RecordingManifest? manifest = channels == 1 ? ManifestBeside(path) : null;
        TrackTranscriber transcriber = session.Get<TrackTranscriber>();
        var made = new List<Transcript>();
        for (int channel = 0; channel < channels; channel++)
        {
            string name = (channels, channel) switch { (1, _) => "", (2, 0) => "left", (2, 1) => "right", _ => $"channel {channel + 1}" };
            made.Add(await transcriber.RunAsync(engine, new TrackRequest
            {
                Open = () => Open(path),
                Channel = channel,
                Track = manifest?.Track ?? (name.Length > 0 ? name : "mono"),
                Speaker = manifest?.Speaker ?? name,
                Language = language ?? session.Settings.Transcription.Language,
                RateHz = rateHz,
                Doubled = manifest is not null,
                Progress = progress,
            }, cancellation));
        }
        return made;
    }

    /// <summary>The manifest of a recording of Earshot's; null for another file.</summary>
    public static RecordingManifest? ManifestBeside(string path)
    {
        string manifest = Path.ChangeExtension(path, FileNames.Manifest);
        if (!File.Exists(manifest)) return null;
        try
        {
            using FileStream stream = File.OpenRead(manifest);
            return JsonSerializer.Deserialize(stream, ManifestJson.Default.RecordingManifest);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static WaveReader Open(string path) => new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 20));
}
