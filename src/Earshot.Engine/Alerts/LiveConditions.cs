using System.Globalization;
using Earshot.Audio.Levels;
using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;

namespace Earshot.Engine.Alerts;

/// <summary>Looks at the running calls every second: which side is silent, clips or loses audio. Costs the reading thread nothing but the lock for a moment.</summary>
internal sealed class LiveConditions(LiveStreams live)
{
    private const double SilenceDbfs = -50;

    private readonly Dictionary<(StreamSession Session, Track Track), TrackHistory> histories = [];

    /// <summary>Takes a look at every running side.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="keep">How long looks are kept: the longest time of the rules.</param>
    public void Look(DateTimeOffset now, TimeSpan keep)
    {
        StreamSession[] sessions = [.. live.All.Where(s => s.Facts is not null)];
        foreach ((StreamSession, Track) gone in histories.Keys.Where(k => !sessions.Contains(k.Session)).ToArray()) histories.Remove(gone);
        foreach (StreamSession session in sessions)
            for (var track = Track.Inbound; track <= Track.Outbound; track++)
            {
                bool isAwaited = session.Facts!.Tracks.Contains(track.Name());
                TrackLook look;
                using (session.EnterReading())
                {
                    if (session.LevelOf(track) is { } level) look = new TrackLook(now, level.SampleCount, level.SumOfSquares, level.SamplesAtRail, session.Decoder[track]?.Figures.LostMs ?? 0);
                    else if (isAwaited) look = new TrackLook(now, 0, 0, 0, 0);
                    else continue;
                }
                if (!histories.TryGetValue((session, track), out TrackHistory? history)) histories[(session, track)] = history = new TrackHistory(session.StartedAt);
                history.Add(look, keep, SilenceDbfs);
            }
    }

    /// <summary>The sides for which a rule holds now.</summary>
    public IEnumerable<AlertHit> Holding(AlertRule rule, DateTimeOffset now)
    {
        foreach (((StreamSession session, Track track), TrackHistory history) in histories)
        {
            if (rule.Options.Track.Length > 0 && !rule.Options.Track.Equals(track.Name(), StringComparison.OrdinalIgnoreCase)) continue;
            if (Message(rule, history, now) is not { } message) continue;
            string callSid = session.Facts!.CallSid.Value;
            string at = TimeSpan.FromSeconds((now - session.StartedAt).TotalSeconds).ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);
            yield return new AlertHit($"{session.Facts.StreamSid.Value}/{track.Name()}", callSid, rule.Severity, $"{session.SpeakerOf(track)} {message}, {at} into the call", CallConditions.PageOf(callSid));
        }
    }

    /// <summary>What is said when a rule of the kind holds for no side any more.</summary>
    public static string Over(RuleKind kind) => kind switch
    {
        RuleKind.LiveSilence => "no side of a running call is silent any more",
        RuleKind.LiveClipping => "no running call clips any more",
        _ => "no running call loses audio any more",
    };

    private static string? Message(AlertRule rule, TrackHistory history, DateTimeOffset now)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        if (rule.Kind == RuleKind.LiveSilence)
        {
            TimeSpan silent = now - history.LastHeard;
            if (silent < rule.For) return null;
            string what = history.Last.Samples == 0 ? "has sent nothing at all" : "has been silent";
            return string.Create(invariant, $"{what} for {(int)silent.TotalSeconds} s");
        }
        TrackLook from = history.Before(now - rule.For);
        if (rule.Kind == RuleKind.LiveLoss)
        {
            double lostMs = history.Last.LostMs - from.LostMs;
            return lostMs > rule.Above ? string.Create(invariant, $"lost {lostMs:0} ms within {AlertRule.Span(rule.For)}") : null;
        }
        long samples = history.Last.Samples - from.Samples;
        double percent = samples == 0 ? 0 : 100.0 * (history.Last.AtRail - from.AtRail) / samples;
        return percent > rule.Above ? string.Create(invariant, $"clips: {percent:0.##} % of the samples of {AlertRule.Span(rule.For)} are at the rail") : null;
    }

    /// <summary>The counters of a side at a moment.</summary>
    private readonly record struct TrackLook(DateTimeOffset At, long Samples, UInt128 SumOfSquares, long AtRail, double LostMs);

    /// <summary>A side's counters over the last while.</summary>
    private sealed class TrackHistory(DateTimeOffset startedAt)
    {
        private readonly Queue<TrackLook> looks = [];

        public TrackLook Last { get; private set; } = new(startedAt, 0, 0, 0, 0);

        /// <summary>When it was last above the threshold; the call's start when it never was.</summary>
        public DateTimeOffset LastHeard { get; private set; } = startedAt;

        public void Add(TrackLook look, TimeSpan keep, double thresholdDbfs)
        {
            long samples = look.Samples - Last.Samples;
            if (samples > 0 && Decibels.FromLinear(Math.Sqrt((double)(look.SumOfSquares - Last.SumOfSquares) / samples)) > thresholdDbfs) LastHeard = look.At;
            looks.Enqueue(look);
            while (looks.Count > 1 && looks.Peek().At < look.At - keep) looks.Dequeue();
            Last = look;
        }

        /// <summary>The first look that is not older than the moment.</summary>
        public TrackLook Before(DateTimeOffset moment)
        {
            foreach (TrackLook look in looks)
                if (look.At >= moment) return look;
            return Last;
        }
    }
}
