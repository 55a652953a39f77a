using System.Diagnostics.CodeAnalysis;

namespace Earshot.Engine.Calling;

/// <summary>
/// The built-in conversation for calls without a file of their own: two WAV files of one length, embedded in this assembly as
/// <c>dialogue/{language}/caller.wav</c> and <c>other.wav</c>; <c>Speech/render.sh</c> makes them.
/// </summary>
internal sealed record Dialogue(SpeechClip Caller, SpeechClip Other)
{
    public const string English = "en";
    public const string French = "fr";

    /// <summary>The English one.</summary>
    public static bool TryLoad([NotNullWhen(true)] out Dialogue? dialogue, [NotNullWhen(false)] out string? problem) => TryLoad(English, out dialogue, out problem);

    public static bool TryLoad(string language, [NotNullWhen(true)] out Dialogue? dialogue, [NotNullWhen(false)] out string? problem)
    {
        dialogue = null;
        if (!LoadSide(language, "caller", out SpeechClip? caller, out problem) || !LoadSide(language, "other", out SpeechClip? other, out problem))
        {
            return false;
        }

        dialogue = new Dialogue(caller, other);
        return true;
    }

    private static bool LoadSide(string language, string side, [NotNullWhen(true)] out SpeechClip? clip, [NotNullWhen(false)] out string? problem)
    {
        string resource = $"dialogue/{language}/{side}.wav";
        using Stream? wave = typeof(Dialogue).Assembly.GetManifestResourceStream(resource);
        if (wave is null)
        {
            (clip, problem) = (null, "This build has no built-in conversation; give a WAV file of what the caller says.");
            return false;
        }

        return SpeechClip.TryLoad(wave, resource, out clip, out problem);
    }
}
