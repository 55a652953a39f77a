namespace Earshot.Testing;

/// <summary>The checkout that the running tests were built from.</summary>
internal static class SourceTree
{
    /// <summary>The folder that holds <c>Earshot.slnx</c>, found from the test's own program: compilers may rewrite the paths of sources.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory)
        ?? throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Earshot.slnx.");

    private static string? Find(string? folder)
    {
        while (folder is not null && !File.Exists(Path.Combine(folder, "Earshot.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder;
    }
}
