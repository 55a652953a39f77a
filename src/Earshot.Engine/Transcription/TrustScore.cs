using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Earshot.Engine.Transcription;

/// <summary>What is known of a segment beside its text.</summary>
internal sealed record TrustFacts
{
    public required string Text { get; init; }

    /// <summary>How long the segment is.</summary>
    public double Seconds { get; init; }

    /// <summary>How much of it is speech.</summary>
    public double SpeechSeconds { get; init; }

    /// <summary>Level under it in dBFS.</summary>
    public double LevelDbfs { get; init; }

    /// <summary>As <see cref="EngineSegment.AverageLogProbability"/> and <see cref="EngineSegment.NoSpeechProbability"/>.</summary>
    public double? AverageLogProbability { get; init; }

    public double? NoSpeechProbability { get; init; }

    /// <summary>Share of words in which the text heard live differs, 0 to 1; null where there is none.</summary>
    public double? LiveDifference { get; init; }
}

/// <summary>How far a text is to be trusted: 1, less for each reason to doubt.</summary>
internal static class TrustScore
{
    private const double LeastSpeechShare = 0.1;
    private const double LittleSpeechShare = 0.35;
    private const double QuietDbfs = -55;
    private const double MostCompression = 2.4; // As whisper's own threshold.
    private const int LeastCompressedLetters = 40;
    private const double MostNoSpeech = 0.6;
    private const double LeastLogProbability = -1;
    private const double MostWordsPerSecond = 6.5;
    private const double LeastWordsPerSecond = 0.25;
    private const double LeastSlowSeconds = 4;
    private const double MostLiveDifference = 0.5;

    /// <summary>Weighs all reasons.</summary>
    /// <returns>Trust from 0 to 1, the reasons, and whether nobody speaks under the text.</returns>
    public static (double Trust, IReadOnlyList<TrustReason> Reasons, bool WithoutSpeech) Of(TrustFacts facts)
    {
        var reasons = new List<TrustReason>();
        double trust = 1;
        void Doubt(double left, string code, string message)
        {
            trust *= left;
            reasons.Add(new TrustReason(code, message));
        }

        string[] words = TextNormalizer.Words(facts.Text, TextNormalization.Default);
        string normalised = string.Join(' ', words);
        double share = facts.Seconds > 0 ? facts.SpeechSeconds / facts.Seconds : 0;
        bool without = share < LeastSpeechShare;
        if (without) Doubt(0.05, TrustCodes.NoSpeechUnderIt, $"nobody speaks there ({Percent(share)} speech)");
        else if (share < LittleSpeechShare) Doubt(0.6, TrustCodes.LittleSpeech, $"only {Percent(share)} of it is speech");
        if (facts.LevelDbfs < QuietDbfs) Doubt(0.6, TrustCodes.Quiet, $"it is very quiet there ({Number(facts.LevelDbfs)} dBFS)");
        if (Compression(facts.Text) is > MostCompression and var ratio) Doubt(0.3, TrustCodes.Compressible, $"the text repeats itself (it compresses {Number(ratio)} times)");
        (int times, string phrase) = RepeatedWords.Most(words);
        if (times >= 4 || (times == 3 && phrase.Contains(' ', StringComparison.Ordinal))) Doubt(0.4, TrustCodes.RepeatedWords, $"'{phrase}' stands {times} times in a row");
        bool ofFilms = KnownPhrases.IsOfFilms(normalised);
        // "Thank you" is often said on the telephone: it is doubted only where something else speaks against it.
        if (ofFilms || (KnownPhrases.Has(normalised) && (share < LittleSpeechShare || facts.LevelDbfs < QuietDbfs || facts.NoSpeechProbability > MostNoSpeech)))
            Doubt(ofFilms ? 0.3 : 0.5, TrustCodes.KnownPhrase, "engines often invent this phrase");
        if (facts.NoSpeechProbability is > MostNoSpeech and var none) Doubt(0.5, TrustCodes.EngineHearsNoSpeech, $"the engine itself holds it {Percent(none)} likely that nobody speaks");
        if (facts.AverageLogProbability is < LeastLogProbability and var log) Doubt(0.6, TrustCodes.EngineUnsure, $"the engine is unsure (mean log probability {Number(log)})");
        double pace = facts.SpeechSeconds > 0 ? words.Length / facts.SpeechSeconds : 0;
        if (!without && pace > MostWordsPerSecond && words.Length >= 3) Doubt(0.4, TrustCodes.TooFast, $"nobody speaks {Number(pace)} words a second");
        if (!without && pace < LeastWordsPerSecond && facts.SpeechSeconds >= LeastSlowSeconds) Doubt(0.6, TrustCodes.TooSlow, $"{words.Length} {(words.Length == 1 ? "word" : "words")} for {Number(facts.SpeechSeconds)} s of speech");
        if (facts.LiveDifference is > MostLiveDifference and var differs) Doubt(0.7, TrustCodes.DiffersFromLive, $"the live text differs in {Percent(differs)} of the words");
        return (Math.Round(trust, 3), reasons, without);
    }

    /// <summary>Bytes of the text by those of its compressed form, as whisper reckons it; 1 for what is too short to tell.</summary>
    public static double Compression(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length < LeastCompressedLetters) return 1;
        using var packed = new MemoryStream();
        using (var zip = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) zip.Write(bytes);
        return (double)bytes.Length / packed.Length;
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %");

    private static string Number(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.#}");
}
