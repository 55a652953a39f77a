namespace Earshot.Audio.Levels;

/// <summary>
/// A summary of a channel from which its waveform is drawn at any zoom without reading the samples again: minimum, maximum and RMS of
/// blocks, of 4 blocks, of 16, and so on.
/// </summary>
/// <remarks>
/// <para>12 bytes a block and a third more for the upper levels: 16 bytes a block, which is 3.6 MB for an hour at 16 kHz and 256 samples a
/// block. The lists grow by doubling, so up to twice that is held, three times for the moment of growing; otherwise
/// <see cref="Add"/> allocates nothing.</para>
/// <para>Can be queried at any time, the block being filled included. Not thread-safe.</para>
/// </remarks>
public sealed class PeakPyramid
{
    private const int Factor = 4;
    private const int Levels = 12;

    private readonly PeakLevel[] _levels = new PeakLevel[Levels];
    private PeakNode _open = PeakNode.Empty;
    private int _openSamples;
    private bool _complete;

    /// <param name="blockSamples">Samples in a block of the lowest level, 16 to 65536.</param>
    /// <exception cref="ArgumentOutOfRangeException">A block size outside its range.</exception>
    public PeakPyramid(int blockSamples = 256)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blockSamples, 16);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blockSamples, 65536);
        BlockSamples = blockSamples;
        for (int i = 0; i < Levels; i++) _levels[i] = new PeakLevel();
    }

    /// <summary>Samples in a block of the lowest level.</summary>
    public int BlockSamples { get; }

    /// <summary>Samples taken.</summary>
    public long SampleCount { get; private set; }

    /// <summary>Takes samples of one channel.</summary>
    /// <param name="samples">16-bit samples, any number.</param>
    /// <exception cref="InvalidOperationException">After <see cref="Complete"/>.</exception>
    public void Add(ReadOnlySpan<short> samples)
    {
        if (_complete) throw new InvalidOperationException("The pyramid is complete and takes no more samples.");
        SampleCount += samples.Length;
        while (!samples.IsEmpty)
        {
            int count = Math.Min(samples.Length, BlockSamples - _openSamples);
            var statistics = SampleStatistics.Of(samples[..count]);
            _open.Include(new PeakNode(statistics.Min, statistics.Max, statistics.SumOfSquares));
            _openSamples += count;
            samples = samples[count..];
            if (_openSamples == BlockSamples) CloseBlock();
        }
    }

    /// <summary>Ends the channel and gives back what the lists hold in reserve. Doing it twice does no harm.</summary>
    public void Complete()
    {
        if (_complete) return;
        _complete = true;
        foreach (var level in _levels) level.Trim();
    }

    /// <summary>The columns of a drawing of a stretch of time, each of the same length.</summary>
    /// <param name="startSample">The first sample, 0 or more.</param>
    /// <param name="endSample">The sample after the last; may lie beyond what was taken.</param>
    /// <param name="columns">How many, 1 to 65536.</param>
    /// <returns>See <see cref="Query(long, long, Span{PeakColumn})"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value outside its range, or an end not after the start.</exception>
    public PeakColumn[] Query(long startSample, long endSample, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, 65536);
        var result = new PeakColumn[columns];
        Query(startSample, endSample, result);
        return result;
    }

    /// <summary>The columns of a drawing of a stretch of time, each of the same length. Allocates nothing.</summary>
    /// <param name="startSample">The first sample, 0 or more.</param>
    /// <param name="endSample">The sample after the last; may lie beyond what was taken.</param>
    /// <param name="columns">
    /// Takes the columns. Each is exact for all blocks that its stretch touches, so its extremes are never smaller than the true ones of the
    /// stretch, and equal to them where the stretch ends on blocks. A column beyond the last sample is 0, 0, 0.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A start below 0, or an end not after the start.</exception>
    public void Query(long startSample, long endSample, Span<PeakColumn> columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(startSample);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(endSample, startSample);
        Int128 length = endSample - startSample;
        for (int i = 0; i < columns.Length; i++)
        {
            long from = startSample + (long)(length * i / columns.Length);
            long to = Math.Max(startSample + (long)(length * (i + 1) / columns.Length), from + 1);
            columns[i] = from < SampleCount ? Column(from, Math.Min(to, SampleCount)) : default;
        }
    }

    private PeakColumn Column(long from, long to)
    {
        int block = (int)(from / BlockSamples);
        int end = (int)((to + BlockSamples - 1) / BlockSamples);
        int closed = _levels[0].Count;
        long samples = Math.Min((long)end * BlockSamples, SampleCount) - (long)block * BlockSamples;
        var node = PeakNode.Empty;
        if (end > closed)
        {
            node.Include(_open);
            end = closed;
        }
        while (block < end)
        {
            int level = 0, width = 1;
            while (level + 1 < Levels && block % (width * Factor) == 0 && block + width * Factor <= end)
            {
                level++;
                width *= Factor;
            }
            node.Include(_levels[level][block / width]);
            block += width;
        }
        return new PeakColumn(node.Min, node.Max, Math.Sqrt((double)node.SumOfSquares / samples));
    }

    private void CloseBlock()
    {
        var node = _open;
        _open = PeakNode.Empty;
        _openSamples = 0;
        foreach (var level in _levels)
        {
            level.Add(node);
            if (level.Count % Factor != 0) return;
            node = PeakNode.Empty;
            for (int i = level.Count - Factor; i < level.Count; i++) node.Include(level[i]);
        }
    }
}
