using Earshot.Engine.Calls;

namespace Earshot.Engine.Ingest;

/// <summary>Which stages a call reached and when; each is said once. Safe for several threads.</summary>
internal sealed class StageTracker(TimeProvider time, Action<StageReached>? onReached = null)
{
    private readonly long[] reached = new long[TrackNames.Count * (CallStages.Count + 1)];

    /// <summary>Notes that the stage was reached, at <paramref name="at"/> or now. True the first time.</summary>
    public bool Reach(CallStage stage, Track? track = null, DateTimeOffset? at = null)
    {
        ref long slot = ref reached[Index(stage, track)];
        if (Volatile.Read(ref slot) != 0) return false;
        DateTimeOffset moment = at ?? time.GetUtcNow();
        if (Interlocked.CompareExchange(ref slot, moment.UtcTicks, 0) != 0) return false;
        onReached?.Invoke(new StageReached(stage, track, moment));
        return true;
    }

    public bool Has(CallStage stage, Track? track = null) => Volatile.Read(ref reached[Index(stage, track)]) != 0;

    /// <summary>All that was reached, in the order of the stages.</summary>
    public IReadOnlyList<StageReached> Snapshot()
    {
        var list = new List<StageReached>();
        for (CallStage stage = CallStage.WebhookReceived; stage <= CallStage.LevelMeasured; stage++)
            for (int t = 0; t < (stage < CallStages.FirstOfTrack ? 1 : TrackNames.Count); t++)
            {
                Track? track = stage < CallStages.FirstOfTrack ? null : (Track)t;
                long ticks = Volatile.Read(ref reached[Index(stage, track)]);
                if (ticks != 0) list.Add(new StageReached(stage, track, new DateTimeOffset(ticks, TimeSpan.Zero)));
            }
        return list;
    }

    private static int Index(CallStage stage, Track? track) => (int)stage * TrackNames.Count + (track is { } t ? (int)t : 0);
}
