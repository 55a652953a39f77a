using System.Runtime.InteropServices;

namespace Earshot.Audio.Detection;

/// <summary>Places in a recording: all are counted, the first ones kept, so that a broken file of any length takes bounded memory.</summary>
public sealed class PlaceList
{
    private readonly List<SampleRange> _places = [];

    /// <summary>How many places are kept.</summary>
    public const int Kept = 10_000;

    /// <summary>How many there were.</summary>
    public long Count { get; private set; }

    /// <summary>Samples in all of them.</summary>
    public long Samples { get; private set; }

    /// <summary>The first ones, in order.</summary>
    public ReadOnlySpan<SampleRange> Places => CollectionsMarshal.AsSpan(_places);

    /// <summary>Adds one behind the others.</summary>
    /// <param name="place">The stretch.</param>
    public void Add(SampleRange place)
    {
        Count++;
        Samples += place.Length;
        if (_places.Count < Kept) _places.Add(place);
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _places.Clear();
        (Count, Samples) = (0, 0);
    }
}
