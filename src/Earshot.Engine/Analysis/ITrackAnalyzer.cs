namespace Earshot.Engine.Analysis;

/// <summary>One measure, or a family, of one channel. It sees every sample once.</summary>
internal interface ITrackAnalyzer
{
    /// <summary>Takes the next samples.</summary>
    void Add(in SampleBlock block);

    /// <summary>Writes measures and findings. Analyzers complete in the order in which they are registered, so that each can use what those before it found.</summary>
    void Complete(TrackContext track);
}
