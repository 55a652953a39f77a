namespace Earshot.Engine.Transcription;

/// <summary>Speech to text. Nothing leaves the machine, and nothing is computed, until <see cref="Engine"/> is chosen.</summary>
internal sealed class TranscriptionOptions
{
    public const string None = "none";
    public const string OpenAiEngine = "openai";
    public const string WhisperEngine = "whisper";

    /// <summary>The engines that there are.</summary>
    public static IReadOnlyList<string> Engines { get; } = [None, OpenAiEngine, WhisperEngine];

    /// <summary><c>none</c>, <c>openai</c> for any endpoint that answers as OpenAI's does, or <c>whisper</c> for whisper.cpp in this process.</summary>
    public string Engine { get; set; } = None;

    /// <summary>Language of those numbers and calls that name none, as in <c>en</c>; empty lets the engine detect it.</summary>
    public string Language { get; set; } = "";

    /// <summary>Languages by number called or calling, as in <c>Numbers:+33155501012:Language=fr</c>.</summary>
    public Dictionary<string, TranscriptionNumberOptions> Numbers { get; } = new(StringComparer.Ordinal);

    /// <summary>Names and words that come up, to help the engine spell them; empty for none.</summary>
    public string Prompt { get; set; } = "";

    /// <summary>Pieces that are with the engine at once.</summary>
    public int Parallel { get; set; } = 2;

    /// <summary>How long one request may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long one piece may take with all its attempts.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often one piece is tried when the engine is busy or cannot be reached.</summary>
    public int MostAttempts { get; set; } = 4;

    /// <summary>The most speech that goes to the engine in one piece, 5 to 30 s.</summary>
    public TimeSpan LongestPiece { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A pause that is shorter does not end a piece.</summary>
    public TimeSpan JoinPause { get; set; } = TimeSpan.FromMilliseconds(600);

    /// <summary>Segments whose trust is below are shown as doubted.</summary>
    public double DoubtBelow { get; set; } = 0.5;

    public OpenAiOptions OpenAi { get; } = new();

    public WhisperOptions Whisper { get; } = new();

    public LiveTranscriptionOptions Live { get; } = new();

    /// <summary>True when an engine is chosen.</summary>
    public bool IsOn => Engine != None;

    /// <summary>The line that tells how to switch it on.</summary>
    public const string HowToConfigure = "No transcription engine is chosen: set EARSHOT__TRANSCRIPTION__ENGINE=openai with OPENAI_API_KEY (and OPENAI_BASE_URL for a server of your own), or =whisper for whisper.cpp on this machine; docs/guides/transcription.md tells more.";
}

/// <summary>What holds for one number.</summary>
internal sealed class TranscriptionNumberOptions
{
    /// <summary>Its callers' language, as in <c>fr</c>.</summary>
    public string Language { get; set; } = "";
}

/// <summary>An endpoint that answers as OpenAI's <c>audio/transcriptions</c> does.</summary>
internal sealed class OpenAiOptions
{
    /// <summary>Sent as the bearer's token; an endpoint of one's own may need none.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>The address before <c>/audio/transcriptions</c>.</summary>
    public string BaseUrl { get; set; } = "https://api.openai.com/v1";

    public string Model { get; set; } = "whisper-1";

    private const string OpenAiHost = "api.openai.com";
    private const double OpenAiPrice = 0.006;

    /// <summary>Price of a minute of audio in US dollars, to count what a transcript cost; 0 counts nothing. Unset it is OpenAI's own at OpenAI's own address, and 0 elsewhere.</summary>
    public double? PricePerMinute { get; set; }

    /// <summary>The price that is counted.</summary>
    public double Price => PricePerMinute ?? (Uri.TryCreate(BaseUrl, UriKind.Absolute, out Uri? url) && url.Host.Equals(OpenAiHost, StringComparison.OrdinalIgnoreCase) ? OpenAiPrice : 0);
}

/// <summary>whisper.cpp in this process.</summary>
internal sealed class WhisperOptions
{
    /// <summary>A name of <c>earshot models list</c>, or the path of a ggml file.</summary>
    public string Model { get; set; } = "base";

    /// <summary>The library, or the folder that has it; empty looks beside the program, where <c>get-whisper.sh</c> puts it, and on the system's path.</summary>
    public string Library { get; set; } = "";

    /// <summary>Threads for one piece; 0 shares the machine's among <c>Parallel</c>.</summary>
    public int Threads { get; set; }

    /// <summary>Whether a GPU is used where the library was built for one.</summary>
    public bool Gpu { get; set; } = true;
}
