namespace Earshot.Engine.Analysis;

/// <summary>One side's answer to the other.</summary>
/// <param name="LatencySeconds">From the end of the one to the start of the other; negative where it broke in.</param>
/// <param name="Pause">The stretch between, in order of time.</param>
internal readonly record struct Answer(double LatencySeconds, TimeRange Pause);

/// <summary>Who speaks after whom, and who at the same time.</summary>
internal sealed class TurnTaking
{
    private readonly List<Answer> answers = [];
    private readonly List<TimeRange> overlaps = [];

    /// <param name="first">Speech of one side, in order.</param>
    /// <param name="second">Speech of the other.</param>
    public TurnTaking(IReadOnlyList<TimeRange> first, IReadOnlyList<TimeRange> second)
    {
        foreach (TimeRange a in first)
            foreach (TimeRange b in second)
            {
                double start = Math.Max(a.StartSeconds, b.StartSeconds), end = Math.Min(a.EndSeconds, b.EndSeconds);
                if (end > start) overlaps.Add(new TimeRange(Math.Round(start, 3), Math.Round(end, 3)));
            }
        overlaps.Sort((a, b) => a.StartSeconds.CompareTo(b.StartSeconds));
        var order = first.Select(r => (Range: r, Side: 0)).Concat(second.Select(r => (Range: r, Side: 1))).OrderBy(t => t.Range.StartSeconds).ToList();
        (TimeRange Range, int Side) holder = order.Count > 0 ? order[0] : default;
        foreach ((TimeRange Range, int Side) next in order.Skip(1))
        {
            // What begins and ends while the other speaks is a sign of listening, not an answer.
            if (next.Side != holder.Side && next.Range.EndSeconds <= holder.Range.EndSeconds) continue;
            if (next.Side != holder.Side)
            {
                double latency = next.Range.StartSeconds - holder.Range.EndSeconds;
                answers.Add(new Answer(latency, new TimeRange(Math.Round(Math.Min(holder.Range.EndSeconds, next.Range.StartSeconds), 3), Math.Round(Math.Max(holder.Range.EndSeconds, next.Range.StartSeconds), 3))));
            }
            holder = next;
        }
    }

    /// <summary>The answers, in order.</summary>
    public IReadOnlyList<Answer> Answers => answers;

    /// <summary>Where both speak, in order.</summary>
    public IReadOnlyList<TimeRange> Overlaps => overlaps;

    /// <summary>The latency below which that share of the answers lies, in ms; null without answers.</summary>
    public double? Quantile(double share)
    {
        if (answers.Count == 0) return null;
        double[] sorted = [.. answers.Select(a => a.LatencySeconds).Order()];
        return Math.Round(1000 * sorted[(int)Math.Round(share * (sorted.Length - 1))]);
    }
}
