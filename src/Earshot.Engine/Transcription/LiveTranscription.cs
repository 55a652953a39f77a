using System.Collections.Concurrent;
using Earshot.Audio.Detection;
using Earshot.Engine.Calls;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Earshot.Engine.Transcription;

/// <summary>Live transcription of all running streams: a look each tenth of a second takes what the reading thread has put down, finds speech, and gives each piece to the engine. Off until <c>Live:Enabled</c>.</summary>
internal sealed partial class LiveTranscription(TranscriptionOptions options, Transcribers engines, ISpeechDetector detector, TimeProvider time, ILogger<LiveTranscription> log) : BackgroundService, IStreamHearing
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>How long an ended stream's last pieces may take; the transcript after the call does not wait longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>How long words wait for the work after the call, and of how many streams: with <c>Jobs:Enabled</c> off nobody takes them.</summary>
    public static readonly TimeSpan Keeping = TimeSpan.FromMinutes(30);

    public const int MostKept = 500;

    private readonly ConcurrentDictionary<LiveStream, byte> running = new();
    private readonly ConcurrentDictionary<LiveStream, long?> kept = new(); // With the time at which it finished.

    private readonly List<ISpeechListener> listeners = []; // Of one look.
    private readonly ISpeechDetector ears = options.Live.VoiceActivity == EnergySpeech.DetectorName ? new EnergySpeech() : detector;

    public bool IsOn => options.IsOn && options.Live.Enabled;

    public IStreamListener? OnStarted(HeardStream stream)
    {
        if (!IsOn) return null;
        try
        {
            var live = new LiveStream(OnCallsClock(stream), options, engines.Chosen!, ears);
            running[live] = 0;
            kept[live] = null;
            return live;
        }
        catch (TranscriptionException e)
        {
            Log.NotHeard(log, stream.CallSid, e.Message);
            return null;
        }
    }

    /// <summary>A later stream of a call has a clock of its own: by its start it is put on that of the first, as the timeline does after the call to the sample.</summary>
    private HeardStream OnCallsClock(HeardStream stream)
    {
        DateTimeOffset first = kept.Keys.Where(s => s.CallSid == stream.CallSid).Select(s => s.StartedAt).Append(stream.StartedAt).Min();
        double laterMs = (stream.StartedAt - first).TotalMilliseconds;
        return laterMs > 0 ? stream with { StartOffsetMs = track => laterMs + stream.StartOffsetMs(track) } : stream;
    }

    /// <summary>The running streams of a call.</summary>
    public IReadOnlyList<LiveStream> OfCall(string callSid) => [.. running.Keys.Where(s => s.CallSid == callSid)];

    /// <summary>A running stream; null where it is not heard.</summary>
    public LiveStream? Find(string streamSid) => running.Keys.FirstOrDefault(s => s.StreamSid == streamSid);

    /// <summary>Streams whose words wait for the work after the call, with those that run.</summary>
    public int KeptCount => kept.Count;

    /// <summary>What was heard of a call's ended streams, by recording. A stream is forgotten here when the one after it is asked for: one whose words could not be stored is there again the next time.</summary>
    public async Task<IEnumerable<(string RecordingId, Transcript Transcript)>> TakeAsync(string callSid, CancellationToken cancellation)
    {
        LiveStream[] streams = [.. kept.Keys.Where(s => s.CallSid == callSid && s.HasEnded)];
        foreach (LiveStream stream in streams)
        {
            await Task.WhenAny(stream.Finished, Task.Delay(Patience, time, cancellation));
            cancellation.ThrowIfCancellationRequested();
            if (!stream.Finished.IsCompleted) stream.GiveUp();
        }
        return HandOver(streams);
    }

    private IEnumerable<(string RecordingId, Transcript Transcript)> HandOver(LiveStream[] streams)
    {
        foreach (LiveStream stream in streams)
        {
            foreach ((string RecordingId, Transcript Transcript) words in stream.Transcripts()) yield return words;
            kept.TryRemove(stream, out _);
        }
    }

    /// <summary>Forgets a deleted call.</summary>
    public void Forget(string callSid)
    {
        foreach (LiveStream stream in kept.Keys)
        {
            if (stream.CallSid == callSid) kept.TryRemove(stream, out _);
        }
    }

    private void ForgetOld()
    {
        long now = time.GetTimestamp();
        foreach ((LiveStream stream, long? finished) in kept)
        {
            if (finished is { } at && time.GetElapsedTime(at, now) > Keeping) kept.TryRemove(stream, out _);
        }
        if (kept.Count <= MostKept + running.Count) return;
        foreach ((LiveStream stream, _) in kept.Where(k => k.Value is not null).OrderBy(k => k.Value).Take(kept.Count - running.Count - MostKept).ToArray()) kept.TryRemove(stream, out _);
    }

    /// <summary>One look at all streams.</summary>
    public void Look()
    {
        listeners.Clear();
        foreach (LiveStream stream in running.Keys) Try(stream, s => s.Take(listeners));
        try
        {
            ears.Settle(listeners);
        }
        catch (Exception e)
        {
            Log.NotHeardTogether(log, e, listeners.Count); // Each is heard by itself, and fails by itself.
        }
        foreach (LiveStream stream in running.Keys)
        {
            Try(stream, s => s.Look());
            if (!stream.Finished.IsCompleted) continue;
            running.TryRemove(stream, out _);
            kept.TryUpdate(stream, time.GetTimestamp(), null);
        }
        ForgetOld();
    }

    private void Try(LiveStream stream, Action<LiveStream> act)
    {
        try
        {
            act(stream);
        }
        catch (Exception e)
        {
            Log.LookFailed(log, e, stream.CallSid);
            stream.GiveUp();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!IsOn) return;
        await Task.Yield();
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) Look();
        }
        catch (OperationCanceledException)
        {
            foreach (LiveStream stream in running.Keys) stream.GiveUp();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 5501, Level = LogLevel.Error, Message = "The live transcription of call {CallSid} failed and is given up; the recording goes on")]
        public static partial void LookFailed(ILogger logger, Exception error, string callSid);

        [LoggerMessage(EventId = 5503, Level = LogLevel.Error, Message = "The speech of {Channels} running channels could not be found together")]
        public static partial void NotHeardTogether(ILogger logger, Exception error, int channels);

        [LoggerMessage(EventId = 5502, Level = LogLevel.Warning, Message = "Call {CallSid} is not transcribed live: {Reason}")]
        public static partial void NotHeard(ILogger logger, string callSid, string reason);
    }
}
