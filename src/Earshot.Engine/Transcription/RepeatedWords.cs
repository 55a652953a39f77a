namespace Earshot.Engine.Transcription;

/// <summary>Finds words and phrases that come again and again, as engines write when they lose the thread.</summary>
internal static class RepeatedWords
{
    private const int LongestPhrase = 6;

    /// <summary>The most times in a row that any phrase of one to six words stands, and the phrase.</summary>
    public static (int Times, string Phrase) Most(IReadOnlyList<string> words)
    {
        (int Times, int Start, int Length) most = (words.Count > 0 ? 1 : 0, 0, Math.Min(1, words.Count));
        for (int length = 1; length <= LongestPhrase && 2 * length <= words.Count; length++)
        {
            int equal = 0;
            for (int i = length; i < words.Count; i++)
            {
                equal = words[i] == words[i - length] ? equal + 1 : 0;
                int times = equal / length + 1;
                // A word ten times is also a phrase of two words five times: the shorter one says it.
                if (times > most.Times) most = (times, i - length + 1, length);
            }
        }
        return (most.Times, string.Join(' ', words.Skip(most.Start).Take(most.Length)));
    }
}
