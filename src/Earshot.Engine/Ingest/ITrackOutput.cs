namespace Earshot.Engine.Ingest;

/// <summary>Takes one track's audio in its final order, without gaps.</summary>
internal interface ITrackOutput
{
    /// <summary>Coded samples that follow on what came before.</summary>
    void OnPayload(ReadOnlySpan<byte> payload);

    /// <summary>So many samples (at the format's rate) were lost and are silence.</summary>
    void OnFill(long samples);

    /// <summary>Of what follows, so many samples (at the format's rate) stand for messages that a journal lacks.</summary>
    void OnMissing(long samples)
    {
    }
}
