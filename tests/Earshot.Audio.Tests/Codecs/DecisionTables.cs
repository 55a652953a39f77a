namespace Earshot.Audio.Tests.Codecs;

/// <summary>
/// The decision values of ITU-T G.711 as its tables list them (16-bit scale), and the code that they give: an encoder that shares nothing with
/// the one under test.
/// </summary>
internal static class DecisionTables
{
    /// <summary>Table 2: 0, 1, 3 … 31 by 2, then 16 steps each of 4, 8 … 256, to 8159; times 4.</summary>
    public static readonly int[] MuLaw = Make(4, first: 1, [(15, 2), (16, 4), (16, 8), (16, 16), (16, 32), (16, 64), (16, 128), (16, 256)]);

    /// <summary>Table 1: 32 steps of 2, then 16 steps each of 4, 8 … 128, to 4096; times 8.</summary>
    public static readonly int[] ALaw = Make(8, first: 2, [(31, 2), (16, 4), (16, 8), (16, 16), (16, 32), (16, 64), (16, 128)]);

    /// <summary>The step, 0 to 127, of a magnitude: how many decision values it has reached.</summary>
    public static int Step(int[] decisions, int magnitude) => Math.Min(decisions.Count(value => value <= magnitude), 127);

    private static int[] Make(int scale, int first, (int Count, int Step)[] segments)
    {
        var values = new List<int> { first };
        foreach (var (count, step) in segments)
            for (int i = 0; i < count; i++) values.Add(values[^1] + step);
        return values.ConvertAll(value => value * scale).ToArray();
    }
}
