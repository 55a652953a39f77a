namespace Earshot.Whisper;

/// <summary>Where whisper.cpp's library and its models lie.</summary>
public static class WhisperFiles
{
    /// <summary>What builds the library.</summary>
    public const string Script = "./get-whisper.sh";

    /// <summary>The library's file name on this system.</summary>
    public static string LibraryName => OperatingSystem.IsWindows() ? "whisper.dll" : OperatingSystem.IsMacOS() ? "libwhisper.dylib" : "libwhisper.so";

    /// <summary>The folder that <see cref="Script"/> fills, shared by all copies of the program of one user.</summary>
    public static string Cache => Path.Combine(UserCache, "whisper-1.9");

    /// <summary>The folder that models are fetched into.</summary>
    public static string Models => Path.Combine(UserCache, "models");

    /// <summary>The library to load: as set, beside the program, in <see cref="Cache"/>, else by its name on the system's path.</summary>
    /// <param name="setting">A file, a folder that has it, or empty.</param>
    /// <exception cref="WhisperException">The setting names what is not there.</exception>
    public static string FindLibrary(string setting)
    {
        if (setting.Length > 0)
        {
            string named = Directory.Exists(setting) ? Path.Combine(setting, LibraryName) : setting;
            return File.Exists(named) ? Path.GetFullPath(named) : throw new WhisperException($"whisper.cpp's library is not at {named}");
        }
        foreach (string folder in (string[])[AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "whisper"), Cache])
            if (File.Exists(Path.Combine(folder, LibraryName))) return Path.Combine(folder, LibraryName);
        return LibraryName;
    }

    /// <summary>The model's file: a path, or the name of one in <see cref="Models"/>.</summary>
    /// <param name="setting">As in <c>base</c>, <c>large-v3-turbo-q5_0</c> or <c>/srv/ggml-small.bin</c>.</param>
    /// <exception cref="WhisperException">It is not there; the message says where it was looked for and how to get it.</exception>
    public static string FindModel(string setting)
    {
        if (setting.Length == 0) throw new WhisperException("no model is named");
        if (File.Exists(setting)) return Path.GetFullPath(setting);
        string fetched = ModelPath(setting);
        if (File.Exists(fetched)) return fetched;
        throw new WhisperException(WhisperModels.Find(setting) is null
            ? $"there is no model at {setting}, and no model of that name ('earshot models list' has them)"
            : $"the model '{setting}' is not here ({fetched}): 'earshot models get {setting}' fetches it");
    }

    /// <summary>Where the model of this name lies once it is fetched.</summary>
    public static string ModelPath(string name) => Path.Combine(Models, $"ggml-{name}.bin");

    private static string UserCache
    {
        get
        {
            string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(cache)) cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(cache, "earshot");
        }
    }
}
