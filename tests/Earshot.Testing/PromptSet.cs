namespace Earshot.Testing;

/// <summary>Recorded prompts of one voice.</summary>
/// <param name="Language">As in <c>fr</c>.</param>
/// <param name="Name">As an engine names it.</param>
/// <param name="Package">Debian's package that has them.</param>
/// <param name="Folder">Where they lie.</param>
/// <param name="All">File and words.</param>
/// <param name="Sounds">How words that no English dictionary has are said, in the phones of an English model, which has to stand in for one of the language.</param>
internal sealed record PromptSet(string Language, string Name, string Package, string Folder, IReadOnlyList<(string Name, string Text)> All, IReadOnlyDictionary<string, string> Sounds)
{
    public bool Installed => All.All(p => File.Exists(PathOf(p.Name)));

    public string PathOf(string name) => Path.Combine(Folder, name + ".wav");
}
