namespace Earshot.Engine.Transcription;

/// <summary>What engines write over silence and noise because their training films ended so. In a call they may be said in earnest, so a phrase alone is a doubt, no verdict.</summary>
internal static class KnownPhrases
{
    /// <summary>Whole segments, normalised. Where one ends with a star, the beginning is enough.</summary>
    private static readonly string[] Phrases =
    [
        // English
        "thank you", "thank you very much", "thanks for watching*", "thank you for watching*", "thank you so much for watching*", "please subscribe*", "subscribe to*", "like and subscribe*",
        "don't forget to subscribe*", "see you in the next video*", "see you next time", "i'll see you in the next*", "bye", "bye bye", "you", "so", "okay", "the end", "subtitles by*", "transcription by*", "transcribed by*",
        "captions by*", "this video is sponsored by*", "music", "applause", "silence", "blank_audio", "blank audio",
        // French
        "sous titres réalisés par*", "sous titres réalisés para*", "sous titrage*", "sous titres par*", "sous titres fait par*", "merci d'avoir regardé*", "merci d'avoir regardé cette vidéo*", "abonnez vous*", "n'oubliez pas de vous abonner*", "merci",
        "à bientôt", "à la prochaine*", "musique", "merci à tous*",
        // Spanish
        "subtítulos realizados por*", "subtítulos por*", "subtitulado por*", "gracias por ver*", "gracias por ver el video*", "suscríbete*", "no olvides suscribirte*", "gracias", "hasta la próxima*", "música", "amara org*",
        // German
        "untertitel*", "vielen dank fürs zuschauen*", "vielen dank", "danke fürs zuschauen*", "bis zum nächsten mal", "copyright wdr*", "abonniert*", "swr 20*",
        // Italian, Portuguese, Dutch
        "sottotitoli*", "grazie per la visione*", "grazie a tutti*", "iscrivetevi*", "legendas*", "obrigado por assistir*", "inscreva se*", "ondertiteld*", "ondertitels*", "bedankt voor het kijken*",
        // Polish, Russian, Turkish
        "napisy*", "dziękuję za oglądanie*", "субтитры*", "продолжение следует", "спасибо за просмотр*", "редактор субтитров*", "altyazı*", "izlediğiniz için teşekkür*",
        // Chinese, Japanese, Korean
        "字幕*", "请不吝点赞*", "謝謝觀看*", "谢谢观看*", "ご視聴ありがとうございました*", "시청해주셔서 감사합니다*", "구독과 좋아요*",
    ];

    private static readonly HashSet<string> Whole = [.. Phrases.Where(p => !p.EndsWith('*'))];
    private static readonly string[] Beginnings = [.. Phrases.Where(p => p.EndsWith('*')).Select(p => p.TrimEnd('*'))];

    /// <summary>True when the text is one of them and nothing else. The text is normalised as for comparison.</summary>
    public static bool Has(string normalised) => Whole.Contains(normalised) || Array.Exists(Beginnings, b => normalised.StartsWith(b, StringComparison.Ordinal));

    /// <summary>True when nobody says it on the telephone: it belongs to films.</summary>
    public static bool IsOfFilms(string normalised) => Array.Exists(Beginnings, b => normalised.StartsWith(b, StringComparison.Ordinal));
}
