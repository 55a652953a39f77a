using System.Text.Json;
using System.Threading.Channels;
using Earshot.Audio.Detection;
using Earshot.Engine.Calls;

namespace Earshot.Engine.Transcription;

/// <summary>Live transcription of one stream. The reading thread only copies samples; the rest is done by the clock of <see cref="LiveTranscription"/> and by the engine's answers.</summary>
#pragma warning disable CA1001 // The source of the calling off has nothing to free, and may be wanted when all is over.
internal sealed partial class LiveStream : IStreamListener
#pragma warning restore CA1001
{
    private const int MostWatching = 256;

    private readonly HeardStream stream;
    private readonly TranscriptionOptions options;
    private readonly ITranscriber engine;
    private readonly ISpeechDetector detector;
    private readonly TranscribeRequest told;
    private readonly Side?[] sides = new Side?[TrackNames.Count];
    private readonly Lock gate = new();
    private readonly List<LiveLine> lines = [];
    private readonly List<ChannelWriter<byte[]>> watchers = [];
    private readonly List<LivePiece> found = [];
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource over = new();
    private readonly CancellationToken givenUp;
    private IReadOnlyList<(string RecordingId, Transcript Transcript)>? kept; // Once finished: the words, in place of the audio.
    private volatile bool ended;
    private bool isLast; // No sample followed on what was taken.
    private LiveTextState now;

    public LiveStream(HeardStream stream, TranscriptionOptions options, ITranscriber engine, ISpeechDetector detector)
    {
        (this.stream, this.options, this.engine, this.detector) = (stream, options, engine, detector);
        told = new TranscribeRequest(LanguageChoice.Of(options, stream.Parameters, stream.From, stream.To), options.Prompt);
        givenUp = over.Token;
        now = State("ok", "");
    }

    public string CallSid => stream.CallSid;

    public string StreamSid => stream.StreamSid;

    public DateTimeOffset StartedAt => stream.StartedAt;

    /// <summary>Place of a track's first sample on the call's clock, in ms.</summary>
    public double StartOffsetMs(Track track) => stream.StartOffsetMs(track);

    /// <summary>True when no sample follows.</summary>
    public bool HasEnded => ended;

    /// <summary>Completes when nothing of it is with the engine any more.</summary>
    public Task Finished => finished.Task;

    public LiveTextState Standing
    {
        get { lock (gate) return now; }
    }

    /// <summary>What is being said.</summary>
    public IReadOnlyList<LivePartial> Partials
    {
        get { lock (gate) return [.. sides.Select(s => s?.Partial).OfType<LivePartial>()]; }
    }

    /// <summary>The newest lines.</summary>
    public IReadOnlyList<LiveLine> Newest(int count)
    {
        lock (gate) return [.. lines.TakeLast(count)];
    }

    public void OnSamples(Track track, long startSample, ReadOnlySpan<short> samples)
    {
        if (finished.Task.IsCompleted) return; // Given up.
        Side side = sides[(int)track] ?? Open(track);
        side.Track.Ring.Write(startSample, samples);
    }

    public void OnEnded()
    {
        foreach (Side? side in sides) side?.Track.Ring.End();
        ended = true;
    }

    /// <summary>Every line so far, then each as it comes, until the watch is disposed of. One who does not keep up misses lines; the transcript after the call has them.</summary>
    /// <returns>Null where too many watch already.</returns>
    public LiveWatch? Watch()
    {
        var channel = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(4096) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (gate)
        {
            foreach (LiveLine line in lines) channel.Writer.TryWrite(Json(line));
            foreach (Side side in sides.OfType<Side>())
            {
                if (side.Partial is { } partial) channel.Writer.TryWrite(Json(partial));
            }
            channel.Writer.TryWrite(JsonSerializer.SerializeToUtf8Bytes(now, LiveTextJson.Default.LiveTextState));
            if (finished.Task.IsCompleted) channel.Writer.TryComplete();
            else if (watchers.Count >= MostWatching) return null;
            else watchers.Add(channel.Writer);
        }
        return new LiveWatch(channel.Reader, () => Leave(channel.Writer));
    }

    private void Leave(ChannelWriter<byte[]> watcher)
    {
        lock (gate) watchers.Remove(watcher);
        watcher.TryComplete();
    }

    /// <summary>Takes what has come since the last look, for the detector to hear; of one thread at a time.</summary>
    /// <param name="listeners">Takes the channels that it went into.</param>
    public void Take(List<ISpeechListener> listeners)
    {
        isLast = ended;
        foreach (Side? side in sides)
        {
            if (side is null) continue;
            found.Clear();
            side.Track.Take(found);
            side.Add(found);
            listeners.Add(side.Track.Listener);
        }
    }

    /// <summary>What was taken goes on its way; of the same thread.</summary>
    public void Look()
    {
        foreach (Side? side in sides)
        {
            if (side is null) continue;
            found.Clear();
            side.Track.Cut(found);
            side.Add(found);
            if (isLast) side.KeepNewest(); // The call is over: what waits is sent after it, with the whole.
            side.Go();
            if (!isLast) side.Hurry();
        }
        Tell();
        if (isLast && sides.All(s => s is null || s.IsIdle)) Finish();
    }

    /// <summary>Gives up what is with the engine.</summary>
    public void GiveUp()
    {
        lock (gate)
        {
            if (finished.Task.IsCompleted) return;
        }
        over.Cancel();
        Finish();
    }

    /// <summary>What was heard of each track, by recording.</summary>
    public IReadOnlyList<(string RecordingId, Transcript Transcript)> Transcripts()
    {
        lock (gate) return kept ?? Words();
    }

    private IReadOnlyList<(string RecordingId, Transcript Transcript)> Words() => [.. sides.OfType<Side>().Select(s => (stream.RecordingIds[(int)s.Which], s.ToTranscript()))];

    private void Finish()
    {
        lock (gate)
        {
            if (finished.Task.IsCompleted) return;
            Change("ended", now.Reason);
            kept = Words();
            Array.Clear(sides); // Rings and audio: the words alone may wait for the work after the call.
            finished.SetResult();
            foreach (ChannelWriter<byte[]> watcher in watchers) watcher.TryComplete();
            watchers.Clear();
        }
    }

    private Side Open(Track track) => sides[(int)track] = new Side(this, track);

    private LiveTextState State(string state, string reason) => new()
    {
        StreamSid = stream.StreamSid,
        State = state,
        Reason = reason,
        WaitingSeconds = Math.Round(sides.Sum(s => s?.WaitingSeconds ?? 0), 1),
        SkippedSeconds = Math.Round(sides.Sum(s => s?.SkippedSeconds ?? 0), 1),
    };

    private void Tell()
    {
        string reason = sides.Select(s => s?.LastError).FirstOrDefault(e => e is not null) ?? "";
        bool behind = sides.Any(s => s?.IsBehind == true);
        lock (gate)
        {
            if (!finished.Task.IsCompleted) Change(reason.Length > 0 ? "failing" : behind ? "behind" : "ok", reason);
        }
    }

    private void Change(string state, string reason)
    {
        LiveTextState next = State(state, reason);
        if (next == now) return;
        now = next;
        Send(JsonSerializer.SerializeToUtf8Bytes(next, LiveTextJson.Default.LiveTextState));
    }

    private void Add(Side side, IReadOnlyList<TranscriptSegment> segments)
    {
        lock (gate)
        {
            if (finished.Task.IsCompleted) return; // It was given up meanwhile.
            side.Segments.AddRange(segments);
            foreach (ConversationLine line in Conversation.Merge([(stream.RecordingIds[(int)side.Which], stream.StartOffsetMs(side.Which) / 1000, side.Labelled(segments))], options.DoubtBelow))
            {
                var next = new LiveLine { Number = lines.Count + 1, StreamSid = stream.StreamSid, Line = line };
                lines.Add(next);
                Send(Json(next));
            }
        }
    }

    /// <summary>Shows what a side is saying, unless the whole has come meanwhile.</summary>
    private void Show(Side side, SpeechStretch stretch, string text, CancellationToken calledOff)
    {
        if (text.Length == 0) return;
        double offset = stream.StartOffsetMs(side.Which) / 1000;
        lock (gate)
        {
            if (finished.Task.IsCompleted || calledOff.IsCancellationRequested) return;
            side.Partial = new LivePartial
            {
                StreamSid = StreamSid,
                RecordingId = stream.RecordingIds[(int)side.Which],
                Track = side.Which.Name(),
                Speaker = stream.Speakers[(int)side.Which],
                StartSeconds = Math.Round(offset + (double)stretch.Speech[0].Start / LiveTrack.RateHz, 3),
                EndSeconds = Math.Round(offset + (double)stretch.Audio.End / LiveTrack.RateHz, 3),
                Text = text,
            };
            Send(Json(side.Partial));
        }
    }

    /// <summary>What was shown of a side has become a line, or nothing.</summary>
    private void Unshow(Side side)
    {
        lock (gate)
        {
            if (side.Partial is not { } shown) return;
            side.Partial = null;
            Send(Json(shown with { Text = "" }));
        }
    }

    private void Send(byte[] message)
    {
        foreach (ChannelWriter<byte[]> watcher in watchers) watcher.TryWrite(message);
    }

    private static byte[] Json(LivePartial partial) => JsonSerializer.SerializeToUtf8Bytes(partial, LiveTextJson.Default.LivePartial);

    private static byte[] Json(LiveLine line) => JsonSerializer.SerializeToUtf8Bytes(line, LiveTextJson.Default.LiveLine);
}
