using Earshot.Engine.Calls;

namespace Earshot.Engine.Ingest;

/// <summary>Puts one track's frames in order and in place (step 6): duplicates dropped, late ones put right, lost time filled, stalls and drift reported.</summary>
/// <remarks>
/// Order comes from the sequence number, the place from the timestamp. A frame's expected place is the end of the one before it; only a frame more than
/// <see cref="IngestOptions.LossThresholdMs"/> ahead of it opens a gap. If a sequence number is missing before it, the frame waits up to
/// <see cref="IngestOptions.ReorderWindowMs"/> for its predecessor; if none is missing, the time was lost before the carrier numbered its messages and is filled at once.
/// A track's first frame waits in the same way, so that a swap right behind <c>start</c> loses nothing. Where a journal lacks messages, the time is filled and is no loss of the carrier's.
/// </remarks>
internal sealed class FrameSequencer(Track track, FrameFormat format, IngestOptions options, SequenceWindow window, TimelineLog events, ITrackOutput output, long arrivalResolutionUs) : ITrackFigures
{
    /// <summary>More frames than this never wait, however short they are.</summary>
    private const int MostHeld = 256;

    private readonly double arrivalSlackMs = arrivalResolutionUs / 1000.0;
    private readonly HeldFrames held = new();
    private double expectedMs = double.NaN;
    private double previousMs = double.NaN;
    private double previousDurationMs;
    private long previousArrivalUs;
    private long lastSequence = window.First;
    private double placedUntilMs;
    private JournalGap gap;

    /// <summary>Timestamp of the first frame; NaN before it.</summary>
    public double FirstMs { get; private set; } = double.NaN;

    public long Frames { get; private set; }
    public double LostMs { get; private set; }
    public long Duplicates { get; private set; }
    public long Reordered { get; private set; }
    public long Late { get; private set; }
    public long Stalls { get; private set; }
    public double LongestStallMs { get; private set; }

    /// <summary>Largest distance between a frame's timestamp and its place, of those small enough not to be filled.</summary>
    public double DriftMs { get; private set; }

    /// <summary>Where the next frame is expected on the call's clock.</summary>
    public double NowMs => double.IsNaN(expectedMs) ? 0 : expectedMs;

    double? ITrackFigures.PlaceErrorMs => 0;

    /// <summary>Takes the next frame as it arrived. <paramref name="isRepeat"/> says that its sequence number came before.</summary>
    public void Add(in MediaFrame frame, bool isRepeat)
    {
        double durationMs = (double)(frame.Payload.Length / format.BytesPerSample) / format.SamplesPerMs;
        double atMs = frame.TimestampMs >= 0 ? frame.TimestampMs : double.IsNaN(expectedMs) ? 0 : expectedMs;
        if (isRepeat)
        {
            Duplicates++;
            events.Add(Event(EventKinds.Duplicate, atMs, 0, $"frame {frame.SequenceNumber} came again and was dropped"));
            return;
        }
        if (!double.IsNaN(previousMs)) NoteStall(atMs, frame.ArrivalUs);
        previousArrivalUs = frame.ArrivalUs;
        (previousMs, previousDurationMs) = (atMs, durationMs);

        if (frame.SequenceNumber >= 0 && frame.SequenceNumber < window.Highest && !(atMs < expectedMs - options.LossThresholdMs))
        {
            Reordered++;
            events.Add(Event(EventKinds.Reordered, atMs, durationMs, $"frame {frame.SequenceNumber} came out of order and was put right"));
        }
        if (double.IsNaN(expectedMs) && held.Count == 0 && !window.IsAnyMissing(lastSequence, frame.SequenceNumber)) Begin(atMs);
        double aheadMs = atMs - expectedMs;
        if (aheadMs < -options.LossThresholdMs) Behind(frame, atMs, durationMs);
        else if (aheadMs <= options.LossThresholdMs) Emit(frame.Payload, atMs, durationMs, frame.SequenceNumber);
        else Ahead(frame, atMs, durationMs);

        if (held.Count > 0) Release(final: false);
    }

    /// <summary>No more will come: what still waits is put in place.</summary>
    public void Complete() => Release(final: true);

    /// <summary>The journal from which the frames come lacks messages here.</summary>
    public void MissingInJournal()
    {
        Release(final: true);
        gap.Open(previousArrivalUs);
    }

    private void Begin(double atMs) => FirstMs = expectedMs = placedUntilMs = atMs;

    private void NoteStall(double atMs, long arrivalUs)
    {
        double gapMs = (arrivalUs - previousArrivalUs) / 1000.0;
        double stepMs = atMs - previousMs;
        bool contiguous = stepMs > 0 && stepMs <= previousDurationMs + options.LossThresholdMs;
        if (gapMs <= options.StallThresholdMs + arrivalSlackMs || !contiguous) return;
        Stalls++;
        LongestStallMs = Math.Max(LongestStallMs, gapMs);
        events.Add(Event(EventKinds.Stall, atMs, gapMs, $"nothing was delivered for {gapMs:0} ms; no audio is missing and none was added"));
    }

    private void Behind(in MediaFrame frame, double atMs, double durationMs)
    {
        bool newest = frame.SequenceNumber >= 0 ? frame.SequenceNumber == window.Highest && frame.SequenceNumber > lastSequence : expectedMs - atMs > options.ReorderWindowMs;
        if (!newest)
        {
            Late++;
            events.Add(Event(EventKinds.Late, atMs, durationMs, $"frame {frame.SequenceNumber} came after its place had been filled; it is in the journal only"));
            return;
        }
        Release(final: true);
        events.Add(Event(EventKinds.ClockBack, expectedMs, expectedMs - atMs, $"the timestamp went back by {expectedMs - atMs:0} ms; the audio follows on without a gap"));
        placedUntilMs -= expectedMs - atMs;
        expectedMs = atMs;
        Emit(frame.Payload, atMs, durationMs, frame.SequenceNumber);
    }

    private void Ahead(in MediaFrame frame, double atMs, double durationMs)
    {
        if (held.Count > 0 || double.IsNaN(expectedMs) || MayStillCome(frame.SequenceNumber))
        {
            held.Add(frame.Payload, atMs, durationMs, frame.SequenceNumber, frame.ArrivalUs);
            return;
        }
        Fill(atMs, frame.ArrivalUs);
        Emit(frame.Payload, atMs, durationMs, frame.SequenceNumber);
    }

    private void Release(bool final)
    {
        while (held.Count > 0)
        {
            HeldFrame next = held.First;
            double aheadMs = next.AtMs - expectedMs;
            bool inPlace = aheadMs <= options.LossThresholdMs; // False before the first frame has its place.
            if (!inPlace && !final && held.WaitingMs < options.ReorderWindowMs && held.Count < MostHeld && MayStillCome(next.Sequence)) return;
            if (double.IsNaN(expectedMs)) Begin(next.AtMs);
            if (aheadMs < -options.LossThresholdMs)
            {
                Late++;
            }
            else
            {
                if (next.AtMs - expectedMs > options.LossThresholdMs) Fill(next.AtMs, next.ArrivalUs);
                Emit(held.PayloadOf(next), next.AtMs, next.DurationMs, next.Sequence);
            }
            held.RemoveFirst();
        }
    }

    /// <summary>True while a frame before this one may be on its way. Without sequence numbers nobody can tell.</summary>
    private bool MayStillCome(long sequence) => sequence < 0 || window.IsAnyMissing(lastSequence, sequence);

    private void Fill(double toMs, long arrivalUs)
    {
        double gapMs = toMs - expectedMs;
        if (gapMs > gap.LongestMs(arrivalUs, options.MaxFill))
        {
            events.Add(Event(EventKinds.ClockJump, expectedMs, gapMs, $"the timestamp jumped by {gapMs / 1000:0.0} s, more than is ever filled; the audio follows on without a gap"));
            placedUntilMs += gapMs;
            return;
        }
        long samples = (long)Math.Round(gapMs * format.SamplesPerMs);
        if (gap.IsOpen)
        {
            output.OnMissing(samples);
        }
        else
        {
            LostMs += gapMs;
            events.Add(Event(EventKinds.Loss, expectedMs, gapMs, $"{gapMs:0} ms never came; filled with silence"));
        }
        output.OnFill(samples);
        placedUntilMs += gapMs;
        expectedMs = toMs;
    }

    private void Emit(ReadOnlySpan<byte> payload, double atMs, double durationMs, long sequence)
    {
        DriftMs = Math.Max(DriftMs, Math.Abs(atMs - placedUntilMs));
        placedUntilMs += durationMs;
        Frames++;
        output.OnPayload(payload);
        expectedMs = atMs + durationMs;
        gap.Close();
        if (sequence > lastSequence) lastSequence = sequence;
    }

    private TimelineEvent Event(string kind, double atMs, double durationMs, string detail) => new(kind, track.Name(), atMs, durationMs, detail);
}
