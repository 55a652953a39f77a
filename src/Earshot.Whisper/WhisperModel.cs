using System.Text;

namespace Earshot.Whisper;

/// <summary>A model's weights in memory, shared by the sessions that are opened on it. Safe for several threads.</summary>
public sealed unsafe class WhisperModel : IDisposable
{
    private nint context;

    private WhisperModel(WhisperLibrary library, string path, nint context)
    {
        (Library, Path, this.context) = (library, path, context);
        IsMultilingual = library.Api.IsMultilingual(context) != 0;
        Kind = WhisperApi.Text(library.Api.ModelType(context));
    }

    /// <summary>The library that runs it.</summary>
    public WhisperLibrary Library { get; }

    /// <summary>Its file.</summary>
    public string Path { get; }

    /// <summary>False for a model of English alone.</summary>
    public bool IsMultilingual { get; }

    /// <summary>As in <c>tiny</c>, <c>base</c>, <c>large v3</c>.</summary>
    public string Kind { get; }

    internal nint Context => context != 0 ? context : throw new ObjectDisposedException(nameof(WhisperModel));

    /// <summary>Reads a model.</summary>
    /// <param name="library">What runs it.</param>
    /// <param name="path">A ggml file.</param>
    /// <param name="useGpu">Whether a GPU is used where the library was built with one.</param>
    /// <exception cref="WhisperException">It is not there, is no model, is cut off, or does not fit into memory.</exception>
    public static WhisperModel Load(WhisperLibrary library, string path, bool useGpu = true)
    {
        WhisperModelFile.Check(path);
        WhisperApi.LastError = null;
        ContextParameters* defaults = library.Api.ContextDefaults();
        ContextParameters parameters = *defaults;
        library.Api.FreeContextDefaults(defaults);
        parameters.UseGpu = useGpu ? (byte)1 : (byte)0;
        nint context;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0')) context = library.Api.InitFromFile(name, parameters);
        return context != 0 ? new WhisperModel(library, path, context)
            : throw new WhisperException($"{path} could not be loaded as a model ({WhisperApi.LastError ?? "whisper.cpp says no more"}): 'earshot models check' tells whether it is whole");
    }

    /// <summary>Opens a session; each computes one piece at a time, several at once.</summary>
    /// <exception cref="WhisperException">There is not enough memory for it.</exception>
    public WhisperSession Open()
    {
        nint state = Library.Api.InitState(Context);
        return state != 0 ? new WhisperSession(this, state) : throw new WhisperException($"whisper.cpp could not open a session on {Path} ({WhisperApi.LastError ?? "there may be too little memory"})");
    }

    /// <summary>Frees the weights. Its sessions must be disposed of before.</summary>
    public void Dispose()
    {
        nint free = Interlocked.Exchange(ref context, 0);
        if (free != 0) Library.Api.Free(free);
    }
}
