using Earshot.Audio.Wave;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;

namespace Earshot.Cli.Commands;

/// <summary>A WAV that is not closed, as its header has it now.</summary>
/// <param name="Track">Which side.</param>
/// <param name="File">Its name.</param>
/// <param name="Seconds">How much is in it.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record RunningFile(string Track, string File, double Seconds, long Bytes);

/// <summary>What lies in the folder of a call whose streams are not closed: the catalog has of those what their start told, no more.</summary>
/// <param name="Files">Its WAVs with audio.</param>
/// <param name="WrittenAt">When one of its files last grew; null without any.</param>
/// <param name="IsStill">True when nothing came for so long that the call may have been cut off.</param>
internal sealed record RunningFiles(IReadOnlyList<RunningFile> Files, DateTimeOffset? WrittenAt, bool IsStill)
{
    /// <summary>A call that runs is written every fraction of a second; a disk may hold it up for a while.</summary>
    private static readonly TimeSpan Still = TimeSpan.FromSeconds(15);

    /// <summary>The longest side, all its files joined.</summary>
    public double Seconds => Files.GroupBy(f => f.Track, StringComparer.Ordinal).Select(t => t.Sum(f => f.Seconds)).DefaultIfEmpty().Max();

    /// <summary>How much one side has, all its files joined.</summary>
    public double SecondsOf(string track) => Files.Where(f => f.Track == track).Sum(f => f.Seconds);

    /// <summary>Reads the folder. Null for a call that does not run.</summary>
    public static RunningFiles? Of(StoreSession session, string callSid, string state)
    {
        if (state != RecordingStates.Recording) return null;
        ManifestStore manifests = session.Get<ManifestStore>();
        var files = new List<RunningFile>();
        DateTimeOffset? at = null;
        foreach (StreamRow stream in session.Get<CallStore>().Streams(callSid).Where(s => s.State == RecordingStates.Recording))
        {
            try
            {
                AddStream(manifests, stream.Stem, files, ref at);
            }
            catch (Exception e) when (StorageFault.Is(e))
            {
                // Deleted, or not to be read: what the catalog has is shown all the same.
            }
        }
        return new RunningFiles(files, at, session.Get<TimeProvider>().GetUtcNow() - at > Still);
    }

    private static void AddStream(ManifestStore manifests, string stem, List<RunningFile> files, ref DateTimeOffset? at)
    {
        IRecordingStorage storage = manifests.Storage;
        if (JournalReader.Parts(storage, stem) is not [var first, ..] parts) return;
        var journal = new JournalReader();
        using (Stream stream = storage.OpenRead(first)) journal.ReadHeader(stream);
        Later(ref at, storage, parts[^1]);
        if (journal.Header is not { TrackStems: [_, _] } header) return;
        foreach (Track track in Enum.GetValues<Track>())
        {
            string recording = WaveCompletion.StemOf(manifests, header, track);
            for (int segment = 1; ; segment++)
            {
                string file = FileNames.Segment(recording, segment);
                if (!storage.Exists(file)) break;
                Later(ref at, storage, file);
                if (SecondsIn(storage, file) is > 0 and var seconds) files.Add(new RunningFile(track.Name(), file, seconds, storage.LengthOf(file)));
            }
        }
    }

    private static void Later(ref DateTimeOffset? at, IRecordingStorage storage, string file)
    {
        DateTimeOffset written = File.GetLastWriteTimeUtc(storage.PathOf(file));
        if (at is null || written > at) at = written;
    }

    /// <summary>0 for a file whose header is not written yet.</summary>
    private static double SecondsIn(IRecordingStorage storage, string file)
    {
        try
        {
            using var wave = new WaveReader(storage.OpenRead(file));
            return wave.Duration?.TotalSeconds ?? 0;
        }
        catch (WaveFormatException)
        {
            return 0;
        }
    }
}
