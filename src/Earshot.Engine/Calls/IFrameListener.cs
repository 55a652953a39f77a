namespace Earshot.Engine.Calls;

/// <summary>Hears a track's audio while the call runs. Called on the reading thread: it must neither block nor throw.</summary>
internal interface IFrameListener
{
    /// <summary>Samples at 16 kHz, 16-bit, mono, in order; <paramref name="startSample"/> is the first one's place in the recording.</summary>
    void OnSamples(Track track, long startSample, ReadOnlySpan<short> samples);
}
