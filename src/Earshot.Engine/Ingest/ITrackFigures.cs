namespace Earshot.Engine.Ingest;

/// <summary>What is counted of a track while its audio is put in place.</summary>
internal interface ITrackFigures
{
    /// <summary>Timestamp of the first sample; NaN before it.</summary>
    double FirstMs { get; }

    /// <summary>Where the track is on the call's clock.</summary>
    double NowMs { get; }

    /// <inheritdoc cref="Recording.RecordingManifest.Frames"/>
    long Frames { get; }

    /// <inheritdoc cref="Recording.RecordingManifest.LostMs"/>
    double LostMs { get; }

    long Stalls { get; }

    long Duplicates { get; }

    /// <inheritdoc cref="Recording.RecordingManifest.Reordered"/>
    long Reordered { get; }

    /// <inheritdoc cref="Recording.RecordingManifest.Late"/>
    long Late { get; }

    /// <inheritdoc cref="Recording.RecordingManifest.DriftMs"/>
    double DriftMs { get; }

    /// <inheritdoc cref="Recording.RecordingManifest.PlaceErrorMs"/>
    double? PlaceErrorMs { get; }

    /// <summary>No more will come: what waits is put in place.</summary>
    void Complete();
}
