using Xunit;

namespace Earshot.Testing;

/// <summary>An endpoint of OpenAI's kind with a real recogniser behind it: it knows the prompts and nothing else.</summary>
internal static class Recogniser
{
    /// <summary>Starts it, or skips the test and says what is missing.</summary>
    /// <param name="voices">What it knows; the language that it is asked in says which is meant.</param>
    public static async Task<SpeechEndpoint> StartAsync(params PromptSet[] voices)
    {
        foreach (PromptSet voice in voices) Assert.SkipUnless(voice.Installed, $"{voice.Package} is not installed");
        Assert.SkipUnless(Pocketsphinx.Installed, "pocketsphinx-en-us or libpocketsphinx3 is not installed");
        var recognisers = voices.ToDictionary(v => v.Language, v => (v.Name, Pocketsphinx.Load(v)), StringComparer.Ordinal);
        return await SpeechEndpoint.StartAsync((sent, context) =>
        {
            (string name, Pocketsphinx recogniser) = recognisers[sent.Fields["language"]];
            IReadOnlyList<(string Word, double Start, double End)> words = recogniser.Recognise(sent.Samples);
            string text = string.Join(' ', words.Select(w => w.Word));
            return SpeechEndpoint.Say(context, new
            {
                text,
                language = name,
                duration = sent.Seconds,
                segments = words.Count == 0 ? [] : new[] { new { start = words[0].Start, end = words[^1].End, text, avg_logprob = -0.2, no_speech_prob = 0.01 } },
                words = words.Select(w => new { word = w.Word, start = w.Start, end = w.End }),
            });
        });
    }
}
