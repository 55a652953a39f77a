namespace Earshot.Testing;

/// <summary>Debian's recorded prompts (asterisk-core-sounds-en-wav, 8 kHz) and what they say.</summary>
internal static class Prompts
{
    private const string Folder = "/usr/share/asterisk/sounds/en_US_f_Allison";

    /// <summary>Name and words.</summary>
    public static IReadOnlyList<(string Name, string Text)> All { get; } =
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
    ];

    public static bool Installed => All.All(p => File.Exists(PathOf(p.Name)));

    public static string PathOf(string name) => Path.Combine(Folder, name + ".wav");
}
