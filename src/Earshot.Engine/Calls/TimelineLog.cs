namespace Earshot.Engine.Calls;

/// <summary>A stream's events: every one is counted, the first <see cref="Capacity"/> are kept. Safe for several threads.</summary>
internal sealed class TimelineLog
{
    /// <summary>How many events are kept; more are counted only, so that no input can grow memory without bound.</summary>
    public const int Capacity = 2000;

    private readonly Lock gate = new();
    private readonly List<TimelineEvent> events = [];
    private readonly Dictionary<string, long> counts = [];

    public void Add(TimelineEvent item)
    {
        lock (gate)
        {
            counts[item.Kind] = counts.GetValueOrDefault(item.Kind) + 1;
            if (events.Count < Capacity) events.Add(item);
        }
    }

    /// <summary>How many events of a kind there were, kept or not.</summary>
    public long CountOf(string kind)
    {
        lock (gate) return counts.GetValueOrDefault(kind);
    }

    /// <summary>The kept events in order of their place.</summary>
    public IReadOnlyList<TimelineEvent> Snapshot()
    {
        lock (gate) return [.. events.OrderBy(e => e.AtMs)];
    }
}
