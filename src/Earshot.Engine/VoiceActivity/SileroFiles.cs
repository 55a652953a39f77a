namespace Earshot.Engine.VoiceActivity;

/// <summary>Where the network and its runtime lie: as set, beside the program, or where <c>get-silero.sh</c> puts them.</summary>
/// <param name="Model">Path of the model.</param>
/// <param name="Runtime">Path of ONNX Runtime's library.</param>
/// <param name="Missing">What is not there and what to do; null where both are.</param>
internal sealed record SileroFiles(string Model, string Runtime, string? Missing)
{
    public const string ModelName = "silero_vad.onnx";

    /// <summary>What fetches both.</summary>
    public const string Script = "./get-silero.sh";

    public static string RuntimeName => OperatingSystem.IsWindows() ? "onnxruntime.dll" : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib" : "libonnxruntime.so";

    /// <summary>The folder that the script fills, shared by all copies of the program of one user.</summary>
    public static string Cache
    {
        get
        {
            string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(cache)) cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(cache, "earshot", "silero-6");
        }
    }

    public static SileroFiles Find(string modelPath, string runtimePath)
    {
        (string? model, string? noModel) = Find(modelPath, ModelName, "the model");
        (string? runtime, string? noRuntime) = Find(runtimePath, RuntimeName, "ONNX Runtime");
        return new SileroFiles(model ?? "", runtime ?? "", noModel ?? noRuntime);
    }

    private static (string? Found, string? Missing) Find(string path, string name, string what)
    {
        if (path.Length > 0) return File.Exists(path) ? (Path.GetFullPath(path), null) : (null, $"{what} is not at {path}");
        foreach (string folder in (string[])[AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "silero"), Cache])
            if (File.Exists(Path.Combine(folder, name))) return (Path.Combine(folder, name), null);
        return (null, $"{what} ({name}) is not here; {Script} fetches it");
    }
}
