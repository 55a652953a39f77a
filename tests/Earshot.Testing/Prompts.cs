namespace Earshot.Testing;

/// <summary>Debian's recorded prompts (8 kHz) and what they say. Of French and Spanish those words that an English model tells apart.</summary>
internal static class Prompts
{
    private const string Sounds = "/usr/share/asterisk/sounds";

    public static PromptSet English { get; } = new(
        "en", "english", "asterisk-core-sounds-en-wav", Sounds + "/en_US_f_Allison",
        [
            ("conf-onlyperson", "you are currently the only person in this conference"),
            ("tt-monkeysintro", "they have been carried away by monkeys"),
            ("tt-weasels", "weasels have eaten our phone system"),
            ("tt-somethingwrong", "something is terribly wrong"),
            ("conf-leaderhasleft", "the leader has left the conference"),
            ("conf-locked", "this conference is locked"),
            ("conf-muted", "you are now muted"),
            ("conf-placeintoconf", "you will now be placed into the conference"),
            ("conf-waitforleader", "the conference will begin when the leader arrives"),
            ("conf-invalidpin", "that pin is invalid for this conference"),
            ("conf-getpin", "please enter the conference pin number"),
            ("conf-kicked", "you have been kicked from this conference"),
            ("conf-noempty", "no empty conferences currently exist"),
            ("vm-nobodyavail", "nobody is available to take your call at the moment"),
            ("agent-pass", "please enter your password followed by the pound key"),
            ("demo-echodone", "the echo test has been completed"),
            ("queue-thankyou", "thank you for your patience"),
            ("queue-youarenext", "your call is now first in line and will be answered by the next available representative"),
            ("please-try-again", "please try again"),
            ("vm-goodbye", "goodbye"),
        ],
        new Dictionary<string, string>(StringComparer.Ordinal));

    public static PromptSet French { get; } = new(
        "fr", "french", "asterisk-core-sounds-fr-wav", Sounds + "/fr_CA_f_June",
        [
            ("digits/day-0", "dimanche"),
            ("digits/day-1", "lundi"),
            ("digits/day-3", "mercredi"),
            ("digits/mon-0", "janvier"),
            ("digits/mon-6", "juillet"),
            ("digits/mon-9", "octobre"),
            ("digits/mon-11", "décembre"),
        ],
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["dimanche"] = "D IY M AA N SH",
            ["lundi"] = "L AH N D IY",
            ["mercredi"] = "M EH R K R AH D IY",
            ["janvier"] = "ZH AA N V Y EY",
            ["juillet"] = "ZH W IY Y EH",
            ["octobre"] = "AO K T AO B R",
            ["décembre"] = "D EY S AA M B R",
        });

    public static PromptSet Spanish { get; } = new(
        "es", "spanish", "asterisk-core-sounds-es-wav", Sounds + "/es_MX_f_Allison",
        [
            ("digits/day-0", "domingo"),
            ("digits/day-1", "lunes"),
            ("digits/day-3", "miércoles"),
            ("digits/day-5", "viernes"),
            ("digits/mon-0", "enero"),
            ("digits/mon-7", "agosto"),
            ("digits/mon-11", "diciembre"),
        ],
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["domingo"] = "D OW M IY N G OW",
            ["lunes"] = "L UW N EH S",
            ["miércoles"] = "M Y EH R K OW L EH S",
            ["viernes"] = "V Y EH R N EH S",
            ["enero"] = "EH N EH R OW",
            ["agosto"] = "AA G OW S T OW",
            ["diciembre"] = "D IY S Y EH M B R EH",
        });
}
