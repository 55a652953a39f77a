using System.Text.RegularExpressions;
using Earshot.Testing;

namespace Earshot.Cli.Tests;

/// <summary>The table of floors in ARCHITECTURE.md holds: each room uses only the rooms named in its row.</summary>
public sealed partial class HouseTests
{
    private static readonly string Root = SourceTree.Root;

    [Fact]
    public void Every_room_is_in_the_table_and_every_row_is_a_room() =>
        Files().Select(f => f.Room).OfType<string>().Distinct().Order(StringComparer.Ordinal).ShouldBe(Table().Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Arrows_run_down_only()
    {
        IReadOnlyDictionary<string, (int Floor, string[] MayUse)> table = Table();
        foreach ((string room, (int floor, string[] mayUse)) in table)
            foreach (string used in mayUse)
            {
                table.Keys.ShouldContain(used, $"{room} may use what is no room");
                table[used].Floor.ShouldBeLessThan(floor, $"{room} uses {used}");
            }
    }

    [Fact]
    public void No_room_uses_another_that_its_row_does_not_name()
    {
        IReadOnlyDictionary<string, (int Floor, string[] MayUse)> table = Table();
        var wrong = new List<string>();
        foreach ((string path, string? room, string text) in Files())
        {
            if (room is null) continue;
            foreach (string used in Used(text).Where(u => table.ContainsKey(u)).Distinct())
                if (used != room && !table[room].MayUse.Contains(used)) wrong.Add($"{path}: {room} uses {used}");
        }
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Floors_use_lower_floors_only()
    {
        string[] floors = ["Whisper", "Audio", "Engine", "Server", "Cli"];
        foreach ((string path, _, string text) in Files())
        {
            int own = Array.IndexOf(floors, Project().Match(path).Groups[1].Value);
            foreach (Match used in Name().Matches(text)) Array.IndexOf(floors, used.Groups[1].Value).ShouldBeLessThanOrEqualTo(own, $"{path}: {used.Value}");
        }
    }

    [Fact]
    public void The_speech_engine_is_known_to_transcription_and_the_command_line_alone() =>
        Files().Where(f => f.Text.Contains("Earshot.Whisper", StringComparison.Ordinal) && !f.Path.StartsWith("src/Earshot.Whisper/", StringComparison.Ordinal))
            .ShouldAllBe(f => f.Room == "Engine.Transcription" || f.Path.StartsWith("src/Earshot.Cli/", StringComparison.Ordinal));

    [Fact]
    public void A_namespace_is_its_folder()
    {
        foreach ((string path, _, string text) in Files().Where(f => f.Path.EndsWith(".cs", StringComparison.Ordinal)))
        {
            if (Namespace().Match(text) is not { Success: true } match) continue;
            string folder = Path.GetDirectoryName(path)!.Replace("src/", "", StringComparison.Ordinal).Replace('/', '.');
            match.Groups[1].Value.ShouldBe(folder, path);
        }
    }

    [Fact]
    public void The_test_sees_what_it_looks_for()
    {
        Used("using Earshot.Engine.Catalog;\nglobal using static Earshot.Audio.Wave.X;\nEarshot.Server.Streams.Y y;\n@using Earshot.Server.Calls").ShouldBe(["Engine.Catalog", "Audio.Wave", "Server.Streams", "Server.Calls"]);
        Files().Count().ShouldBeGreaterThan(100);
    }

    private static IReadOnlyDictionary<string, (int Floor, string[] MayUse)> Table()
    {
        string path = Path.Combine(Root, "ARCHITECTURE.md");
        string section = File.ReadAllText(path).Split("\n## ").Single(s => s.StartsWith("Floors", StringComparison.Ordinal));
        return section.Split('\n').Where(l => l.StartsWith('|')).Select(l => l.Split('|', StringSplitOptions.TrimEntries)).Where(c => int.TryParse(c[1], out _))
            .ToDictionary(c => c[2], c => (int.Parse(c[1]), c[3].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)), StringComparer.Ordinal);
    }

    /// <summary>All sources with their room; those at a project's root put rooms together and have none, and so has the command line.</summary>
    private static IEnumerable<(string Path, string? Room, string Text)> Files() =>
        Directory.EnumerateFiles(Path.Combine(Root, "src"), "*", SearchOption.AllDirectories)
            .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".razor", StringComparison.Ordinal))
            .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/'))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .Select(f => (f, Room().Match(f) is { Success: true } m ? $"{m.Groups[1].Value}.{m.Groups[2].Value}" : null, Comments().Replace(File.ReadAllText(Path.Combine(Root, f)), "")));

    private static IEnumerable<string> Used(string text) => Name().Matches(text).Select(m => $"{m.Groups[1].Value}.{m.Groups[2].Value}");

    [GeneratedRegex(@"^src/Earshot\.(Audio|Engine|Server)/([A-Za-z0-9]+)/")]
    private static partial Regex Room();

    [GeneratedRegex(@"^src/Earshot\.(\w+)/")]
    private static partial Regex Project();

    [GeneratedRegex(@"\bEarshot\.(Audio|Engine|Server|Cli)\.(\w+)")]
    private static partial Regex Name();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^\s*///?.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();
}
