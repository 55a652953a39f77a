namespace Earshot.Engine.Transcription;

/// <summary>Lets so many pieces at once to an engine, whoever they come from; the others wait.</summary>
internal sealed class LimitedTranscriber(ITranscriber engine, int atOnce) : ITranscriber, IDisposable
{
    private readonly SemaphoreSlim places = new(atOnce);

    public string Engine => engine.Engine;

    public string Model => engine.Model;

    public double PricePerMinute => engine.PricePerMinute;

    public bool HasRoom => places.CurrentCount > 0;

    public async Task<EngineAnswer> TranscribeAsync(SpeechPiece piece, TranscribeRequest request, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        try
        {
            return await engine.TranscribeAsync(piece, request, cancellation);
        }
        catch (Exception e) when (e is not (TranscriptionException or OperationCanceledException))
        {
            throw new TranscriptionException($"the engine '{Engine}' failed in a way that nobody foresaw: {e.Message}", mayPass: false, e);
        }
        finally
        {
            places.Release();
        }
    }

    public void Dispose()
    {
        places.Dispose();
        (engine as IDisposable)?.Dispose();
    }
}
