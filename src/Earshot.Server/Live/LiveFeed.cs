using System.Threading.Channels;
using Earshot.Audio.Levels;
using Earshot.Engine.Agents;
using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;
using Earshot.Engine.Transcription;
using Microsoft.Extensions.Logging;

namespace Earshot.Server.Live;

/// <summary>Tells all who watch, ten times a second, how the running calls stand. Made once for all of them, and only while somebody watches: the recorder pays nothing for it.</summary>
internal sealed partial class LiveFeed(LiveStreams live, AgentDesk desk, LiveTranscription words, TimeProvider time, ILogger<LiveFeed> log)
{
    private const double SilenceDbfs = -50;
    private const int NewestLines = 3;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly List<Channel<LiveLook>> watchers = [];
    private Task running = Task.CompletedTask;

    /// <summary>Watches from now on; <see cref="Stop"/> ends it. One who does not keep up misses events, never delays others.</summary>
    public ChannelReader<LiveLook> Watch()
    {
        var channel = Channel.CreateBounded<LiveLook>(new BoundedChannelOptions(2) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (gate)
        {
            watchers.Add(channel);
            if (running.IsCompleted) running = Run();
        }
        return channel.Reader;
    }

    public void Stop(ChannelReader<LiveLook> reader)
    {
        lock (gate) watchers.RemoveAll(w => w.Reader == reader);
    }

    private async Task Run()
    {
        var meters = new Dictionary<(StreamSession, Track), TrackWatch>();
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            LiveLook? look = TryLook(meters);
            lock (gate)
            {
                if (look is not null)
                    foreach (Channel<LiveLook> watcher in watchers) watcher.Writer.TryWrite(look);
                if (watchers.Count > 0) continue;
                running = Task.CompletedTask;
                return;
            }
        }
        while (await timer.WaitForNextTickAsync());
    }

    /// <summary>Null when a call changed under the look; the next one is a tenth of a second away.</summary>
    private LiveLook? TryLook(Dictionary<(StreamSession, Track), TrackWatch> meters)
    {
        try
        {
            return new LiveLook(Snapshot(meters));
        }
        catch (Exception e)
        {
            Log.LookFailed(log, e);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 6501, Level = LogLevel.Error, Message = "A look at the running calls failed")]
        public static partial void LookFailed(ILogger logger, Exception error);
    }

    private LiveSnapshot Snapshot(Dictionary<(StreamSession, Track), TrackWatch> meters)
    {
        DateTimeOffset now = time.GetUtcNow();
        StreamSession[] sessions = [.. live.All.Where(s => s.Names is not null).OrderBy(s => s.StartedAt)];
        foreach ((StreamSession Session, Track) gone in meters.Keys.Where(k => !sessions.Contains(k.Item1)).ToArray()) meters.Remove(gone);
        return new LiveSnapshot(now, [.. sessions.Select(s => Call(s, now, meters))]);
    }

    private LiveCall Call(StreamSession session, DateTimeOffset now, Dictionary<(StreamSession, Track), TrackWatch> meters)
    {
        StreamFacts facts = session.Facts!;
        AgentSeat? seat = desk.Find(session);
        var tracks = new List<LiveTrack>();
        for (var track = Track.Inbound; track <= Track.Outbound; track++)
        {
            if (session.Decoder[track] is not { } decoded) continue;
            if (!meters.TryGetValue((session, track), out TrackWatch? watch)) meters[(session, track)] = watch = new TrackWatch(now);
            double? level;
            using (session.EnterReading()) level = watch.Read(session.LevelOf(track)!, now, SilenceDbfs);
            tracks.Add(new LiveTrack(track.Name(), session.SpeakerOf(track), level, Math.Round((now - watch.LastHeard).TotalSeconds, 1), decoded.Figures.LostMs, decoded.Figures.Stalls));
        }
        return new LiveCall
        {
            CallSid = facts.CallSid.Value,
            StreamSid = facts.StreamSid.Value,
            From = session.Ticket?.From ?? facts.Parameters.GetValueOrDefault("from", ""),
            To = session.Ticket?.To ?? facts.Parameters.GetValueOrDefault("to", ""),
            StartedAt = session.StartedAt,
            Seconds = Math.Round((now - session.StartedAt).TotalSeconds, 1),
            Stage = session.Stages.Snapshot().Select(s => (int)s.Stage).DefaultIfEmpty().Max(),
            TwoWay = session.IsTwoWay && !session.IsTapped,
            Recording = session.Policy.Code,
            Trouble = session.RecordingTrouble,
            Agent = seat?.AgentName,
            Listeners = seat?.ListenerNames.Count ?? 0,
            Tracks = tracks,
            Text = words.Find(facts.StreamSid.Value) is { } heard ? new LiveText(heard.Standing, heard.Newest(NewestLines), heard.Partials) : null,
        };
    }

    /// <summary>A track between two looks.</summary>
    private sealed class TrackWatch(DateTimeOffset now)
    {
        private long count;
        private UInt128 sum;
        private double? last;
        private DateTimeOffset lastNews = now;

        /// <summary>When it was last above the threshold; when watching began, if it never was.</summary>
        public DateTimeOffset LastHeard { get; private set; } = now;

        public double? Read(LevelMeter level, DateTimeOffset now, double thresholdDbfs)
        {
            long samples = level.SampleCount - count;
            if (samples > 0)
            {
                double dbfs = Decibels.FromLinear(Math.Sqrt((double)(level.SumOfSquares - sum) / samples));
                last = double.IsFinite(dbfs) ? Math.Round(dbfs, 1) : null;
                (count, sum, lastNews) = (level.SampleCount, level.SumOfSquares, now);
            }
            else if (now - lastNews > TimeSpan.FromMilliseconds(300)) // Sockets are read each 80 ms; what is longer away is not there.
            {
                last = null;
            }
            if (last > thresholdDbfs) LastHeard = now;
            return last;
        }
    }
}
