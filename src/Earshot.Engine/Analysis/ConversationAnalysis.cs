using Earshot.Audio.Detection;
using Earshot.Audio.Spectral;

namespace Earshot.Engine.Analysis;

/// <summary>What the two channels of a file say together: likeness, echo, turns, talk-over.</summary>
internal sealed class ConversationAnalysis(int sampleRateHz, AnalysisOptions options)
{
    private const double MaxDelaySeconds = 0.8;
    private const double AlikeAtDelay = 0.8; // With an echo, the other side's own voice lies over it.
    private const double LeastOverlapSeconds = 0.2;
    private const double PadSeconds = 0.03;

    private readonly PairSpectrum pair = new(sampleRateHz);

    public void Add(ReadOnlySpan<float> left, ReadOnlySpan<float> right) => pair.Add(left, right);

    public ConversationReport Complete(TrackContext left, TrackContext right, List<Finding> findings)
    {
        pair.Complete();
        double correlation = pair.Correlation;
        var report = new ConversationReport { Correlation = double.IsFinite(correlation) ? Math.Round(correlation, 4) : null };
        if (Blank(left, right, findings) || Blank(right, left, findings)) return report;
        if (Math.Abs(correlation) >= options.SameCorrelation)
        {
            findings.Add(correlation > 0 ? Identical(correlation, left) : Inverted(correlation, left));
            return report;
        }
        EchoFigure? echo = FindEcho(left, right, out Finding? offset);
        if (offset is not null)
        {
            findings.Add(offset);
            return report;
        }
        IReadOnlyList<TimeRange> first = Turns(left, echo?.OnRight == false ? echo : null, right), second = Turns(right, echo?.OnRight == true ? echo : null, left);
        if (echo is not null)
        {
            report = report with { EchoDelayMs = Math.Round(echo.DelayMs, 1), EchoReturnLossDb = Math.Round(echo.ReturnLossDb, 1), EchoTrack = (echo.OnRight ? right : left).Name };
            findings.Add(Echo(echo, (echo.OnRight ? right : left).Name, left.DurationSeconds));
        }
        var turns = new TurnTaking(first, second);
        double all = first.Sum(t => t.Seconds) + second.Sum(t => t.Seconds);
        IReadOnlyList<TimeRange> overlaps = [.. turns.Overlaps.Where(o => o.Seconds >= LeastOverlapSeconds)];
        double over = overlaps.Sum(o => o.Seconds);
        Report(findings, left, turns, overlaps, over);
        ReportPauses(findings, left, [.. first, .. second]);
        return report with
        {
            ResponseLatenciesMs = [.. turns.Answers.Select(a => Math.Round(1000 * a.LatencySeconds))],
            ResponseLatencyP50Ms = turns.Quantile(0.5),
            ResponseLatencyP95Ms = turns.Quantile(0.95),
            TalkOverSeconds = Math.Round(over, 3),
            TalkOver = overlaps,
            Interruptions = turns.Answers.Count(a => a.LatencySeconds < -LeastOverlapSeconds),
            SpeechSharePercent = all > 0 ? [Math.Round(100 * first.Sum(t => t.Seconds) / all, 1), Math.Round(100 * second.Sum(t => t.Seconds) / all, 1)] : [0, 0],
        };
    }

    private void Report(List<Finding> findings, TrackContext any, TurnTaking turns, IReadOnlyList<TimeRange> overlaps, double over)
    {
        if (over >= options.TalkOverSeconds)
            findings.Add(TrackContext.Make(FindingCodes.TalkOver, over >= 5 * options.TalkOverSeconds ? Severity.Error : Severity.Warning, null, (over, options.TalkOverSeconds, "s"), any.DurationSeconds,
                "Both sides speak at once; neither hears the other out.",
                "If one is a bot, let it stop when it is spoken to (barge-in), and see whether a late delivery made it start too late.", overlaps));
        Answer[] slow = [.. turns.Answers.Where(a => a.LatencySeconds >= options.SlowResponseSeconds)];
        if (slow.Length == 0) return;
        double longest = slow.Max(a => a.LatencySeconds);
        findings.Add(TrackContext.Make(FindingCodes.SlowResponse, longest >= 2.5 * options.SlowResponseSeconds ? Severity.Error : Severity.Warning, null, (longest, options.SlowResponseSeconds, "s"), any.DurationSeconds,
            "The other side waits so long for an answer that it doubts the line.",
            "Look at what happens in the pause (recogniser, model, synthesis): start to speak before the whole answer is there.", [.. slow.Select(a => a.Pause)]));
    }

    private void ReportPauses(List<Finding> findings, TrackContext any, IReadOnlyList<TimeRange> turns)
    {
        if (turns.Count == 0) return;
        var pauses = new List<TimeRange>();
        double end = 0;
        foreach (TimeRange turn in turns.OrderBy(t => t.StartSeconds).Append(new TimeRange(any.DurationSeconds, any.DurationSeconds)))
        {
            if (turn.StartSeconds - end >= options.LongSilenceSeconds) pauses.Add(new TimeRange(Math.Round(end, 3), Math.Round(turn.StartSeconds, 3)));
            end = Math.Max(end, turn.EndSeconds);
        }
        if (pauses.Count == 0) return;
        double longest = pauses.Max(p => p.Seconds);
        findings.Add(TrackContext.Make(FindingCodes.LongSilence, longest >= options.LongSilenceWarningSeconds ? Severity.Warning : Severity.Info, null, (longest, options.LongSilenceSeconds, "s"), any.DurationSeconds,
            $"Neither side speaks for {longest:0.0} s.", "Find out what was waited for: a slow answer, a lost stretch, a muted side.", pauses));
    }

    private bool Blank(TrackContext blank, TrackContext other, List<Finding> findings)
    {
        if (!blank.Has(FindingCodes.AllSilent) || other.Has(FindingCodes.AllSilent)) return false;
        Finding silent = blank.Findings.First(f => f.Code == FindingCodes.AllSilent);
        blank.Findings.Remove(silent);
        findings.Add(TrackContext.Make(FindingCodes.BlankChannel, Severity.Error, blank.Name, (silent.Value ?? double.NegativeInfinity, options.SilenceDbfs, "dBFS"), blank.DurationSeconds,
            $"One side is never heard: the {blank.Name} channel is empty from start to end.",
            "Look at which tracks the stream was asked for (track=\"both_tracks\"), at a muted side, or at a mix that dropped it."));
        return true;
    }

    private Finding Identical(double correlation, TrackContext any) =>
        TrackContext.Make(FindingCodes.IdenticalChannels, Severity.Warning, null, (correlation, options.SameCorrelation, "correlation"), any.DurationSeconds,
            "Both channels hold the same sound: the two sides cannot be told apart.", "Record each side into its own channel; here one was copied, or both were mixed before.");

    private Finding Inverted(double correlation, TrackContext any) =>
        TrackContext.Make(FindingCodes.InvertedChannels, Severity.Error, null, (correlation, -options.SameCorrelation, "correlation"), any.DurationSeconds,
            "One channel is the other turned upside down: mixed to mono they cancel out and nothing is heard.", "Turn one channel over (multiply by -1), and look for a swapped pair of wires or a wrong sign in a mix.");

    private Finding Echo(EchoFigure echo, string track, double seconds) =>
        TrackContext.Make(FindingCodes.Echo, echo.ReturnLossDb < 15 ? Severity.Error : Severity.Warning, track, (echo.ReturnLossDb, options.EchoLossDb, "dB"), seconds,
            $"One hears oneself come back after {echo.DelayMs:0} ms, {echo.ReturnLossDb:0} dB fainter.",
            $"The echo arises on the side of the {track} channel: use a headset or an echo canceller there, or lower its loudspeaker.");

    /// <summary>Looks for one channel in the other, later and fainter; as loud and alike, it is the same channel shifted.</summary>
    private EchoFigure? FindEcho(TrackContext left, TrackContext right, out Finding? offset)
    {
        offset = null;
        if (pair.Windows == 0) return null;
        int max = (int)(MaxDelaySeconds * sampleRateHz), least = Math.Max(sampleRateHz * 5 / 1000, 1);
        float[] phase = pair.Delays(max, phaseOnly: true), plain = pair.Delays(max, phaseOnly: false);
        int top = -1;
        for (int i = 0; i < phase.Length; i++)
            if (Math.Abs(i - max) >= least && (top < 0 || Math.Abs(phase[i]) > Math.Abs(phase[top]))) top = i;
        double spread = Math.Sqrt(phase.Where((_, i) => Math.Abs(i - top) > least).Average(v => (double)v * v));
        double clear = Math.Abs(phase[top]) / Math.Max(spread, 1e-12);
        bool onRight = top > max;
        double gain = pair.GainAt(Math.Abs(plain[top]), onRight, Math.Abs(top - max));
        double alike = pair.LikenessAt(Math.Abs(plain[top]), Math.Abs(top - max));
        (onRight ? right : left).Measure("echoClarity", clear);
        double loss = -20 * Math.Log10(Math.Max(gain, 1e-6));
        if (clear < options.EchoClarity || loss > options.EchoLossDb) return null;
        double delay = Math.Abs(top - max) / (double)sampleRateHz;
        if (alike >= AlikeAtDelay && Math.Abs(pair.LevelDifferenceDb) < 3)
        {
            offset = TrackContext.Make(FindingCodes.ChannelOffset, Severity.Warning, (onRight ? right : left).Name, (1000 * delay, 5, "ms"), left.DurationSeconds,
                $"Both channels hold the same sound, one {1000 * delay:0} ms after the other: mixed together it sounds hollow or doubled.", "Shift one channel back by that time, and see which way round took longer.");
            return null;
        }
        return new EchoFigure(onRight, 1000 * delay, loss);
    }

    /// <summary>The stretches of speech without their padding; what is only the other side's echo is left out.</summary>
    private static IReadOnlyList<TimeRange> Turns(TrackContext track, EchoFigure? echo, TrackContext source)
    {
        IEnumerable<TimeRange> turns = track.Sounding.Select(track.Range).Select(r => new TimeRange(r.StartSeconds + PadSeconds, r.EndSeconds - PadSeconds)).Where(r => r.Seconds > 0.05);
        return echo is null ? [.. turns] : [.. turns.Where(t => !IsEcho(t, track, source, echo))];
    }

    private static bool IsEcho(TimeRange turn, TrackContext track, TrackContext source, EchoFigure echo) =>
        Level(track, turn.StartSeconds, turn.EndSeconds) < Level(source, turn.StartSeconds - echo.DelayMs / 1000, turn.EndSeconds - echo.DelayMs / 1000) - echo.ReturnLossDb + 6;

    private static double Level(TrackContext track, double from, double to)
    {
        double sum = 0;
        int count = 0;
        for (int i = Math.Max((int)(from / EnergySpeechDetector.FrameSeconds), 0); i < Math.Min(to / EnergySpeechDetector.FrameSeconds, track.LevelsDbfs.Count); i++, count++)
            sum += Math.Pow(10, track.LevelsDbfs[i] / 10);
        return count == 0 ? -100 : 10 * Math.Log10(Math.Max(sum / count, 1e-10));
    }

    private sealed record EchoFigure(bool OnRight, double DelayMs, double ReturnLossDb);
}
