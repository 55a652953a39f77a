using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Earshot.Engine.Transcription;

/// <summary>Answers of runs that were not completed, for the next attempt: what the engine has done, and was paid for, is not asked of it again. Thread-safe; a restart forgets.</summary>
internal sealed class AnswerMemory
{
    /// <summary>Recordings that wait for another attempt at the most; the oldest is forgotten.</summary>
    private const int MostRecordings = 500;

    private readonly Lock gate = new();
    private readonly LinkedList<(string CallSid, string RecordingId, ConcurrentDictionary<Asked, EngineAnswer> Answers)> recordings = new();

    /// <summary>The engine, for one recording.</summary>
    public ITranscriber Around(string callSid, string recordingId, ITranscriber engine)
    {
        lock (gate)
        {
            LinkedListNode<(string CallSid, string RecordingId, ConcurrentDictionary<Asked, EngineAnswer> Answers)>? node = Find(recordingId) ?? recordings.AddLast((callSid, recordingId, new ConcurrentDictionary<Asked, EngineAnswer>()));
            if (recordings.Count > MostRecordings) recordings.RemoveFirst();
            return new Remembering(engine, node.Value.Answers);
        }
    }

    /// <summary>The call was deleted.</summary>
    public void ForgetCall(string callSid)
    {
        lock (gate)
        {
            for (var node = recordings.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.CallSid == callSid) recordings.Remove(node);
                node = next;
            }
        }
    }

    /// <summary>The recording's words are there.</summary>
    public void Forget(string recordingId)
    {
        lock (gate)
        {
            if (Find(recordingId) is { } node) recordings.Remove(node);
        }
    }

    private LinkedListNode<(string CallSid, string RecordingId, ConcurrentDictionary<Asked, EngineAnswer> Answers)>? Find(string recordingId)
    {
        for (var node = recordings.First; node is not null; node = node.Next)
        {
            if (node.Value.RecordingId == recordingId) return node;
        }
        return null;
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
