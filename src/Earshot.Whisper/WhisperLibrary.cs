namespace Earshot.Whisper;

/// <summary>whisper.cpp, loaded. It stays for the life of the process.</summary>
public sealed unsafe class WhisperLibrary
{
    private WhisperLibrary(string path, WhisperApi api, string version) => (Path, Api, Version) = (path, api, version);

    /// <summary>What was loaded: a file, or the name that the system found.</summary>
    public string Path { get; }

    /// <summary>As in <c>1.9.1</c>.</summary>
    public string Version { get; }

    internal WhisperApi Api { get; }

    /// <summary>Loads it and makes sure that its structures lie as they are known here, before anything is called with them.</summary>
    /// <param name="setting">A file, a folder, or empty: see <see cref="WhisperFiles.FindLibrary"/>.</param>
    /// <exception cref="WhisperException">It is not there, is none, or is another version.</exception>
    public static WhisperLibrary Load(string setting = "")
    {
        string path = WhisperFiles.FindLibrary(setting);
        WhisperApi api;
        try { api = new WhisperApi(path); }
        catch (WhisperException) when (path == WhisperFiles.LibraryName)
        {
            throw new WhisperException($"whisper.cpp's library ({path}) is neither beside the program, nor in {WhisperFiles.Cache}, nor on the system's path: {WhisperFiles.Script} builds it");
        }
        string version = WhisperApi.Text(api.Version());
        FullParameters* full = api.FullDefaults(0);
        ContextParameters* context = api.ContextDefaults();
        bool isKnown = full is not null && context is not null && full->IsSane && context->IsSane;
        api.FreeFullDefaults(full);
        api.FreeContextDefaults(context);
        return isKnown ? new WhisperLibrary(path, api, version)
            : throw new WhisperException($"{path} is whisper.cpp {version}, whose structures are not those of 1.8 and 1.9: {WhisperFiles.Script} builds a version that is known");
    }
}
