using Earshot.Audio.Detection;
using Earshot.Audio.Levels;

namespace Earshot.Engine.Transcription;

/// <summary>A segment on its track's time, with what its trust rests on.</summary>
internal sealed record PlacedSegment(TranscriptSegment Segment, TrustFacts Facts)
{
    /// <summary>The segment with its trust.</summary>
    /// <param name="live">What was heard live of the track; null where nothing was.</param>
    public TranscriptSegment Weigh(Transcript? live)
    {
        (double trust, IReadOnlyList<TrustReason> doubts, bool without) = TrustScore.Of(Facts with { LiveDifference = LiveAgreement.Difference(Segment, live) });
        return Segment with { Trust = trust, Doubts = doubts, WithoutSpeech = without };
    }
}

/// <summary>Puts an engine's answer on the track's time. Engines are vague about edges: a segment is drawn in to the speech that it covers.</summary>
internal static class SegmentPlacer
{
    private const double SlackSeconds = 0.4;

    /// <summary>A segment with less speech under it is left where the engine put it: over silence.</summary>
    private const double LeastShare = 0.1;

    public static IReadOnlyList<PlacedSegment> Place(SpeechStretch stretch, SpeechPiece piece, EngineAnswer answer)
    {
        double offset = (double)stretch.Audio.Start / piece.SampleRateHz;
        IReadOnlyList<EngineSegment> segments = answer.Segments.Count > 0 ? answer.Segments : [new EngineSegment { StartSeconds = 0, EndSeconds = piece.Seconds, Text = answer.Text }];
        (double Start, double End)[] speech = [.. stretch.Speech.Select(r => (((double)r.Start / piece.SampleRateHz) - offset, ((double)r.End / piece.SampleRateHz) - offset))];
        EngineSegment[] spoken = [.. segments.Where(s => s.Text.Length > 0)];
        return [.. spoken.Select((s, i) => One(s, (i == 0 ? 0 : spoken[i - 1].EndSeconds, i == spoken.Length - 1 ? piece.Seconds : spoken[i + 1].StartSeconds), spoken.Length == 1, speech, piece, offset))];
    }

    private static PlacedSegment One(EngineSegment heard, (double From, double To) room, bool alone, (double Start, double End)[] speech, SpeechPiece piece, double offset)
    {
        double start = Math.Clamp(heard.StartSeconds, 0, piece.Seconds), end = Math.Clamp(heard.EndSeconds, start, piece.Seconds);
        // Its own words know better than the segment, which often begins where the one before ended.
        if (heard.Words.Count > 0) (start, end) = (Math.Clamp(heard.Words[0].StartSeconds, 0, piece.Seconds), Math.Clamp(heard.Words[^1].EndSeconds, 0, piece.Seconds));
        // The only segment of a piece without places, or as long as the piece, is all of its speech.
        if (end <= start || (alone && heard.Words.Count == 0 && end - start >= piece.Seconds - SlackSeconds)) (start, end) = (0, piece.Seconds);
        (double Start, double End)[] under = [.. speech.Where(r => r.End > start - SlackSeconds && r.Start < end + SlackSeconds)];
        double spoken = speech.Sum(r => Math.Max(0, Math.Min(r.End, end) - Math.Max(r.Start, start)));
        double length = end - start;
        if (under.Length > 0 && spoken >= LeastShare * length)
        {
            // An edge that lies near an edge of speech is that edge; one within speech stays: there the engine cut a sentence.
            start = Math.Max(Snap(start, under[0].Start, under[0].End, atStart: true), Math.Min(room.From, start));
            end = Math.Min(Snap(end, under[^1].End, under[^1].Start, atStart: false), Math.Max(room.To, end));
            length = Math.Max(end - start, 1e-3);
            spoken = Math.Min(length, speech.Sum(r => Math.Max(0, Math.Min(r.End, end) - Math.Max(r.Start, start))));
        }
        var segment = new TranscriptSegment
        {
            StartSeconds = Math.Round(offset + start, 3),
            EndSeconds = Math.Round(offset + end, 3),
            Text = heard.Text,
            Words = [.. heard.Words.Select(w => Within(w, piece.Seconds)).Select(w => w with { StartSeconds = Math.Round(offset + w.StartSeconds, 3), EndSeconds = Math.Round(offset + w.EndSeconds, 3) })],
            Confidence = Confidence(heard),
        };
        return new PlacedSegment(segment, new TrustFacts
        {
            Text = heard.Text,
            Seconds = length,
            SpeechSeconds = spoken,
            LevelDbfs = Level(piece, start, end),
            AverageLogProbability = heard.AverageLogProbability,
            NoSpeechProbability = heard.NoSpeechProbability,
        });
    }

    private static SpokenWord Within(SpokenWord word, double seconds)
    {
        double start = Math.Clamp(word.StartSeconds, 0, seconds);
        return word with { StartSeconds = start, EndSeconds = Math.Clamp(word.EndSeconds, start, seconds) };
    }

    private static double Snap(double edge, double near, double far, bool atStart)
    {
        bool outside = atStart ? edge <= near : edge >= near;
        bool beyond = atStart ? edge >= far : edge <= far;
        return outside || (Math.Abs(edge - near) <= SlackSeconds && !beyond) ? near : edge;
    }

    private static double? Confidence(EngineSegment heard)
    {
        double[] sure = [.. heard.Words.Select(w => w.Probability).OfType<double>()];
        if (sure.Length > 0) return Math.Round(sure.Average(), 3);
        return heard.AverageLogProbability is { } log ? Math.Round(Math.Exp(Math.Min(log, 0)), 3) : null;
    }

    private static double Level(SpeechPiece piece, double start, double end)
    {
        int from = Math.Clamp((int)(start * piece.SampleRateHz), 0, piece.Samples.Length), to = Math.Clamp((int)(end * piece.SampleRateHz), from, piece.Samples.Length);
        var meter = new LevelMeter();
        meter.Add(piece.Samples.Span[from..to]);
        return meter.RmsDbfs is var level && double.IsFinite(level) ? level : -100;
    }
}
