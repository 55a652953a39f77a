namespace Earshot.Engine.Transcription;

/// <summary>How far what was heard live agrees with what was heard afterwards.</summary>
internal static class LiveAgreement
{
    private const int LeastWords = 3;

    /// <summary>Share of the segment's words that differ from what was heard live over the same stretch; null where nothing was, or too little to tell.</summary>
    public static double? Difference(TranscriptSegment segment, Transcript? live)
    {
        if (live is null || live.State == TranscriptStates.Failed) return null;
        string heard = string.Join(' ', live.Segments.Where(s => (s.StartSeconds + s.EndSeconds) / 2 is var middle && middle >= segment.StartSeconds && middle <= segment.EndSeconds).Select(s => s.Text));
        if (heard.Length == 0) return null;
        string[] words = TextNormalizer.Words(segment.Text, TextNormalization.All);
        if (words.Length < LeastWords) return null;
        IReadOnlyList<AlignedWord> aligned = WordAlignment.Align(words, TextNormalizer.Words(heard, TextNormalization.All));
        return Math.Min(1, (double)aligned.Count(w => w.Kind != AlignmentKinds.Correct) / words.Length);
    }
}
