using Earshot.Engine.Transcription;

namespace Earshot.Engine.Tests.Transcription;

/// <summary>An engine that keeps what it gets and answers as a test wants.</summary>
internal sealed class FakeEngine(Func<SpeechPiece, TranscribeRequest, CancellationToken, Task<EngineAnswer>> answer, int expect = int.MaxValue) : ITranscriber
{
    public const double Price = 0.6;

    private readonly TaskCompletionSource expected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<SpeechPiece> pieces = [];

    public FakeEngine(Func<SpeechPiece, Task<EngineAnswer>> answer, int expect = int.MaxValue)
        : this((piece, _, _) => answer(piece), expect)
    {
    }

    public FakeEngine(Func<SpeechPiece, EngineAnswer> answer)
        : this(p => Task.FromResult(answer(p)))
    {
    }

    public string Engine => "fake";

    public string Model => "of-the-test";

    public double PricePerMinute => Price;

    public bool HasRoom { get; set; } = true;

    /// <summary>Completes when as many pieces came as were expected.</summary>
    public Task Expected => expected.Task;

    public IReadOnlyList<SpeechPiece> Pieces
    {
        get
        {
            lock (pieces) return [.. pieces];
        }
    }

    public async Task<EngineAnswer> TranscribeAsync(SpeechPiece piece, TranscribeRequest request, CancellationToken cancellation)
    {
        lock (pieces)
        {
            pieces.Add(piece);
            if (pieces.Count == expect) expected.SetResult();
        }
        return await answer(piece, request, cancellation);
    }
}
