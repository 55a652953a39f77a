using System.Runtime.InteropServices;
using Earshot.Audio.Levels;
using Earshot.Audio.Wave;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;

namespace Earshot.Server.Calls;

/// <summary>Waveform summaries of the recordings that were looked at last. One that grows is read on from where it was.</summary>
internal sealed class PeakCache(IRecordingStorage storage)
{
    /// <summary>At 256 samples a block an hour takes 3.6 MB: enough for a hundred calls of usual length.</summary>
    private const int MostRecordings = 32;

    private const int SampleRateHz = 16_000;
    private const int FineBlockSamples = 16;
    private const int FineColumnSamples = 1024;
    private const int BytesPerSample = 2;

    private readonly Lock gate = new();
    private readonly LinkedList<Summary> newestFirst = new();

    /// <summary>The columns of a stretch; null when the recording has no file.</summary>
    /// <param name="id">The recording.</param>
    /// <param name="columns">How many.</param>
    /// <param name="startSeconds">From where.</param>
    /// <param name="endSeconds">To where; null for the end.</param>
    public Peaks? Read(string id, int columns, double startSeconds, double? endSeconds)
    {
        if (!storage.Exists(FileNames.Segment(id, 1))) return null;
        Summary summary = Take(id);
        lock (summary)
        {
            summary.ReadOn(storage);
            long samples = summary.Pyramid.SampleCount;
            double duration = (double)samples / SampleRateHz;
            double end = Math.Max(endSeconds ?? duration, startSeconds + (double)columns / SampleRateHz);
            long from = (long)(startSeconds * SampleRateHz), to = Math.Max(from + 1, (long)Math.Round(end * SampleRateHz));
            bool fine = (to - from) / columns < FineColumnSamples;
            PeakColumn[] found = fine ? Fine(summary, from, to, columns) : summary.Pyramid.Query(from, to, columns);
            return new Peaks(id, SampleRateHz, duration, startSeconds, end, columns,
                [.. found.Select(c => (int)c.Min)], [.. found.Select(c => (int)c.Max)], [.. found.Select(c => (int)Math.Round(c.Rms))]);
        }
    }

    private Summary Take(string id)
    {
        lock (gate)
        {
            LinkedListNode<Summary>? node = newestFirst.First;
            while (node is not null && node.Value.Id != id) node = node.Next;
            if (node is not null) newestFirst.Remove(node);
            else node = new LinkedListNode<Summary>(new Summary(id));
            newestFirst.AddFirst(node);
            if (newestFirst.Count > MostRecordings) newestFirst.RemoveLast();
            return node.Value;
        }
    }

    /// <summary>Close up, columns are narrower than the summary's blocks: read the samples themselves.</summary>
    private PeakColumn[] Fine(Summary summary, long from, long to, int columns)
    {
        long first = from / FineBlockSamples * FineBlockSamples;
        var pyramid = new PeakPyramid(FineBlockSamples);
        summary.ReadSamples(storage, first, Math.Min(to, summary.Pyramid.SampleCount), pyramid.Add);
        return pyramid.Query(from - first, to - first, columns);
    }

    /// <summary>One recording's pyramid and how far its files were read.</summary>
    private sealed class Summary(string id)
    {
        private readonly List<(long Start, long Samples)> segments = [];

        public string Id => id;

        public PeakPyramid Pyramid { get; private set; } = new();

        /// <summary>Takes what the files have got since; begins anew when one has become shorter.</summary>
        public void ReadOn(IRecordingStorage storage)
        {
            for (int number = Math.Max(1, segments.Count); ; number++)
            {
                string name = FileNames.Segment(id, number);
                if (!storage.Exists(name)) return;
                long samples = Samples(storage, name);
                bool known = number <= segments.Count;
                long read = known ? segments[number - 1].Samples : 0;
                if (samples < read)
                {
                    Pyramid = new PeakPyramid();
                    segments.Clear();
                    number = 0;
                    continue;
                }
                if (!known) segments.Add((Pyramid.SampleCount, 0));
                long start = segments[number - 1].Start;
                segments[number - 1] = (start, samples);
                ReadFile(storage, name, read, samples, Pyramid.Add);
            }
        }

        public void ReadSamples(IRecordingStorage storage, long from, long to, SampleTaker take)
        {
            for (int i = 0; i < segments.Count; i++)
            {
                (long start, long samples) = segments[i];
                long first = Math.Max(from, start) - start, end = Math.Min(to, start + samples) - start;
                if (first < end) ReadFile(storage, FileNames.Segment(id, i + 1), first, end, take);
            }
        }

        private static long Samples(IRecordingStorage storage, string name)
        {
            using Stream file = storage.OpenRead(name);
            using var wave = new WaveReader(file);
            return wave.SamplesPerChannel ?? 0;
        }

        private static void ReadFile(IRecordingStorage storage, string name, long from, long to, SampleTaker take)
        {
            using Stream file = storage.OpenRead(name);
            file.Position = WaveHeader.Size + from * BytesPerSample;
            short[] buffer = new short[32_768];
            for (long left = to - from; left > 0;)
            {
                Span<byte> bytes = MemoryMarshal.AsBytes(buffer.AsSpan(0, (int)Math.Min(buffer.Length, left)));
                int got = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) / BytesPerSample;
                if (got == 0) return;
                take(buffer.AsSpan(0, got));
                left -= got;
            }
        }
    }

    private delegate void SampleTaker(ReadOnlySpan<short> samples);
}
