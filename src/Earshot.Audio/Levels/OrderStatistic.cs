namespace Earshot.Audio.Levels;

/// <summary>The value that would stand at a place if all were sorted, without sorting them. C. A. R. Hoare, "Algorithm 65: find", 1961.</summary>
public static class OrderStatistic
{
    /// <summary>Finds the value of that rank; the values change places.</summary>
    /// <param name="values">One or more, none NaN.</param>
    /// <param name="rank">0 for the least.</param>
    public static float Select(Span<float> values, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, values.Length);
        int left = 0, right = values.Length - 1;
        while (left < right)
        {
            float a = values[left], b = values[(left + right) / 2], c = values[right];
            float pivot = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
            int i = left, j = right;
            while (i <= j)
            {
                while (values[i] < pivot) i++;
                while (values[j] > pivot) j--;
                if (i > j) break;
                (values[i], values[j]) = (values[j], values[i]);
                i++;
                j--;
            }
            if (rank <= j) right = j;
            else if (rank >= i) left = i;
            else break;
        }
        return values[rank];
    }
}
