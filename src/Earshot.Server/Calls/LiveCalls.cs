using Earshot.Audio.Wave;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;

namespace Earshot.Server.Calls;

/// <summary>Running streams in the words of the API. Figures are read while another thread counts on: each is of about this moment.</summary>
internal sealed class LiveCalls(LiveStreams live, IRecordingStorage storage)
{
    private const int SampleRateHz = 16_000;
    private const int BytesPerSample = 2;

    /// <summary>The running streams by call, those that have begun: a stream has names a moment after its facts.</summary>
    public ILookup<string, StreamSession> ByCall() => live.All.Where(s => s.Names is not null).ToLookup(s => s.Facts!.CallSid.Value, StringComparer.Ordinal);

    public IReadOnlyList<StreamSession> OfCall(string callSid) => [.. live.OfCall(callSid).OrderBy(s => s.StartedAt)];

    /// <summary>The running recording of that id, or the one that is being closed; null when none of that name is there.</summary>
    public RecordingDetail? FindRecording(string id) =>
        live.All.Concat(live.Finishing).Where(s => s.Names?.TrackStems.Contains(id) == true).SelectMany(Recordings).FirstOrDefault(r => r.Id == id);

    /// <summary>How the list would have it if the catalog does not have it yet.</summary>
    public static CallListRow Row(IReadOnlyList<StreamSession> sessions)
    {
        StreamSession first = sessions[0];
        StreamFacts facts = first.Facts!;
        return new CallListRow
        {
            CallSid = facts.CallSid.Value,
            FromNumber = first.Ticket?.From ?? facts.Parameters.GetValueOrDefault("from", ""),
            ToNumber = first.Ticket?.To ?? facts.Parameters.GetValueOrDefault("to", ""),
            Direction = first.Ticket?.Direction ?? "",
            State = RecordingStates.Recording,
            StartedAt = first.StartedAt,
        };
    }

    public StreamDetail Stream(StreamSession session)
    {
        StreamFacts facts = session.Facts!;
        return new StreamDetail
        {
            Stem = session.Names!.CallStem,
            StreamSid = facts.StreamSid.Value,
            State = RecordingStates.Recording,
            Running = true,
            StartedAt = session.StartedAt,
            EndReason = "",
            Recording = session.Policy.Code,
            Policy = session.Policy.Reason,
            RecordingTrouble = session.RecordingTrouble,
            Encoding = facts.Encoding,
            SampleRateHz = facts.Format.SampleRateHz,
            Messages = session.Decoder.Messages,
            Malformed = session.Decoder.SetAsideCount,
            JournalMissing = 0,
            Parameters = facts.Parameters.Where(p => p.Key != CallTickets.ParameterName).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal),
            Recordings = [.. Recordings(session)],
        };
    }

    public IEnumerable<RecordingDetail> Recordings(StreamSession session)
    {
        if (session.Names is not { } names) yield break;
        foreach (Track track in Enum.GetValues<Track>())
            if (session.Decoder[track] is { } decoded)
                yield return Recording(session, track, decoded, names.TrackStems[(int)track]);
    }

    private RecordingDetail Recording(StreamSession session, Track track, DecodedTrack decoded, string id)
    {
        ITrackFigures frames = decoded.Figures;
        IReadOnlyList<SegmentDetail> segments = session.Policy.Record ? Segments(id) : [];
        return new RecordingDetail
        {
            Id = id,
            CallSid = session.Facts!.CallSid.Value,
            Track = track.Name(),
            Speaker = session.SpeakerOf(track),
            State = RecordingStates.Recording,
            Running = true,
            StartedAt = session.StartedAt,
            StartOffsetMs = double.IsNaN(frames.FirstMs) ? 0 : frames.FirstMs,
            DurationSeconds = (double)session.LevelOf(track)!.SampleCount / SampleRateHz,
            Frames = frames.Frames,
            LostMs = frames.LostMs,
            Stalls = frames.Stalls,
            Duplicates = frames.Duplicates,
            Reordered = frames.Reordered,
            Late = frames.Late,
            DriftMs = frames.DriftMs,
            UnwrittenMs = 0,
            Rms = session.LevelOf(track)!.Rms,
            RmsDbfs = Finite(session.LevelOf(track)!.RmsDbfs),
            PeakDbfs = Finite(session.LevelOf(track)!.PeakDbfs),
            EndReason = "",
            Bytes = segments.Sum(s => WaveHeader.Size + (long)Math.Round(s.DurationSeconds * SampleRateHz) * BytesPerSample),
            Segments = segments,
        };
    }

    /// <summary>The files as they are now; a stall of the disk leaves them behind the audio.</summary>
    private List<SegmentDetail> Segments(string id)
    {
        var segments = new List<SegmentDetail>();
        double start = 0;
        for (int number = 1; ; number++)
        {
            string file = FileNames.Segment(id, number);
            long bytes = storage.LengthOf(file) - WaveHeader.Size;
            if (bytes <= 0) return segments;
            double seconds = (double)(bytes / BytesPerSample) / SampleRateHz;
            segments.Add(new SegmentDetail(number, file, start, seconds, null, RecordingUrls.Audio(id, number)));
            start += seconds;
        }
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
