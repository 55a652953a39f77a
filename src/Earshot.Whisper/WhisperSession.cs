using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Earshot.Whisper;

/// <summary>Computes one piece of audio at a time. Not for several threads at once.</summary>
public sealed unsafe class WhisperSession : IDisposable
{
    /// <summary>The rate of the samples that it takes, in Hz.</summary>
    public const int SampleRateHz = 16_000;

    /// <summary>whisper.cpp passes over what is shorter than a second: silence is put behind it.</summary>
    private const int FewestSamples = SampleRateHz * 11 / 10;

    private const int Greedy = 0;
    private const double UnitsPerSecond = 100;

    private readonly WhisperModel model;
    private readonly WhisperApi api;
    private nint state;

    internal WhisperSession(WhisperModel model, nint state) => (this.model, api, this.state) = (model, model.Library.Api, state);

    /// <summary>Turns speech into text.</summary>
    /// <param name="samples">16 kHz, mono, -1 to 1.</param>
    /// <param name="request">How.</param>
    /// <param name="cancellation">Stops the computation within some tens of milliseconds.</param>
    /// <exception cref="WhisperException">The language is unknown to the model, or whisper.cpp failed.</exception>
    public WhisperResult Transcribe(ReadOnlySpan<float> samples, WhisperRequest request, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(state == 0, this);
        cancellation.ThrowIfCancellationRequested();
        byte[] language = Encoding.UTF8.GetBytes(LanguageFor(request.Language) + '\0');
        byte[] prompt = Encoding.UTF8.GetBytes(request.Prompt + '\0');
        float[] padded = samples.Length >= FewestSamples ? [] : new float[FewestSamples];
        if (padded.Length > 0) samples.CopyTo(padded);
        ReadOnlySpan<float> given = padded.Length > 0 ? padded : samples;
        WhisperApi.LastError = null;
        GCHandle called = GCHandle.Alloc(new CallOff(cancellation));
        int outcome;
        try
        {
            fixed (byte* languageText = language, promptText = prompt)
            fixed (float* data = given)
            {
                FullParameters parameters = Parameters(request.Threads);
                parameters.Language = languageText;
                if (prompt.Length > 1) parameters.InitialPrompt = promptText;
                parameters.Abort = &IsCalledOff;
                parameters.AbortData = (void*)GCHandle.ToIntPtr(called);
                outcome = api.Full(model.Context, state, parameters, data, given.Length);
            }
        }
        finally
        {
            called.Free();
        }
        cancellation.ThrowIfCancellationRequested();
        if (outcome != 0) throw new WhisperException($"whisper.cpp failed on {(double)samples.Length / SampleRateHz:0.0} s of audio with {model.Path} (code {outcome}{(WhisperApi.LastError is { } why ? $", {why}" : "")})");
        return new WhisperResult(WhisperApi.Text(api.LanguageName(api.FoundLanguage(state))), Segments((double)samples.Length / SampleRateHz));
    }

    /// <summary>Frees the session.</summary>
    public void Dispose()
    {
        nint free = Interlocked.Exchange(ref state, 0);
        if (free != 0) api.FreeState(free);
    }

    private FullParameters Parameters(int threads)
    {
        FullParameters* defaults = api.FullDefaults(Greedy);
        FullParameters parameters = *defaults;
        api.FreeFullDefaults(defaults);
        parameters.Threads = threads;
        parameters.NoContext = 1; // Each piece stands for itself: what was invented in one does not spread to the next.
        parameters.PrintProgress = parameters.PrintRealtime = parameters.PrintTimestamps = parameters.PrintSpecial = 0;
        parameters.TokenTimestamps = 1;
        return parameters;
    }

    private string LanguageFor(string wanted)
    {
        if (!model.IsMultilingual)
            return wanted is "" or "en" ? "en" : throw new WhisperException($"{model.Path} knows English alone, not '{wanted}': take a model without '.en'");
        if (wanted.Length == 0) return "auto";
        fixed (byte* name = Encoding.UTF8.GetBytes(wanted + '\0'))
            return api.LanguageId(name) >= 0 ? wanted : throw new WhisperException($"whisper knows no language '{wanted}': give it as two letters, as in 'fr'");
    }

    private List<WhisperSegment> Segments(double seconds)
    {
        var segments = new List<WhisperSegment>();
        int count = api.SegmentCount(state);
        for (int i = 0; i < count; i++)
        {
            double start = Math.Min(seconds, api.SegmentStart(state, i) / UnitsPerSecond), end = Math.Clamp(api.SegmentEnd(state, i) / UnitsPerSecond, start, seconds);
            string text = WhisperApi.Text(api.SegmentText(state, i)).Trim();
            if (text.Length == 0) continue;
            (List<WhisperWord> words, double logProbability) = Words(i, seconds);
            segments.Add(new WhisperSegment(start, end, text, logProbability, api.NoSpeechProbability(state, i), words));
        }
        return segments;
    }

    /// <summary>Tokens to words: one that begins with a space begins a word. A letter beyond ASCII may be cut into several tokens, so bytes are joined before they are read.</summary>
    private (List<WhisperWord> Words, double LogProbability) Words(int segment, double seconds)
    {
        var words = new List<WhisperWord>();
        var bytes = new List<byte>();
        double start = 0, end = 0, probability = 0, logProbability = 0;
        int tokens = 0, all = 0;
        int count = api.TokenCount(state, segment), endOfText = api.EndOfText(model.Context);
        for (int i = 0; i < count; i++)
        {
            TokenData token = api.Token(state, segment, i);
            if (token.Id >= endOfText) continue; // A mark of whisper's own, no text.
            ReadOnlySpan<byte> text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(api.TokenText(model.Context, state, segment, i));
            if (text.StartsWith((byte)' ')) Finish();
            if (tokens++ == 0) start = token.Start / UnitsPerSecond;
            end = token.End / UnitsPerSecond;
            bytes.AddRange(text);
            probability += token.Probability;
            logProbability += token.LogProbability;
            all++;
        }
        Finish();
        return (words, all == 0 ? 0 : logProbability / all);

        void Finish()
        {
            string word = Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(bytes)).Trim();
            if (word.Length > 0) words.Add(new WhisperWord(word, Math.Clamp(start, 0, seconds), Math.Clamp(end, Math.Clamp(start, 0, seconds), seconds), probability / tokens));
            bytes.Clear();
            (tokens, probability) = (0, 0);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte IsCalledOff(void* data) => GCHandle.FromIntPtr((nint)data).Target is CallOff { IsCalledOff: true } ? (byte)1 : (byte)0;

    private sealed class CallOff(CancellationToken cancellation)
    {
        public bool IsCalledOff => cancellation.IsCancellationRequested;
    }
}
