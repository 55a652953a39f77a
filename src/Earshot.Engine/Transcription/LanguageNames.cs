namespace Earshot.Engine.Transcription;

/// <summary>Some engines name languages by their English names; ours are codes.</summary>
internal static class LanguageNames
{
    private static readonly Dictionary<string, string> Codes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["english"] = "en", ["french"] = "fr", ["spanish"] = "es", ["german"] = "de", ["italian"] = "it", ["portuguese"] = "pt", ["dutch"] = "nl", ["polish"] = "pl", ["russian"] = "ru",
        ["turkish"] = "tr", ["chinese"] = "zh", ["japanese"] = "ja", ["korean"] = "ko", ["arabic"] = "ar", ["hindi"] = "hi", ["swedish"] = "sv", ["norwegian"] = "no", ["danish"] = "da",
        ["finnish"] = "fi", ["czech"] = "cs", ["hungarian"] = "hu", ["romanian"] = "ro", ["greek"] = "el", ["ukrainian"] = "uk", ["catalan"] = "ca", ["hebrew"] = "he", ["vietnamese"] = "vi",
        ["thai"] = "th", ["indonesian"] = "id", ["bulgarian"] = "bg", ["croatian"] = "hr", ["slovak"] = "sk", ["welsh"] = "cy",
    };

    /// <summary>The code of a name; another word stays as it is.</summary>
    public static string Code(string? language) => language?.Trim() is { Length: > 0 } name ? Codes.GetValueOrDefault(name, name.ToLowerInvariant()) : "";
}
