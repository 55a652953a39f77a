namespace Earshot.Engine.Transcription;

/// <summary>What became of a word.</summary>
internal static class AlignmentKinds
{
    public const string Correct = "=";
    public const string Substituted = "S";
    public const string Deleted = "D";
    public const string Inserted = "I";
}

/// <summary>One step of an alignment.</summary>
/// <param name="Kind">One of <see cref="AlignmentKinds"/>.</param>
/// <param name="Reference">The true word; null where one was inserted.</param>
/// <param name="Heard">The word of the transcript; null where one was deleted.</param>
internal sealed record AlignedWord(string Kind, string? Reference, string? Heard);

/// <summary>Aligns a transcript with the truth as NIST's sclite does: a substitution costs 4, a deletion and an insertion 3 each; where ways cost the same it takes the substitution, then the insertion.</summary>
internal static class WordAlignment
{
    /// <summary>The most cells of the table: two texts of twenty thousand words each.</summary>
    public const long MostCells = 400_000_000;

    private const int SubstitutionCost = 4;
    private const int GapCost = 3;
    private const byte Diagonal = 0;
    private const byte Deletion = 1;
    private const byte Insertion = 2;

    public static bool Fits(int reference, int heard, long mostCells = MostCells) => (reference + 1L) * (heard + 1L) <= mostCells;

    /// <exception cref="ArgumentException">The texts are too long.</exception>
    public static IReadOnlyList<AlignedWord> Align(IReadOnlyList<string> reference, IReadOnlyList<string> heard)
    {
        if (!Fits(reference.Count, heard.Count)) throw new ArgumentException($"texts of {reference.Count} and {heard.Count} words are too long to be aligned; cut them into parts");
        byte[] ways = Ways(reference, heard);
        var steps = new List<AlignedWord>(Math.Max(reference.Count, heard.Count));
        long width = heard.Count + 1L;
        for (int r = reference.Count, h = heard.Count; r > 0 || h > 0;)
        {
            long cell = r * width + h;
            switch ((byte)(ways[cell >> 2] >> (int)(2 * (cell & 3)) & 3))
            {
                case Deletion:
                    steps.Add(new AlignedWord(AlignmentKinds.Deleted, reference[--r], null));
                    break;
                case Insertion:
                    steps.Add(new AlignedWord(AlignmentKinds.Inserted, null, heard[--h]));
                    break;
                default:
                    bool same = reference[--r] == heard[--h];
                    steps.Add(new AlignedWord(same ? AlignmentKinds.Correct : AlignmentKinds.Substituted, reference[r], heard[h]));
                    break;
            }
        }
        steps.Reverse();
        return steps;
    }

    /// <summary>The way into each cell of the table, two bits each.</summary>
    private static byte[] Ways(IReadOnlyList<string> reference, IReadOnlyList<string> heard)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        int[] truth = [.. reference.Select(Number)], text = [.. heard.Select(Number)];
        long width = heard.Count + 1L;
        var ways = new byte[((reference.Count + 1L) * width >> 2) + 1];
        var costs = new int[heard.Count + 1];
        for (int h = 1; h <= heard.Count; h++)
        {
            costs[h] = GapCost * h;
            Set(h, Insertion);
        }
        for (int r = 1; r <= reference.Count; r++)
        {
            int diagonal = costs[0];
            costs[0] = GapCost * r;
            Set(r * width, Deletion);
            for (int h = 1; h <= heard.Count; h++)
            {
                int substitution = diagonal + (truth[r - 1] == text[h - 1] ? 0 : SubstitutionCost), deletion = costs[h] + GapCost, insertion = costs[h - 1] + GapCost;
                diagonal = costs[h];
                byte way = substitution <= deletion && substitution <= insertion ? Diagonal : deletion < insertion ? Deletion : Insertion;
                costs[h] = way == Diagonal ? substitution : way == Deletion ? deletion : insertion;
                Set(r * width + h, way);
            }
        }
        return ways;

        int Number(string word)
        {
            if (!numbers.TryGetValue(word, out int number)) numbers[word] = number = numbers.Count;
            return number;
        }

        void Set(long cell, byte way) => ways[cell >> 2] |= (byte)(way << (int)(2 * (cell & 3)));
    }
}
