using System.Runtime.InteropServices;

namespace Earshot.Testing;

/// <summary>Debian's pocketsphinx with its English model: a recogniser with real weights. It knows a closed list of sentences.</summary>
internal sealed partial class Pocketsphinx : IDisposable
{
    private const string Library = "libpocketsphinx.so.3";
    private const string Base = "libsphinxbase.so.3";
    private const string Models = "/usr/share/pocketsphinx/model/en-us";
    private const double FrameSeconds = 0.01;

    private readonly Lock gate = new();
    private readonly IReadOnlyDictionary<string, string> written;
    private nint decoder;

    private Pocketsphinx(nint decoder, IReadOnlyDictionary<string, string> written) => (this.decoder, this.written) = (decoder, written);

    /// <summary>True where library and model are installed.</summary>
    public static bool Installed => File.Exists(Path.Combine(Models, "en-us/mdef")) && NativeLibrary.TryLoad(Library, out _) && NativeLibrary.TryLoad(Base, out _);

    /// <param name="voice">Whose sentences are all that may be said.</param>
    public static Pocketsphinx Load(PromptSet voice)
    {
        string[] arguments = ["earshot", "-hmm", Path.Combine(Models, "en-us"), "-dict", Path.Combine(Models, "cmudict-en-us.dict"), "-logfn", "/dev/null"];
        nint[] words = [.. arguments.Select(Marshal.StringToCoTaskMemUTF8)];
        nint config = cmd_ln_parse_r(0, ps_args(), words.Length, words, 0);
        nint decoder = ps_init(config);
        Assertion(decoder != 0, "pocketsphinx could not be started");
        var written = voice.Sounds.Keys.ToDictionary(Added, w => w, StringComparer.Ordinal);
        foreach ((string word, string phones) in voice.Sounds) Assertion(ps_add_word(decoder, Added(word), phones, 1) >= 0, $"pocketsphinx does not take the word {word}");
        Assertion(ps_set_jsgf_string(decoder, "prompts", $"#JSGF V1.0;\ngrammar prompts;\npublic <prompt> = {string.Join(" | ", voice.All.Select(p => string.Join(' ', p.Text.Split(' ').Select(w => voice.Sounds.ContainsKey(w) ? Added(w) : w))))};\n") == 0, "pocketsphinx does not take the grammar");
        Assertion(ps_set_search(decoder, "prompts") == 0, "pocketsphinx does not take the search");
        return new Pocketsphinx(decoder, written);
    }

    /// <summary>A word as it stands in the dictionary, which knows ASCII alone and may have one that is written the same.</summary>
    private static string Added(string word) => string.Concat(word.Normalize(System.Text.NormalizationForm.FormD).Where(char.IsAscii)) + "-added";

    /// <summary>What is said, word by word, with places in seconds; empty where it is none of the sentences.</summary>
    /// <param name="samples">At 16 kHz.</param>
    public IReadOnlyList<(string Word, double Start, double End)> Recognise(ReadOnlySpan<short> samples)
    {
        // The model was trained on wide-band speech: with the images of the telephone band above 4 kHz its features fit better than with nothing there.
        var doubled = new short[samples.Length];
        for (int i = 0; i < samples.Length; i++) doubled[i] = samples[i & ~1];
        lock (gate)
        {
            Assertion(ps_start_utt(decoder) == 0 && ps_process_raw(decoder, doubled, (nuint)doubled.Length, 0, 1) >= 0 && ps_end_utt(decoder) == 0, "pocketsphinx does not take the speech");
            var words = new List<(string, double, double)>();
            for (nint segment = ps_seg_iter(decoder); segment != 0; segment = ps_seg_next(segment))
            {
                string word = Marshal.PtrToStringUTF8(ps_seg_word(segment)) ?? "";
                ps_seg_frames(segment, out int from, out int to);
                int variant = word.IndexOf('(', StringComparison.Ordinal);
                if (variant > 0) word = word[..variant];
                if (word.Length > 0 && word[0] is not ('<' or '(' or '[')) words.Add((written.GetValueOrDefault(word, word), from * FrameSeconds, (to + 1) * FrameSeconds));
            }
            return words;
        }
    }

    public void Dispose()
    {
        if (decoder != 0) _ = ps_free(decoder);
        decoder = 0;
    }

    private static void Assertion(bool holds, string message)
    {
        if (!holds) throw new InvalidOperationException(message);
    }

    [LibraryImport(Library)]
    private static partial nint ps_args();

    [LibraryImport(Base)]
    private static partial nint cmd_ln_parse_r(nint config, nint definitions, int count, [In] nint[] arguments, int strict);

    [LibraryImport(Library)]
    private static partial nint ps_init(nint config);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ps_set_jsgf_string(nint decoder, string name, string grammar);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ps_add_word(nint decoder, string word, string phones, int update);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ps_set_search(nint decoder, string name);

    [LibraryImport(Library)]
    private static partial int ps_start_utt(nint decoder);

    [LibraryImport(Library)]
    private static partial int ps_process_raw(nint decoder, [In] short[] samples, nuint count, int noSearch, int fullUtterance);

    [LibraryImport(Library)]
    private static partial int ps_end_utt(nint decoder);

    [LibraryImport(Library)]
    private static partial nint ps_seg_iter(nint decoder);

    [LibraryImport(Library)]
    private static partial nint ps_seg_next(nint segment);

    [LibraryImport(Library)]
    private static partial nint ps_seg_word(nint segment);

    [LibraryImport(Library)]
    private static partial void ps_seg_frames(nint segment, out int from, out int to);

    [LibraryImport(Library)]
    private static partial int ps_free(nint decoder);
}
