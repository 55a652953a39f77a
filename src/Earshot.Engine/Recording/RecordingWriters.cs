using Earshot.Engine.Storage;
using Microsoft.Extensions.Logging;

namespace Earshot.Engine.Recording;

/// <summary>The few threads that write all streams to disk by the clock, and one that brings journals to the medium. They sleep while no call runs. Another looks whether a write hangs: that is trouble like a write that fails.</summary>
internal sealed partial class RecordingWriters : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan RetryAfterTrouble = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan GiveUpAtEnd = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FreeSpaceCheck = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HangCheck = TimeSpan.FromMilliseconds(250);

    /// <summary>How long each thread is waited for at the end; one that hangs in a write is left behind, and goes with the process.</summary>
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(2);

    private readonly IRecordingStorage storage;
    private readonly RecordingOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<RecordingWriters> log;
    private readonly Shard[] shards;
    private readonly Thread syncThread;
    private readonly Thread watchThread;
    private readonly ManualResetEventSlim stopping = new();
    private long freeSpaceChecked;
    private volatile string? refusal;
    private int nextShard;

    public RecordingWriters(IRecordingStorage storage, RecordingOptions options, TimeProvider time, ILogger<RecordingWriters> log)
    {
        (this.storage, this.options, this.time, this.log) = (storage, options, time, log);
        shards = [.. Enumerable.Range(0, Math.Max(1, options.WriterThreads)).Select(i => new Shard(this, i))];
        syncThread = new Thread(SyncLoop) { Name = "earshot-sync", IsBackground = true };
        syncThread.Start();
        watchThread = new Thread(WatchLoop) { Name = "earshot-disk-watch", IsBackground = true };
        watchThread.Start();
    }

    /// <summary>Why nothing is written at the moment, or null.</summary>
    public string? Refusal => HangNow() ?? refusal;

    /// <summary>True while a write does not come back: whoever asks the disk for something may wait as long.</summary>
    public bool IsHanging => HangNow() is not null;

    /// <summary>Streams whose disk does not take what it is given.</summary>
    public int StreamsInTrouble => shards.Sum(s => s.Streams.Count(r => r.InTrouble));

    /// <summary>From now on the stream is written until it has ended.</summary>
    public void Add(StreamRecorder recorder)
    {
        recorder.LastSyncTicks = time.GetTimestamp();
        recorder.LastWriteTicks = recorder.LastSyncTicks - (long)(options.FlushInterval.TotalSeconds * time.TimestampFrequency); // Due at once: the journal opens with the call.
        shards[(uint)Interlocked.Increment(ref nextShard) % shards.Length].Add(recorder);
    }

    public void Dispose()
    {
        stopping.Set();
        foreach (Shard shard in shards) shard.Stop();
        bool all = true;
        foreach (Shard shard in shards) all &= shard.TryJoin(LastWait);
        all &= syncThread.Join(LastWait);
        all &= watchThread.Join(LastWait);
        if (!all)
        {
            Log.LeftBehind(log, storage.Location);
            return; // What a thread still holds is not disposed of under it.
        }
        foreach (Shard shard in shards) shard.Dispose();
        stopping.Dispose();
    }

    private void CheckFreeSpace(long now)
    {
        long last = Interlocked.Read(ref freeSpaceChecked);
        if (last != 0 && time.GetElapsedTime(last, now) < FreeSpaceCheck) return;
        if (Interlocked.CompareExchange(ref freeSpaceChecked, now, last) != last) return;
        refusal = RefusalNow();
    }

    private string? RefusalNow()
    {
        try
        {
            long free = storage.FreeBytes;
            return free >= options.MinimumFreeBytes ? null
                : $"only {free >> 20} MiB left for '{storage.Location}', less than Recording:MinimumFreeBytes ({options.MinimumFreeBytes >> 20} MiB): free some space or run 'earshot prune'";
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            return null; // The write itself will say what is wrong.
        }
    }

    /// <summary>One stream's turn; true when the stream is finished.</summary>
    private bool Visit(StreamRecorder recorder, long now)
    {
        bool ending = recorder.IsEnding;
        if (ending && recorder.EndingSinceTicks == 0) recorder.EndingSinceTicks = now;
        TimeSpan wait = recorder.InTrouble ? RetryAfterTrouble : ending ? TimeSpan.Zero : options.FlushInterval - Tick / 2;
        if (time.GetElapsedTime(recorder.LastWriteTicks, now) < wait) return false;
        recorder.LastWriteTicks = now;
        bool written = recorder.WriteOut(refusal);
        if (!ending || (!written && time.GetElapsedTime(recorder.EndingSinceTicks, now) < GiveUpAtEnd)) return false;
        recorder.Finish();
        return true;
    }

    private string? HangNow()
    {
        long now = time.GetTimestamp();
        return Array.Exists(shards, s => s.IsHanging(now)) ? HangReason : null;
    }

    private string HangReason => $"'{storage.Location}': a write has not come back for {HangLimit.TotalSeconds:0} s: the disk, or the way to it, hangs";

    /// <summary>A thread that hangs in one stream's write keeps all its streams waiting. Each says for itself, with the next write that comes back, that it goes on.</summary>
    private void WatchLoop()
    {
        while (!stopping.Wait(HangCheck))
        {
            long now = time.GetTimestamp();
            foreach (Shard shard in shards)
            {
                if (!shard.IsHanging(now)) continue;
                foreach (StreamRecorder recorder in shard.Streams) recorder.NoteHang(HangReason);
            }
        }
    }

    private void SyncLoop()
    {
        while (!stopping.Wait(TimeSpan.FromMilliseconds(100)))
        {
            long now = time.GetTimestamp();
            foreach (Shard shard in shards)
                foreach (StreamRecorder recorder in shard.Streams)
                {
                    if (time.GetElapsedTime(recorder.LastSyncTicks, now) < options.FsyncInterval) continue;
                    recorder.LastSyncTicks = now;
                    recorder.SyncJournal();
                }
        }
    }

    private sealed class Shard : IDisposable
    {
        private readonly RecordingWriters owner;
        private readonly Thread thread;
        private readonly AutoResetEvent work = new(false);
        private readonly Lock gate = new();
        private volatile StreamRecorder[] streams = [];
        private volatile bool stopped;
        private long busySince;

        public Shard(RecordingWriters owner, int index)
        {
            this.owner = owner;
            thread = new Thread(Run) { Name = $"earshot-writer-{index}", IsBackground = true };
            thread.Start();
        }

        public StreamRecorder[] Streams => streams;

        public void Add(StreamRecorder recorder)
        {
            lock (gate) streams = [.. streams, recorder];
            work.Set();
        }

        /// <summary>True while the thread has been with one piece of work, which is the disk's, for too long.</summary>
        public bool IsHanging(long now) => Volatile.Read(ref busySince) is not 0 and var since && owner.time.GetElapsedTime(since, now) > HangLimit;

        public void Stop()
        {
            stopped = true;
            work.Set();
        }

        public bool TryJoin(TimeSpan limit) => thread.Join(limit);

        public void Dispose() => work.Dispose();

        private void Run()
        {
            while (!stopped)
            {
                if (streams.Length == 0) work.WaitOne();
                else work.WaitOne(Tick);
                long now = owner.time.GetTimestamp();
                if (streams.Length == 0) continue;
                Volatile.Write(ref busySince, now);
                owner.CheckFreeSpace(now);
                foreach (StreamRecorder recorder in streams)
                {
                    Volatile.Write(ref busySince, owner.time.GetTimestamp());
                    VisitSafely(recorder, now);
                }
                Volatile.Write(ref busySince, 0);
            }
        }

        private void VisitSafely(StreamRecorder recorder, long now)
        {
            bool done;
            try
            {
                done = owner.Visit(recorder, now);
            }
            catch (Exception e)
            {
                Log.WriterFailed(owner.log, e);
                try { recorder.GiveUp(e); }
                catch (Exception again) { Log.WriterFailed(owner.log, again); }
                done = true;
            }
            if (done) Remove(recorder);
        }

        private void Remove(StreamRecorder recorder)
        {
            lock (gate) streams = [.. streams.Where(s => s != recorder)];
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 2902, Level = LogLevel.Error, Message = "A write to {Location} does not come back; it is left behind")]
        public static partial void LeftBehind(ILogger logger, string location);

        [LoggerMessage(EventId = 2901, Level = LogLevel.Error, Message = "A stream's files had to be given up; the call goes on")]
        public static partial void WriterFailed(ILogger logger, Exception error);
    }
}
