using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Earshot.Engine.Transcription;

/// <summary>Answers of runs that were not completed, for the next attempt: what the engine has done, and was paid for, is not asked of it again. Thread-safe; a restart forgets.</summary>
internal sealed class AnswerMemory
{
    /// <summary>Recordings that wait for another attempt at the most; the oldest is forgotten.</summary>
    private const int MostRecordings = 500;

    private readonly OrderedDictionary<string, Waiting> recordings = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    /// <summary>The engine, for one recording.</summary>
    public ITranscriber Around(string callSid, string recordingId, ITranscriber engine)
    {
        lock (gate)
        {
            if (!recordings.TryGetValue(recordingId, out Waiting? waiting)) recordings.Add(recordingId, waiting = new Waiting(callSid));
            if (recordings.Count > MostRecordings) recordings.RemoveAt(0);
            return new Remembering(engine, waiting.Answers);
        }
    }

    /// <summary>The recording's words are there.</summary>
    public void Forget(string recordingId)
    {
        lock (gate) recordings.Remove(recordingId);
    }

    /// <summary>The call was deleted.</summary>
    public void ForgetCall(string callSid)
    {
        lock (gate)
        {
            foreach (string id in recordings.Where(r => r.Value.CallSid == callSid).Select(r => r.Key).ToArray()) recordings.Remove(id);
        }
    }

    /// <summary>A recording whose words are not there yet, with what the engine has answered so far.</summary>
    private sealed record Waiting(string CallSid)
    {
        public ConcurrentDictionary<Asked, EngineAnswer> Answers { get; } = new();
    }

    /// <summary>What an answer depends on.</summary>
    private sealed record Asked(string Engine, string Model, TranscribeRequest Request, int SampleRateHz, string Sha256);

    private sealed class Remembering(ITranscriber engine, ConcurrentDictionary<Asked, EngineAnswer> answers) : ITranscriber
    {
        public string Engine => engine.Engine;

        public string Model => engine.Model;

        public double PricePerMinute => engine.PricePerMinute;

        public bool HasRoom => engine.HasRoom;

        public async Task<EngineAnswer> TranscribeAsync(SpeechPiece piece, TranscribeRequest request, CancellationToken cancellation)
        {
            var asked = new Asked(Engine, Model, request, piece.SampleRateHz, Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(piece.Samples.Span))));
            if (answers.TryGetValue(asked, out EngineAnswer? known)) return known;
            return answers[asked] = await engine.TranscribeAsync(piece, request, cancellation);
        }
    }
}
