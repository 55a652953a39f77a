namespace Earshot.Audio.Codecs;

/// <summary>What the two laws of G.711 share: decoding by table and the check of room.</summary>
internal static class G711
{
    public static void Decode(short[] table, ReadOnlySpan<byte> codes, Span<short> samples)
    {
        CheckRoom(codes.Length, samples.Length, nameof(samples));
        if (table.Length != 256) return; // Lets the compiler drop the bounds check in the loop.
        for (int i = 0; i < codes.Length; i++) samples[i] = table[codes[i]];
    }

    public static void CheckRoom(int needed, int given, string parameter)
    {
        if (given < needed) throw new ArgumentException($"The destination holds {given} samples, {needed} are needed.", parameter);
    }
}
