using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Earshot.Whisper;

/// <summary>The functions of whisper.cpp's C interface (whisper.h of 1.9) that are used here.</summary>
internal sealed unsafe class WhisperApi
{
    public readonly delegate* unmanaged<byte*> Version;
    public readonly delegate* unmanaged<ContextParameters*> ContextDefaults;
    public readonly delegate* unmanaged<ContextParameters*, void> FreeContextDefaults;
    public readonly delegate* unmanaged<byte*, ContextParameters, nint> InitFromFile;
    public readonly delegate* unmanaged<nint, nint> InitState;
    public readonly delegate* unmanaged<nint, void> Free;
    public readonly delegate* unmanaged<nint, void> FreeState;
    public readonly delegate* unmanaged<int, FullParameters*> FullDefaults;
    public readonly delegate* unmanaged<FullParameters*, void> FreeFullDefaults;
    public readonly delegate* unmanaged<nint, nint, FullParameters, float*, int, int> Full;
    public readonly delegate* unmanaged<nint, int> IsMultilingual;
    public readonly delegate* unmanaged<nint, byte*> ModelType;
    public readonly delegate* unmanaged<byte*, int> LanguageId;
    public readonly delegate* unmanaged<int, byte*> LanguageName;
    public readonly delegate* unmanaged<nint, int> FoundLanguage;
    public readonly delegate* unmanaged<nint, int> SegmentCount;
    public readonly delegate* unmanaged<nint, int, long> SegmentStart;
    public readonly delegate* unmanaged<nint, int, long> SegmentEnd;
    public readonly delegate* unmanaged<nint, int, byte*> SegmentText;
    public readonly delegate* unmanaged<nint, int, float> NoSpeechProbability;
    public readonly delegate* unmanaged<nint, int, int> TokenCount;
    public readonly delegate* unmanaged<nint, nint, int, int, byte*> TokenText;
    public readonly delegate* unmanaged<nint, int, int, TokenData> Token;
    public readonly delegate* unmanaged<nint, int> EndOfText;

    private readonly nint library;
    private readonly string path;

    public WhisperApi(string path)
    {
        this.path = path;
        if (!NativeLibrary.TryLoad(path, out library)) throw new WhisperException($"{path} cannot be loaded as a library of this machine (another architecture, or one that it needs, as libggml, is not beside it)");
        Version = (delegate* unmanaged<byte*>)Find("whisper_version");
        ContextDefaults = (delegate* unmanaged<ContextParameters*>)Find("whisper_context_default_params_by_ref");
        FreeContextDefaults = (delegate* unmanaged<ContextParameters*, void>)Find("whisper_free_context_params");
        InitFromFile = (delegate* unmanaged<byte*, ContextParameters, nint>)Find("whisper_init_from_file_with_params_no_state");
        InitState = (delegate* unmanaged<nint, nint>)Find("whisper_init_state");
        Free = (delegate* unmanaged<nint, void>)Find("whisper_free");
        FreeState = (delegate* unmanaged<nint, void>)Find("whisper_free_state");
        FullDefaults = (delegate* unmanaged<int, FullParameters*>)Find("whisper_full_default_params_by_ref");
        FreeFullDefaults = (delegate* unmanaged<FullParameters*, void>)Find("whisper_free_params");
        Full = (delegate* unmanaged<nint, nint, FullParameters, float*, int, int>)Find("whisper_full_with_state");
        IsMultilingual = (delegate* unmanaged<nint, int>)Find("whisper_is_multilingual");
        ModelType = (delegate* unmanaged<nint, byte*>)Find("whisper_model_type_readable");
        LanguageId = (delegate* unmanaged<byte*, int>)Find("whisper_lang_id");
        LanguageName = (delegate* unmanaged<int, byte*>)Find("whisper_lang_str");
        FoundLanguage = (delegate* unmanaged<nint, int>)Find("whisper_full_lang_id_from_state");
        SegmentCount = (delegate* unmanaged<nint, int>)Find("whisper_full_n_segments_from_state");
        SegmentStart = (delegate* unmanaged<nint, int, long>)Find("whisper_full_get_segment_t0_from_state");
        SegmentEnd = (delegate* unmanaged<nint, int, long>)Find("whisper_full_get_segment_t1_from_state");
        SegmentText = (delegate* unmanaged<nint, int, byte*>)Find("whisper_full_get_segment_text_from_state");
        NoSpeechProbability = (delegate* unmanaged<nint, int, float>)Find("whisper_full_get_segment_no_speech_prob_from_state");
        TokenCount = (delegate* unmanaged<nint, int, int>)Find("whisper_full_n_tokens_from_state");
        TokenText = (delegate* unmanaged<nint, nint, int, int, byte*>)Find("whisper_full_get_token_text_from_state");
        Token = (delegate* unmanaged<nint, int, int, TokenData>)Find("whisper_full_get_token_data_from_state");
        EndOfText = (delegate* unmanaged<nint, int>)Find("whisper_token_eot");
        ((delegate* unmanaged<delegate* unmanaged[Cdecl]<int, byte*, void*, void>, void*, void>)Find("whisper_log_set"))(&OnLog, null);
    }

    /// <summary>What it last complained of on this thread; empty when it did not.</summary>
    [field: ThreadStatic]
    public static string? LastError { get; set; }

    public static string Text(byte* utf8) => Marshal.PtrToStringUTF8((nint)utf8) ?? "";

    /// <summary>Its own words go nowhere but into our errors: a library does not write to the console.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLog(int level, byte* text, void* user)
    {
        const int error = 4;
        if (level == error && text is not null) LastError = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text)).Trim();
    }

    private void* Find(string name) => NativeLibrary.TryGetExport(library, name, out nint address) ? (void*)address
        : throw new WhisperException($"{path} is not whisper.cpp 1.8 or newer: {name} is missing. {WhisperFiles.Script} builds one");
}
