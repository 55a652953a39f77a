using Earshot.Engine.Calls;

namespace Earshot.Engine.Ingest;

/// <summary>What the carrier played to the caller on a two-way stream, rebuilt on the line's own clock from what was sent, the marks that came back and the pace of the line.</summary>
/// <remarks>
/// The line's clock is the timestamps of the caller's frames. A message that left at our time s reaches the line at s, less the least time by which frames came after their
/// timestamp, plus the round trip. The round trip is told by marks that came back behind audio that was played; before the first, by how soon the socket answers pings; before that it counts as none. The line takes audio in frames of
/// 20 ms, in step with its own: what is queued plays on without a gap, <c>clear</c> drops what has not begun. A mark that was dropped comes back too, and proves nothing.
/// </remarks>
internal sealed class PlayedLine(FrameFormat format, IngestOptions options, TimelineLog events) : ITrackFigures
{
    /// <summary>A pause shorter than this does not end an utterance.</summary>
    private const double UtterancePauseMs = 300;

    private const double FrameMs = 20;

    /// <summary>Silence is handed on in pieces, not frame by frame.</summary>
    private const double SilenceBlockMs = 100;

    private const int MostEarly = 64;

    /// <summary>A timestamp that goes back by more than this is a new clock, not a late frame.</summary>
    private const double ClockBackMs = 1000;

    private readonly PlayQueue queue = new();
    private readonly LineClock clock = new();
    private readonly int frameBytes = format.SamplesPerMs * (int)FrameMs * format.BytesPerSample;
    private ITrackOutput? output;
    private double positionMs = double.NaN;
    private double shiftMs;
    private double pendingSilenceMs;
    private double longestCountedMs;
    private long lastArrivalUs;
    private JournalGap gap;
    private readonly List<(string Name, double LineMs)> early = [];
    private Utterance? speaking;

    /// <inheritdoc/>
    public double FirstMs { get; private set; } = double.NaN;

    /// <inheritdoc/>
    public double NowMs => double.IsNaN(positionMs) ? 0 : positionMs;

    /// <summary>Frames with audio that were played.</summary>
    public long Frames { get; private set; }

    /// <summary>How far the place of what was heard may be off: half a frame and half the round trip, the longest that was counted where an utterance began: what is queued behind it plays on from there. Null while the round trip is not known.</summary>
    public double? PlaceErrorMs => clock.RoundTripMs is { } trip ? (Math.Max(trip, longestCountedMs) + FrameMs) / 2 : null;

    /// <summary>Audio that was sent and never played.</summary>
    public double UnheardMs { get; private set; }

    /// <summary>From now on what was heard goes there, from the line's first frame on.</summary>
    public void Open(ITrackOutput target) => output = target;

    /// <summary>The caller's frame with this timestamp came: the line is so far.</summary>
    public void Advance(double timestampMs, double durationMs, long arrivalUs)
    {
        double endMs = timestampMs + durationMs + shiftMs;
        if (double.IsNaN(positionMs)) FirstMs = positionMs = timestampMs;
        double aheadMs = endMs - positionMs;
        if (aheadMs < -ClockBackMs || aheadMs > gap.LongestMs(arrivalUs, options.MaxFill))
        {
            // The caller's recording follows on without a gap there, and so does this one.
            shiftMs -= aheadMs - durationMs;
            endMs = positionMs + durationMs;
            clock.Restart();
        }
        else if (gap.IsOpen && aheadMs > durationMs + options.LossThresholdMs)
        {
            EmitSilence(); // What is pending lies before the gap.
            output?.OnMissing((long)Math.Round((aheadMs - durationMs) * format.SamplesPerMs));
        }
        gap.Close();
        lastArrivalUs = arrivalUs;
        clock.Frame(endMs, arrivalUs);
        PlayUntil(endMs);
    }

    /// <summary>The journal from which the frames come lacks messages here.</summary>
    public void MissingInJournal() => gap.Open(lastArrivalUs);

    /// <summary>Audio was sent.</summary>
    public void Media(ReadOnlySpan<byte> audio, long us)
    {
        if (!queue.TryAdd(audio, clock.ArrivalMs(us), us)) NoteUnheard(audio.Length, NowMs, "more is queued than any line plays");
    }

    public void Mark(string name, long us) => queue.AddMark(name, clock.ArrivalMs(us));

    /// <summary>What is queued and has not begun to play is to be dropped.</summary>
    public void Clear(long us) => queue.AddClear(clock.ArrivalMs(us));

    long ITrackFigures.Duplicates => 0;
    long ITrackFigures.Reordered => 0;
    long ITrackFigures.Late => 0;
    long ITrackFigures.Stalls => 0;
    double ITrackFigures.LostMs => 0;
    double ITrackFigures.DriftMs => 0;

    /// <inheritdoc cref="LineClock.ArrivalMs"/>
    public double ArrivalMs(long us) => clock.ArrivalMs(us);

    /// <summary>The carrier's socket answered after so long: the round trip, until a mark tells it better.</summary>
    public void RoundTrip(double ms) => clock.SocketAnswered(ms);

    /// <summary>A mark came back. False when what stood before it was dropped: it was not heard.</summary>
    public bool MarkReturned(string name, long us)
    {
        double lineMs = clock.ArrivalMs(us);
        if (queue.TryTakePassed(name, out PassedMark mark))
        {
            if (mark.Heard) clock.MarkReturned(lineMs, mark.AtMs, mark.RoundTripMs);
            return mark.Heard;
        }
        if (early.Count < MostEarly) early.Add((name, lineMs)); // The caller's frame of that moment has not come yet.
        return !queue.IsCleared(name);
    }

    /// <summary>Marks that came back before the caller's frames had told how far the line was.</summary>
    private void SettleEarly()
    {
        for (int i = early.Count - 1; i >= 0; i--)
        {
            if (!queue.TryTakePassed(early[i].Name, out PassedMark mark)) continue;
            if (mark.Heard) clock.MarkReturned(early[i].LineMs, mark.AtMs, mark.RoundTripMs);
            early.RemoveAt(i);
        }
    }

    /// <summary>The call is over: what is still queued was never heard.</summary>
    public void Complete()
    {
        CloseUtterance();
        EmitSilence();
        if (queue.QueuedBytes > 0) NoteUnheard(queue.QueuedBytes, NowMs, "the call ended before it was played");
        queue.DropAll();
    }

    private void PlayUntil(double endMs)
    {
        Span<byte> frame = stackalloc byte[frameBytes];
        while (positionMs + FrameMs <= endMs + 0.5)
        {
            long dropped = queue.ApplyClear(positionMs, clock.RoundTripMs ?? 0);
            if (dropped > 0) Cleared(dropped);
            int count = queue.Take(frame, positionMs, clock.RoundTripMs ?? 0, out long sentUs);
            if (count > 0) Play(frame[..count], sentUs);
            else Silence(FrameMs);
            positionMs += FrameMs;
            if (early.Count > 0) SettleEarly();
            if (count > 0 && count < frame.Length) Silence(FrameMs * (frame.Length - count) / frame.Length);
        }
    }

    private void Play(ReadOnlySpan<byte> audio, long sentUs)
    {
        EmitSilence();
        output?.OnPayload(audio);
        Frames++;
        double durationMs = FrameMs * audio.Length / frameBytes;
        if (speaking is null)
        {
            speaking = new Utterance { SentUs = sentUs, StartMs = positionMs };
            longestCountedMs = Math.Max(longestCountedMs, clock.RoundTripMs ?? 0);
        }
        speaking.EndMs = positionMs + durationMs;
        speaking.HeardMs += durationMs;
    }

    private void Silence(double ms)
    {
        pendingSilenceMs += ms;
        if (speaking is not null && positionMs + FrameMs - speaking.EndMs > UtterancePauseMs) CloseUtterance();
        if (pendingSilenceMs >= SilenceBlockMs) EmitSilence();
    }

    private void EmitSilence()
    {
        if (output is null || pendingSilenceMs == 0) return; // What is not opened yet is silent from its beginning.
        output.OnFill((long)Math.Round(pendingSilenceMs * format.SamplesPerMs));
        pendingSilenceMs = 0;
    }

    private void Cleared(long bytes)
    {
        string where = speaking is { } cut ? $"the utterance was cut after {cut.HeardMs:0} ms" : "it had not begun to play";
        NoteUnheard(bytes, positionMs, $"cleared; {where}");
        CloseUtterance();
    }

    private void NoteUnheard(long bytes, double atMs, string why)
    {
        double ms = FrameMs * bytes / frameBytes;
        UnheardMs += ms;
        string lastMark = queue.LastPassed;
        events.Add(new TimelineEvent(EventKinds.Unheard, Track.Outbound.Name(), atMs, 0,
            $"{ms:0} ms that were sent were never heard: {why}{(lastMark.Length > 0 ? $"; the last mark before it is '{LogText.Clean(lastMark)}'" : "")}; the audio is in the journal"));
    }

    private void CloseUtterance()
    {
        if (speaking is not { } said) return;
        speaking = null;
        string error = PlaceErrorMs is { } ms ? $"± {ms:0} ms" : "the round trip is not known yet";
        events.Add(new TimelineEvent(EventKinds.Heard, Track.Outbound.Name(), said.StartMs, said.EndMs - said.StartMs,
            $"sent at {said.SentUs / 1000.0:0} ms of the socket, heard for {said.HeardMs:0} ms ({error})"));
    }

    private sealed class Utterance
    {
        public required long SentUs { get; init; }

        public required double StartMs { get; init; }

        public double EndMs { get; set; }

        public double HeardMs { get; set; }
    }
}
