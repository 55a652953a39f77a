namespace Earshot.Engine.Transcription;

/// <summary>Which language a call is spoken in: what the call says itself, else what holds for a number of it, else the setting, else the engine detects it.</summary>
internal static class LanguageChoice
{
    /// <summary>The call's own parameter, as in <c>&lt;Parameter name="language" value="fr"/&gt;</c>.</summary>
    public const string Parameter = "language";

    /// <returns>As in <c>fr</c>; empty to have it detected.</returns>
    public static string Of(TranscriptionOptions options, IReadOnlyDictionary<string, string> parameters, string from, string to)
    {
        if (parameters.GetValueOrDefault(Parameter) is { Length: > 0 } own && TranscriptionOptionsCheck.IsLanguage(own)) return own;
        foreach (string number in (string[])[to, from])
            if (options.Numbers.GetValueOrDefault(number)?.Language is { Length: > 0 } its) return its;
        return options.Language;
    }
}
