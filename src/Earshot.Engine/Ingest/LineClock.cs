namespace Earshot.Engine.Ingest;

/// <summary>Ties our clock (microseconds of the socket) to the line's (ms of the caller's timestamps). The shortest way of the last seconds counts: it follows a clock that drifts, and a stall does not move it.</summary>
internal sealed class LineClock
{
    private const long WindowUs = 10_000_000;

    private readonly LeastOfLast marks = new();
    private readonly LeastOfLast answers = new();
    private double leastMs = double.NaN;
    private double leastBeforeMs = double.NaN;
    private long windowStartUs;

    /// <summary>The least of the last round trips that marks told, in ms; before the first mark, of those that the socket told; null before any.</summary>
    public double? RoundTripMs => marks.Least ?? answers.Least;

    /// <summary>The socket, below the messages, answered after so long.</summary>
    public void SocketAnswered(double ms) => answers.Add(ms);

    /// <summary>A frame that ends at this place of the line came.</summary>
    public void Frame(double endMs, long arrivalUs)
    {
        double wayMs = arrivalUs / 1000.0 - endMs;
        if (double.IsNaN(leastMs)) windowStartUs = arrivalUs;
        else if (arrivalUs - windowStartUs > WindowUs) (leastBeforeMs, leastMs, windowStartUs) = (leastMs, double.NaN, arrivalUs);
        if (!(wayMs >= leastMs)) leastMs = wayMs;
    }

    /// <summary>Where the line was, the round trip not counted, when we sent or heard something at this time.</summary>
    public double ArrivalMs(long us)
    {
        double way = leastBeforeMs < leastMs ? leastBeforeMs : leastMs;
        return double.IsNaN(way) ? double.NegativeInfinity : us / 1000.0 - way;
    }

    /// <summary>A mark came back when the line was at <paramref name="lineMs"/>, behind audio that ended at <paramref name="modelMs"/> by a model that counted this round trip.</summary>
    public void MarkReturned(double lineMs, double modelMs, double countedMs)
    {
        if (!double.IsFinite(lineMs)) return; // It came before the caller's first frame.
        marks.Add(Math.Max(0, countedMs + lineMs - modelMs));
    }

    /// <summary>The line's clock jumped: what was known of it is void, but for the round trip.</summary>
    public void Restart() => leastMs = leastBeforeMs = double.NaN;

    private sealed class LeastOfLast
    {
        private const int Kept = 8;

        private readonly double[] values = new double[Kept];
        private int count;

        public double? Least { get; private set; }

        public void Add(double value)
        {
            values[count++ % Kept] = value;
            double least = values[0];
            for (int i = 1; i < Math.Min(count, Kept); i++) least = Math.Min(least, values[i]);
            Least = least;
        }
    }
}
