using System.Runtime.InteropServices;
using Earshot.Audio.Wave;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Recording;

/// <summary>Finds holes inside a recording's files, where the disk did not take what came, and fills them with what was decoded again from the journal. Samples that are there stay as they are.</summary>
/// <remarks>
/// A hole reads as zeros, and so does silence that was sent; the two are told apart by what was decoded. It must be in step with the files: the last block that
/// had samples in them was the same, sample for sample. A hole that began in step is filled to its end. Behind a gap in the journal it must come into step anew.
/// </remarks>
internal sealed class WaveHoles(IRecordingStorage storage, IReadOnlyList<SegmentManifest> segments) : IDisposable
{
    private const int BytesPerSample = 2;

    /// <summary>Fewer samples than this may be the same by chance.</summary>
    private const int EnoughToTell = 16;

    private short[] there = new short[2048];
    private IStoredFile? file;
    private int segment;
    private bool inStep = true;
    private bool inHole;

    /// <summary>Samples that were put into holes.</summary>
    public long Filled { get; private set; }

    /// <summary>Samples of which neither the files nor the journal has anything.</summary>
    public long Missing { get; private set; }

    /// <summary>The journal lacks something: what is decoded behind it may lie otherwise than in the files.</summary>
    public void LoseStep() => inStep = false;

    /// <summary>Compares decoded samples with those of the files at the same place. They come in order, and lie within the files.</summary>
    /// <param name="startSample">Their place.</param>
    /// <param name="decoded">The samples.</param>
    /// <param name="unknown">So many of them, from the first, stand for what the journal lacks.</param>
    public void Compare(long startSample, ReadOnlySpan<short> decoded, int unknown)
    {
        while (!decoded.IsEmpty)
        {
            while (startSample >= segments[segment].StartSample + segments[segment].Samples) segment++;
            SegmentManifest current = segments[segment];
            ReadOnlySpan<short> part = decoded[..(int)Math.Min(decoded.Length, current.StartSample + current.Samples - startSample)];
            CompareWithin(current, startSample - current.StartSample, part);
            if (unknown > 0) Missing += there.AsSpan(0, Math.Min(unknown, part.Length)).Count((short)0);
            unknown -= part.Length;
            startSample += part.Length;
            decoded = decoded[part.Length..];
        }
    }

    public void Dispose()
    {
        file?.Dispose();
        file = null;
    }

    private void CompareWithin(SegmentManifest current, long offset, ReadOnlySpan<short> decoded)
    {
        if (file?.Name != current.File)
        {
            Dispose();
            file = storage.Open(current.File);
        }
        if (there.Length < decoded.Length) there = new short[decoded.Length];
        Span<short> now = there.AsSpan(0, decoded.Length);
        long position = WaveHeader.Size + (offset * BytesPerSample);
        now.Clear();
        file.Read(MemoryMarshal.AsBytes(now), position);
        if (now.SequenceEqual(decoded))
        {
            if (now.Length - now.Count((short)0) >= EnoughToTell) inStep = true;
            inHole &= now[^1] == 0;
            return;
        }
        int present = now.Length - now.Count((short)0), lacking = 0;
        for (int i = 0; i < now.Length; i++)
        {
            if (now[i] == decoded[i]) continue;
            if (now[i] == 0)
            {
                lacking++;
                continue;
            }
            inStep = inHole = false;
            return;
        }
        if (present >= EnoughToTell) inStep = true;
        if (!inStep && !inHole) return;
        inHole = now[^1] == 0;
        file.Write(MemoryMarshal.AsBytes(decoded), position);
        Filled += present == 0 ? decoded.Length : lacking;
    }
}
