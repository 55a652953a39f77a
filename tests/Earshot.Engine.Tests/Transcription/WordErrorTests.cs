using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Earshot.Engine.Transcription;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Transcription;

/// <summary>Error rates: the same as NIST's sclite on the same words, and normalised as stated.</summary>
public sealed partial class WordErrorTests
{
    [Fact]
    public void Counts_and_alignment_equal_those_of_sclite_ties_included()
    {
        if (!Tools.Has("sctk")) Assert.Skip("sctk is not installed");
        var random = new Random(11);
        (string[] Reference, string[] Heard)[] pairs = [.. Enumerable.Range(0, 1200).Select(i => (Words(random, 1 + i % 14, 2 + i % 5), Words(random, i % 13, 2 + i % 5))), .. Sentences(random, 200)];
        using var folder = new TemporaryFolder();
        WriteTrn(folder.Sub("ref.trn"), pairs.Select(p => p.Reference));
        WriteTrn(folder.Sub("hyp.trn"), pairs.Select(p => p.Heard));
        (string output, string errors, int exit) = Tools.Run("sctk", ["sclite", "-r", folder.Sub("ref.trn"), "trn", "-h", folder.Sub("hyp.trn"), "trn", "-i", "spu_id", "-o", "pralign", "stdout"]);
        exit.ShouldBe(0, errors);
        Dictionary<int, int[]> theirs = Utterance().Matches(output).ToDictionary(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture), m => m.Groups[2].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToArray());
        theirs.Count.ShouldBe(pairs.Length);
        for (int i = 0; i < pairs.Length; i++)
        {
            WordErrors ours = WordErrors.Of(string.Join(' ', pairs[i].Reference), string.Join(' ', pairs[i].Heard), TextNormalization.Default, "");
            ((int[])[ours.Correct, ours.Substitutions, ours.Deletions, ours.Insertions]).ShouldBe(theirs[i], $"'{string.Join(' ', pairs[i].Reference)}' against '{string.Join(' ', pairs[i].Heard)}'");
        }
    }

    [Fact]
    public void The_rate_is_that_of_sclites_summary()
    {
        if (!Tools.Has("sctk")) Assert.Skip("sctk is not installed");
        const string Truth = "please enter your password followed by the pound key", Heard = "please enter a password followed the pound key now";
        using var folder = new TemporaryFolder();
        WriteTrn(folder.Sub("ref.trn"), [Truth.Split(' ')]);
        WriteTrn(folder.Sub("hyp.trn"), [Heard.Split(' ')]);
        (string output, _, _) = Tools.Run("sctk", ["sclite", "-r", folder.Sub("ref.trn"), "trn", "-h", folder.Sub("hyp.trn"), "trn", "-i", "spu_id", "-o", "sum", "stdout"]);
        double theirs = double.Parse(Regex.Match(output, @"Sum/Avg\s*\|[^|]*\|\s*(?:[\d.]+\s+){4}([\d.]+)").Groups[1].Value, CultureInfo.InvariantCulture);
        WordErrors.Of(Truth, Heard, TextNormalization.Default, "").WordErrorPercent!.Value.ShouldBe(theirs, 0.05);
    }

    [Theory]
    [InlineData("Hello, world!", "hello world", "case,punctuation", 0)]
    [InlineData("Hello, world!", "hello world", "none", 2)]
    [InlineData("Hello world", "hello world", "punctuation", 1)]
    [InlineData("It's five o'clock", "it’s 5 o'clock", "case,punctuation", 1)]
    [InlineData("It's five o'clock", "it’s 5 o'clock", "case,punctuation,digits", 0)]
    [InlineData("one two three", "123", "digits", 0)]
    [InlineData("un deux trois", "1 2 3", "digits", 0)]
    [InlineData("uno dos tres", "1 2 3", "digits", 0)]
    [InlineData("rendez-vous à l'hôtel", "rendez vous à l'hôtel", "punctuation", 0)]
    public void Texts_are_the_same_as_far_as_is_stated(string reference, string heard, string how, int errors)
    {
        TextNormalizer.TryParse(how, out TextNormalization normalization).ShouldBeTrue();
        WordErrors found = WordErrors.Of(reference, heard, normalization, "");
        (found.Substitutions + found.Deletions + found.Insertions).ShouldBe(errors);
        found.Normalization.ShouldBe(how);
    }

    [Fact]
    public void Letters_are_counted_too_and_an_empty_reference_has_no_rate()
    {
        WordErrors.Of("abcd", "abxd", TextNormalization.Default, "").CharacterErrorPercent.ShouldBe(25);
        WordErrors none = WordErrors.Of("", "something here", TextNormalization.Default, "");
        (none.WordErrorPercent, none.CharacterErrorPercent, none.Insertions).ShouldBe((null, null, 2));
        WordErrors.Of("two words", "", TextNormalization.Default, "").WordErrorPercent.ShouldBe(100);
    }

    [Theory]
    [InlineData(30_000, 90_000, WordAlignment.MostCells)]
    [InlineData(100, 100, 10_000)]
    public void Texts_that_are_too_long_have_a_reason_in_place_of_a_rate(int reference, int heard, long mostCells)
    {
        WordErrors found = WordErrors.Of(string.Join(' ', Enumerable.Repeat("so", reference)), string.Join(' ', Enumerable.Repeat("so", heard)), TextNormalization.Default, "", mostCells);
        (found.WordErrorPercent, found.CharacterErrorPercent, found.ReferenceWords).ShouldBe((null, null, reference));
        found.Reason.ShouldBe($"texts of {reference} and {heard} words are too long to be compared word by word");
        WordErrors.Of("so", "so", TextNormalization.Default, "").Reason.ShouldBeNull();
    }

    private static string[] Words(Random random, int count, int vocabulary) => [.. Enumerable.Range(0, count).Select(_ => ((char)('a' + random.Next(vocabulary))).ToString())];

    /// <summary>Prompts with words lost, doubled, changed and moved.</summary>
    private static IEnumerable<(string[], string[])> Sentences(Random random, int count)
    {
        for (int i = 0; i < count; i++)
        {
            string[] truth = [.. Enumerable.Range(0, 3).SelectMany(_ => Prompts.English.All[random.Next(Prompts.English.All.Count)].Text.Split(' '))];
            List<string> heard = [];
            foreach (string word in truth)
            {
                switch (random.Next(10))
                {
                    case 0: break;
                    case 1: heard.AddRange([word, word]); break;
                    case 2: heard.Add("the"); break;
                    case 3: heard.Insert(random.Next(heard.Count + 1), word); break;
                    default: heard.Add(word); break;
                }
            }
            yield return (truth, [.. heard]);
        }
    }

    private static void WriteTrn(string path, IEnumerable<string[]> texts) =>
        File.WriteAllLines(path, texts.Select((t, i) => string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', t)} (speaker-{i})")), new UTF8Encoding(false));

    [GeneratedRegex(@"id: \(speaker-(\d+)\)\s+(?:Labels:.*\n)?(?:File:.*\n)?(?:Channel:.*\n)?\s*Scores: \(#C #S #D #I\) ([\d ]+)")]
    private static partial Regex Utterance();
}
