using System.Numerics;
using System.Runtime.InteropServices;
using Earshot.Audio.Wave;
using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Timeline;

/// <summary>Finds by how much two recordings of the same audio are apart: the loudest second of the one is looked for in the other.</summary>
internal static class CommonTrack
{
    private const double SamplesPerMs = 16;
    private const int WindowSamples = 16_000;

    /// <summary>How far the arrival may be wrong.</summary>
    private const int SearchMs = 600;

    /// <summary>The look comes first at a quarter of the rate.</summary>
    private const int Coarse = 4;

    /// <summary>Two copies of one track agree nearly wholly; speech of two people does not.</summary>
    private const double LeastCorrelation = 0.8;

    private const double LeastRms = 50;

    /// <summary>The shift of <paramref name="there"/>'s stream, refined; null when the two do not overlap, are silent or are not the same.</summary>
    /// <param name="storage">Where the files are.</param>
    /// <param name="here">A recording of the first stream.</param>
    /// <param name="there">The same track in the other stream.</param>
    /// <param name="shiftMs">The shift by arrival.</param>
    public static double? Refine(IRecordingStorage storage, RecordingRow here, RecordingRow there, double shiftMs)
    {
        double fromMs = Math.Max(here.StartOffsetMs, there.StartOffsetMs + shiftMs) + SearchMs;
        double toMs = Math.Min(here.StartOffsetMs + here.DurationSeconds * 1000, there.StartOffsetMs + shiftMs + there.DurationSeconds * 1000) - SearchMs;
        toMs = Math.Min(toMs, fromMs + 120_000);
        if (toMs - fromMs < WindowSamples / SamplesPerMs) return null;
        short[] overlap = Read(storage, there.Id, fromMs - shiftMs - there.StartOffsetMs, toMs - fromMs);
        if (Loudest(overlap) is not { } at) return null;
        ReadOnlySpan<short> window = overlap.AsSpan(at, WindowSamples);
        double placeMs = fromMs + at / SamplesPerMs;
        short[] field = Read(storage, here.Id, placeMs - SearchMs - here.StartOffsetMs, WindowSamples / SamplesPerMs + 2 * SearchMs);
        if (field.Length < WindowSamples) return null;
        (int coarse, _) = Best(Thin(window), Thin(field), 0, int.MaxValue);
        (int lag, double correlation) = Best(Floats(window), Floats(field), (coarse - 2) * Coarse, (coarse + 2) * Coarse);
        return correlation < LeastCorrelation ? null : shiftMs + (lag / SamplesPerMs) - SearchMs;
    }

    private static short[] Read(IRecordingStorage storage, string id, double fromMs, double lengthMs)
    {
        using Stream file = storage.OpenRead(FileNames.Segment(id, 1));
        long first = Math.Max(0, (long)Math.Round(fromMs * SamplesPerMs));
        long count = Math.Min((long)Math.Round(lengthMs * SamplesPerMs), (file.Length - WaveHeader.Size) / 2 - first);
        if (count <= 0) return [];
        short[] samples = new short[count];
        file.Position = WaveHeader.Size + first * 2;
        file.ReadAtLeast(MemoryMarshal.AsBytes(samples.AsSpan()), samples.Length * 2, throwOnEndOfStream: false);
        return samples;
    }

    private static int? Loudest(short[] samples)
    {
        double best = LeastRms * LeastRms * WindowSamples;
        int? at = null;
        for (int i = 0; i + WindowSamples <= samples.Length; i += WindowSamples / 4)
        {
            double energy = 0;
            foreach (short s in samples.AsSpan(i, WindowSamples)) energy += (double)s * s;
            if (energy > best) (best, at) = (energy, i);
        }
        return at;
    }

    private static float[] Floats(ReadOnlySpan<short> samples)
    {
        float[] floats = new float[samples.Length];
        for (int i = 0; i < floats.Length; i++) floats[i] = samples[i];
        return floats;
    }

    private static float[] Thin(ReadOnlySpan<short> samples)
    {
        float[] thin = new float[samples.Length / Coarse];
        for (int i = 0; i < thin.Length; i++)
            for (int k = 0; k < Coarse; k++) thin[i] += samples[(i * Coarse) + k];
        return thin;
    }

    private static (int Lag, double Correlation) Best(float[] window, float[] field, int from, int to)
    {
        double own = Dot(window, window);
        (int Lag, double Correlation) best = (0, -1);
        for (int lag = Math.Max(0, from); lag <= Math.Min(to, field.Length - window.Length); lag++)
        {
            ReadOnlySpan<float> part = field.AsSpan(lag, window.Length);
            double correlation = Dot(window, part) / Math.Sqrt(own * Dot(part, part) + 1);
            if (correlation > best.Correlation) best = (lag, correlation);
        }
        return best;
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Vector<float> sum = Vector<float>.Zero;
        int i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count) sum += new Vector<float>(a[i..]) * new Vector<float>(b[i..]);
        double total = Vector.Sum(sum);
        for (; i < a.Length; i++) total += a[i] * b[i];
        return total;
    }
}
