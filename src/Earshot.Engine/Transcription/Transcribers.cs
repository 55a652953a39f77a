using System.Diagnostics.CodeAnalysis;

namespace Earshot.Engine.Transcription;

/// <summary>The engines, made when they are first wanted. Live and after the call share one, and its limit.</summary>
internal sealed class Transcribers(TranscriptionOptions options, TimeProvider time) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, LimitedTranscriber> made = new(StringComparer.Ordinal);

    /// <summary>The engine of the settings; null while none is chosen.</summary>
    public ITranscriber? Chosen => options.IsOn ? Get(options.Engine) : null;

    /// <summary>An engine by its name.</summary>
    /// <exception cref="TranscriptionException">There is no such engine, or it cannot be made here.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "Disposed with the limit around it.")]
    public ITranscriber Get(string engine)
    {
        lock (gate)
        {
            if (made.TryGetValue(engine, out LimitedTranscriber? there)) return there;
            ITranscriber one = engine switch
            {
                TranscriptionOptions.OpenAiEngine => new OpenAiTranscriber(options, time),
                TranscriptionOptions.WhisperEngine => new WhisperTranscriber(options, time),
                _ => throw new TranscriptionException($"there is no engine '{engine}'; Transcription:Engine is one of {string.Join(", ", TranscriptionOptions.Engines)}", mayPass: false),
            };
            return made[engine] = new LimitedTranscriber(one, options.Parallel);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (LimitedTranscriber one in made.Values) one.Dispose();
            made.Clear();
        }
    }
}
