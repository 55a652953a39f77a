using Earshot.Audio.Levels;
using Earshot.Engine.Calls;
using Earshot.Engine.Recording;

namespace Earshot.Engine.Ingest;

/// <summary>What is known of a stream beside its audio, for its manifests.</summary>
internal sealed record StreamContext
{
    public required StreamFacts Facts { get; init; }
    public required string State { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public EndReason EndReason { get; init; }
    public CallTicket? Ticket { get; init; }
    public required RecordingPolicy Policy { get; init; }
    public IReadOnlyList<StageReached> Stages { get; init; } = [];
    public IReadOnlyList<TimelineEvent> Events { get; init; } = [];

    /// <summary>The speakers' names, by track.</summary>
    public required IReadOnlyList<string> Speakers { get; init; }
}

/// <summary>Makes the manifests of a stream from what was decoded and what was written.</summary>
internal static class ManifestBuilder
{
    private const double SamplesPerSecond = 16_000;
    private const double SamplesPerMs = 16;

    public static CallManifest Call(StreamContext context, StreamDecoder? decoder, IReadOnlyList<string> recordings, long journalMissing)
    {
        StreamFacts facts = context.Facts;
        return new CallManifest
        {
            CallSid = facts.CallSid.Value,
            StreamSid = facts.StreamSid.Value,
            AccountSid = facts.AccountSid,
            State = context.State,
            From = context.Ticket?.From ?? facts.Parameters.GetValueOrDefault("from", ""),
            To = context.Ticket?.To ?? facts.Parameters.GetValueOrDefault("to", ""),
            Direction = context.Ticket?.Direction ?? "",
            StartedAt = context.StartedAt,
            EndedAt = context.EndedAt,
            DurationSeconds = Math.Max(Duration(decoder, Track.Inbound), Duration(decoder, Track.Outbound)),
            EndReason = context.EndReason.Code(),
            Recording = context.Policy.Code,
            Policy = context.Policy.Reason,
            Encoding = facts.Encoding,
            SampleRateHz = facts.Format.SampleRateHz,
            Tracks = facts.Tracks,
            Parameters = facts.Parameters.Where(p => p.Key != CallTickets.ParameterName).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal),
            Stages = context.Stages,
            Recordings = recordings,
            Messages = decoder?.Messages ?? 0,
            Malformed = decoder?.SetAsideCount ?? 0,
            JournalMissing = journalMissing,
            Events = [.. context.Events.Where(e => e.Track is null)],
        };
    }

    /// <param name="microphone">Level of the microphone where it is the recording; null where what was decoded is.</param>
    public static RecordingManifest Recording(StreamContext context, DecodedTrack decoded, RecordedTrack files, LevelMeter? microphone = null)
    {
        LevelMeter level = microphone ?? decoded.Pipeline.Level;
        SegmentManifest last = files.Segments[^1];
        ITrackFigures frames = decoded.Figures;
        return new RecordingManifest
        {
            CallSid = context.Facts.CallSid.Value,
            StreamSid = context.Facts.StreamSid.Value,
            AccountSid = context.Facts.AccountSid,
            Track = files.Track.Name(),
            Speaker = context.Speakers[(int)files.Track],
            State = context.State,
            StartedAt = context.StartedAt,
            StartOffsetMs = double.IsNaN(frames.FirstMs) ? 0 : frames.FirstMs,
            PlaceErrorMs = microphone is null ? frames.PlaceErrorMs : null,
            DurationSeconds = (last.StartSample + last.Samples) / SamplesPerSecond,
            Frames = frames.Frames,
            LostMs = frames.LostMs,
            Stalls = frames.Stalls,
            Duplicates = frames.Duplicates,
            Reordered = frames.Reordered,
            Late = frames.Late,
            DriftMs = frames.DriftMs,
            UnwrittenMs = files.MissingSamples / SamplesPerMs,
            Rms = level.Rms,
            RmsDbfs = Finite(level.RmsDbfs),
            PeakDbfs = Finite(level.PeakDbfs),
            EndReason = context.EndReason.Code(),
            Segments = files.Segments,
            WavSha256 = files.Segments[0].Sha256,
            MulawSha256 = microphone is null ? decoded.Pipeline.CodedSha256() : null, // A microphone was never mu-law.
            Events = [.. context.Events.Where(e => e.Track == files.Track.Name())],
        };
    }

    private static double Duration(StreamDecoder? decoder, Track track) => (decoder?[track]?.Pipeline.Samples ?? 0) / SamplesPerSecond;

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
