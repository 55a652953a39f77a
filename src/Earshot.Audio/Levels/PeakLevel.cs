namespace Earshot.Audio.Levels;

/// <summary>One level of a <see cref="PeakPyramid"/>: a list that grows by doubling.</summary>
internal sealed class PeakLevel
{
    private PeakNode[] _nodes = [];

    public int Count { get; private set; }

    public ref readonly PeakNode this[int index] => ref _nodes.AsSpan(0, Count)[index];

    public void Add(in PeakNode node)
    {
        if (Count == _nodes.Length) Array.Resize(ref _nodes, Math.Max(16, 2 * Count));
        _nodes[Count++] = node;
    }

    public void Trim() => Array.Resize(ref _nodes, Count);
}
