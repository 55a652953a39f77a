using Earshot.Engine.Transcription;

namespace Earshot.Engine.Tests.Transcription;

/// <summary>How far texts are trusted, and why not.</summary>
public sealed class TrustTests
{
    [Fact]
    public void A_plain_sentence_over_speech_is_trusted()
    {
        (double trust, IReadOnlyList<TrustReason> reasons, bool without) = TrustScore.Of(Spoken("I would like to change my appointment, please."));
        (trust, reasons.Count, without).ShouldBe((1, 0, false));
    }

    [Theory]
    [InlineData("thank you for watching", "known-phrase")]
    [InlineData("Thanks for watching!", "known-phrase")]
    [InlineData("Sous-titres réalisés par la communauté d'Amara.org", "known-phrase")]
    [InlineData("Subtítulos realizados por la comunidad de Amara.org", "known-phrase")]
    [InlineData("Untertitel der Amara.org-Community", "known-phrase")]
    [InlineData("Продолжение следует... субтитры", null)]
    [InlineData("字幕由Amara社区提供", "known-phrase")]
    [InlineData("I do not know, I do not know, I do not know, I do not know", "repeated-words")]
    [InlineData("no no no no no no", "repeated-words")]
    [InlineData("very very good", null)]
    public void Phrases_of_films_and_repetitions_are_doubted(string text, string? code) =>
        TrustScore.Of(Spoken(text)).Reasons.Select(r => r.Code).ShouldBe(code is null ? [] : [code]);

    [Fact]
    public void Thank_you_is_believed_where_it_is_said_and_doubted_where_little_is_heard()
    {
        TrustScore.Of(Spoken("Thank you.")).Trust.ShouldBe(1);
        TrustScore.Of(Spoken("Thank you.") with { LevelDbfs = -62 }).Reasons.Select(r => r.Code).ShouldBe(["quiet", "known-phrase"]);
        TrustScore.Of(Spoken("Merci.") with { NoSpeechProbability = 0.9 }).Reasons.Select(r => r.Code).ShouldBe(["known-phrase", "engine-hears-no-speech"]);
    }

    [Fact]
    public void Each_other_reason_lowers_the_trust_and_says_its_figure()
    {
        TrustFacts facts = Spoken("one two three four five six");
        Only(facts with { SpeechSeconds = 0, Seconds = 3 }, "no-speech-under-it", "0 % speech").WithoutSpeech.ShouldBeTrue();
        Only(facts with { SpeechSeconds = 1, Seconds = 4 }, "little-speech", "25 %");
        Only(facts with { LevelDbfs = -60.4 }, "quiet", "-60.4 dBFS");
        Only(facts with { NoSpeechProbability = 0.8 }, "engine-hears-no-speech", "80 %");
        Only(facts with { AverageLogProbability = -1.5 }, "engine-unsure", "-1.5");
        Only(facts with { Seconds = 0.5, SpeechSeconds = 0.5 }, "too-fast", "12 words");
        Only(facts with { Text = "yes", Seconds = 9, SpeechSeconds = 9 }, "too-slow", "1 word for 9 s");
        Only(facts with { LiveDifference = 0.75 }, "differs-from-live", "75 %");
        string loop = string.Concat(Enumerable.Repeat("and so it goes on and on ", 12));
        TrustScore.Of(Spoken(loop)).Reasons.Select(r => r.Code).ShouldContain("compressible");
    }

    [Fact]
    public void Repetitions_are_counted_by_their_shortest_form()
    {
        RepeatedWords.Most("a b a b a b".Split(' ')).ShouldBe((3, "a b"));
        RepeatedWords.Most("x go go go go y".Split(' ')).ShouldBe((4, "go"));
        RepeatedWords.Most([]).ShouldBe((0, ""));
        RepeatedWords.Most(["one"]).ShouldBe((1, "one"));
    }

    private static (double Trust, IReadOnlyList<TrustReason> Reasons, bool WithoutSpeech) Only(TrustFacts facts, string code, string says)
    {
        var found = TrustScore.Of(facts);
        TrustReason reason = found.Reasons.ShouldHaveSingleItem();
        reason.Code.ShouldBe(code);
        reason.Message.ShouldContain(says);
        found.Trust.ShouldBeLessThan(1);
        return found;
    }

    /// <summary>Spoken clearly, at three words a second.</summary>
    private static TrustFacts Spoken(string text)
    {
        double seconds = Math.Max(TextNormalizer.Words(text, TextNormalization.Default).Length / 3.0, 0.5);
        return new TrustFacts { Text = text, Seconds = seconds, SpeechSeconds = seconds, LevelDbfs = -25, AverageLogProbability = -0.3, NoSpeechProbability = 0.02 };
    }
}
