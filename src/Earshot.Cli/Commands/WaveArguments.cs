using System.CommandLine;
using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;

namespace Earshot.Cli.Commands;

/// <summary>One recording that a command is to read.</summary>
/// <param name="Name">What it is called in reports.</param>
/// <param name="Path">Its path; null for standard input.</param>
/// <param name="Problem">Why it cannot be read; null when it may be.</param>
internal sealed record WaveInput(string Name, string? Path, string? Problem = null);

/// <summary>Files, folders, patterns, <c>latest</c> and <c>-</c> as recordings.</summary>
internal static class WaveArguments
{
    public const string StandardInput = "-";

    /// <summary>The command line's list of recordings. A word that begins like an option and is no file is an option misspelt.</summary>
    public static Argument<string[]> Argument(string description, ArgumentArity arity)
    {
        var files = new Argument<string[]>("FILE") { Description = description, Arity = arity };
        files.Validators.Add(result =>
        {
            foreach (string word in result.Tokens.Select(t => t.Value))
                if (word.Length > 1 && word[0] == '-' && !File.Exists(word)) result.AddError($"There is no option '{word}'; --help lists them. (A file of that name: './{word}')");
        });
        return files;
    }

    public static IEnumerable<WaveInput> Expand(IEnumerable<string> arguments, StoreSession session) => arguments.SelectMany(a => Expand(a, session));

    private static WaveInput[] Expand(string argument, StoreSession session)
    {
        if (argument == StandardInput) return [new WaveInput(argument, null)];
        if (File.Exists(argument)) return [new WaveInput(argument, argument)];
        if (Directory.Exists(argument)) return Within(argument, "*.wav", SearchOption.AllDirectories, argument);
        if (argument == CallArgument.Latest) return Latest(session);
        if (argument.AsSpan().IndexOfAny('*', '?') < 0) return [new WaveInput(argument, null, "there is no such file or folder")];
        string folder = Path.GetDirectoryName(argument) is { Length: > 0 } parent ? parent : ".";
        if (folder.AsSpan().IndexOfAny('*', '?') >= 0) return Deep(argument);
        return Directory.Exists(folder) ? Within(folder, Path.GetFileName(argument), SearchOption.TopDirectoryOnly, argument) : [new WaveInput(argument, null, $"there is no folder '{folder}'")];
    }

    /// <summary>A pattern with stars in its folders: <c>**</c> is any depth, others stand for one folder.</summary>
    private static WaveInput[] Deep(string pattern)
    {
        string[] parts = pattern.Split(Path.DirectorySeparatorChar);
        int stars = Array.FindIndex(parts, p => p.AsSpan().IndexOfAny('*', '?') >= 0);
        string root = stars == 0 ? "." : string.Join(Path.DirectorySeparatorChar, parts[..stars]);
        if (root.Length == 0) root = Path.DirectorySeparatorChar.ToString();
        if (!Directory.Exists(root)) return [new WaveInput(pattern, null, $"there is no folder '{root}'")];
        IEnumerable<string> folders = [root];
        foreach (string part in parts[stars..^1])
            folders = part == "**"
                ? [.. folders.SelectMany(f => Directory.EnumerateDirectories(f, "*", SearchOption.AllDirectories).Prepend(f))]
                : [.. folders.SelectMany(f => Directory.EnumerateDirectories(f, part))];
        WaveInput[] found = [.. folders.SelectMany(f => Directory.EnumerateFiles(f, parts[^1])).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(f => new WaveInput(f, f))];
        return found.Length > 0 ? found : [new WaveInput(pattern, null, "no file matches the pattern")];
    }

    private static WaveInput[] Within(string folder, string pattern, SearchOption depth, string argument)
    {
        WaveInput[] found = [.. Directory.EnumerateFiles(folder, pattern, depth).Order(StringComparer.Ordinal).Select(f => new WaveInput(f, f))];
        return found.Length > 0 ? found : [new WaveInput(argument, null, pattern == "*.wav" ? "there is no WAV file in this folder" : "no file matches the pattern")];
    }

    private static WaveInput[] Latest(StoreSession session)
    {
        CallStore store = session.Get<CallStore>();
        ManifestStore manifests = session.Get<ManifestStore>();
        if (store.List(null, 1) is not [var newest, ..]) return [new WaveInput(CallArgument.Latest, null, $"there are no calls in '{session.Settings.Recording.Directory}'; 'earshot demo' makes some")];
        WaveInput[] found =
        [
            .. store.Recordings(newest.CallSid).SelectMany(r => store.Segments(r.Id)).Select(s => manifests.Storage.PathOf(s.File)).Select(p => new WaveInput(p, p)),
        ];
        return found.Length > 0 ? found : [new WaveInput(CallArgument.Latest, null, $"the newest call, {newest.CallSid}, has no recording")];
    }
}
