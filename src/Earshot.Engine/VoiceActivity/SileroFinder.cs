using Earshot.Audio.Detection;
using Earshot.Audio.Levels;

namespace Earshot.Engine.VoiceActivity;

/// <summary>A recording, heard to its end: every window goes to the network as it comes.</summary>
internal sealed class SileroFinder(SileroModel model, int sampleRateHz) : SileroChannel(sampleRateHz), ISpeechFinder
{
    public IReadOnlyList<SampleRange> Complete()
    {
        End();
        Gate.Complete();
        var ranges = new List<SampleRange>();
        while (Gate.TryTake(out SpeechEdge began) && Gate.TryTake(out SpeechEdge ended)) ranges.Add(new SampleRange(Place(began.Sample), Place(ended.Sample) - Place(began.Sample)));
        return ranges;
    }

    protected override void OnWindow(ReadOnlySpan<float> window, int samples) => Judge(samples, model.Run(Shape, window, State));
}
