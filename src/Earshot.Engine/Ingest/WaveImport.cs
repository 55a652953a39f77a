using System.Security.Cryptography;
using Earshot.Audio.Levels;
using Earshot.Audio.Resampling;
using Earshot.Audio.Wave;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Ingest;

/// <summary>What became of a file that was to be imported.</summary>
/// <param name="CallSid">The call that it is now.</param>
/// <param name="Known">It was there already; nothing was written.</param>
/// <param name="DurationSeconds">How long it is.</param>
/// <param name="Recordings">The recordings that it is now, by id.</param>
internal sealed record ImportResult(string CallSid, bool Known, double DurationSeconds, IReadOnlyList<string> Recordings);

/// <summary>Brings a foreign WAV into the store as a call: each channel a recording of 16 kHz, left the inbound track and right the outbound one.</summary>
internal sealed class WaveImport(ManifestStore manifests, CallStore store, SpeakerOptions speakers)
{
    private const int SampleRateHz = 16_000;
    public const string Imported = "imported";

    /// <exception cref="WaveFormatException">It is no WAV file that is read, or has more than two channels.</exception>
    /// <exception cref="IOException">It cannot be read, or the store cannot be written.</exception>
    public ImportResult Import(string path)
    {
        // Nobody else imports the same file meanwhile.
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None);
        if (!stream.CanSeek) throw new IOException("it can be read only once, and is needed twice; give a file");
        string hash = Convert.ToHexStringLower(SHA256.HashData(stream));
        var callSid = new CallSid("CA" + hash[..32]);
        if (store.Find(callSid.Value) is { } known) return new ImportResult(known.CallSid, true, known.DurationSeconds, [.. store.Recordings(known.CallSid).Select(r => r.Id)]);
        stream.Position = 0;
        using var reader = new WaveReader(stream);
        if (reader.Format.Channels > TrackNames.Count)
            throw new WaveFormatException($"{reader.Format.Channels} channels; a call has two sides. Take out the ones you want: sox in.wav out.wav remix 1 2");
        var streamSid = new StreamSid("MZ" + hash[32..64]);
        var startedAt = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
        IReadOnlyList<string> stems = FileNames.TrackStems(speakers.Inbound, speakers.Outbound, streamSid, startedAt);
        var leftovers = new ImportLeftovers(manifests, FileNames.CallStem(streamSid, startedAt), stems, callSid);
        if (leftovers.Finished() is { } finished)
        {
            store.Save(finished);
            return new ImportResult(callSid.Value, true, finished.Call.DurationSeconds, [.. finished.Recordings.Select(r => r.Id)]);
        }
        leftovers.TakeOver();
        var tracks = new List<ImportedTrack>();
        try
        {
            try
            {
                for (int c = 0; c < reader.Format.Channels; c++) tracks.Add(new ImportedTrack(manifests.Storage, stems[c], reader.Format.SampleRateHz, SampleRateHz));
                Copy(reader, tracks);
            }
            finally
            {
                foreach (ImportedTrack track in tracks) track.Dispose();
            }
            if (tracks[0].Samples == 0) throw new WaveFormatException("there is no audio in the file: its header is followed by nothing.");
            return Store(Path.GetFileName(path), callSid, streamSid, startedAt, reader.Format, tracks);
        }
        catch
        {
            leftovers.Remove(tracks.Select(t => t.Stem));
            throw;
        }
    }

    private ImportResult Store(string name, CallSid callSid, StreamSid streamSid, DateTimeOffset startedAt, WaveFormat format, List<ImportedTrack> tracks)
    {
        double seconds = (double)tracks[0].Samples / SampleRateHz;
        var recordings = tracks.Select((t, i) => (t.Stem, Manifest: new RecordingManifest
        {
            CallSid = callSid.Value,
            StreamSid = streamSid.Value,
            Track = ((Track)i).Name(),
            Speaker = i == 0 ? speakers.Inbound : speakers.Outbound,
            State = RecordingStates.Complete,
            StartedAt = startedAt,
            DurationSeconds = seconds,
            Rms = t.Level.Rms,
            RmsDbfs = double.IsFinite(t.Level.RmsDbfs) ? t.Level.RmsDbfs : null,
            PeakDbfs = double.IsFinite(t.Level.PeakDbfs) ? t.Level.PeakDbfs : null,
            EndReason = Imported,
            Segments = manifests.WithHashes([new SegmentManifest(FileNames.Segment(t.Stem, 1), 0, t.Samples, null)]),
        })).Select(r => (r.Stem, r.Manifest with { WavSha256 = r.Manifest.Segments[0].Sha256 })).ToList();
        var call = new CallManifest
        {
            CallSid = callSid.Value,
            StreamSid = streamSid.Value,
            State = RecordingStates.Complete,
            StartedAt = startedAt,
            EndedAt = startedAt + TimeSpan.FromSeconds(seconds),
            DurationSeconds = seconds,
            EndReason = Imported,
            Recording = "enabled",
            Policy = $"imported from {name}",
            Encoding = format.Encoding.ToString().ToLowerInvariant(),
            SampleRateHz = format.SampleRateHz,
            Tracks = [.. recordings.Select(r => r.Item2.Track)],
            Parameters = new Dictionary<string, string> { ["importedFrom"] = name },
            Recordings = [.. recordings.Select(r => r.Stem)],
        };
        string stem = FileNames.CallStem(streamSid, startedAt);
        foreach ((string recording, RecordingManifest manifest) in recordings) manifests.Write(recording, manifest, durable: true);
        manifests.Write(stem, call, durable: true);
        store.Save(CatalogRecords.From(stem, call, recordings));
        return new ImportResult(callSid.Value, false, seconds, call.Recordings);
    }

    private static void Copy(WaveReader reader, List<ImportedTrack> tracks)
    {
        var interleaved = new short[8192 * tracks.Count];
        var one = new short[8192];
        int read;
        while ((read = reader.Read(interleaved)) > 0)
        {
            int count = read / tracks.Count;
            for (int c = 0; c < tracks.Count; c++)
            {
                for (int i = 0; i < count; i++) one[i] = interleaved[i * tracks.Count + c];
                tracks[c].Add(one.AsSpan(0, count));
            }
        }
        foreach (ImportedTrack track in tracks) track.Complete();
    }
}
