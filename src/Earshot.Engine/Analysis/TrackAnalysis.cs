using Earshot.Audio.Detection;
using Earshot.Audio.Levels;
using Earshot.Engine.Analysis.Analyzers;

namespace Earshot.Engine.Analysis;

/// <summary>All analyzers of one channel; a new measure is one line here.</summary>
internal sealed class TrackAnalysis
{
    private readonly List<ITrackAnalyzer> analyzers;
    private readonly float[] floats = new float[RecordingAnalyzer.BlockSamples];

    public TrackAnalysis(TrackContext track, ISpeechDetector detector)
    {
        Track = track;
        int rate = track.SampleRateHz;
        analyzers =
        [
            new ClippingAnalyzer(track),
            new LevelAnalyzer(),
            new LoudnessAnalyzer(rate),
            new SilenceAnalyzer(rate, track.Options),
        ];
        if (track.Options.LevelsOnly) return;
        analyzers.AddRange(
        [
            new SpeechAnalyzer(rate, detector),
            new ActiveSpeechAnalyzer(rate),
            new HumAnalyzer(rate),
            new NoiseAnalyzer(rate),
            new SpectrumAnalyzer(rate),
            new CodecAnalyzer(rate),
            new DropoutAnalyzer(rate),
            new ClickAnalyzer(rate),
            new JournalAnalyzer(),
            new VoiceAnalyzer(),
        ]);
    }

    public TrackContext Track { get; }

    public void Add(ReadOnlySpan<short> samples)
    {
        Span<float> converted = floats.AsSpan(0, samples.Length);
        SampleConversion.ToFloats(samples, converted);
        Track.Histogram.Add(samples);
        var block = new SampleBlock(samples, converted, Track.Samples);
        foreach (ITrackAnalyzer analyzer in analyzers) analyzer.Add(block);
        Track.Samples += samples.Length;
    }

    /// <summary>The last samples that were added, as floats.</summary>
    public ReadOnlySpan<float> Floats(int count) => floats.AsSpan(0, count);

    public void Complete()
    {
        foreach (ITrackAnalyzer analyzer in analyzers) analyzer.Complete(Track);
    }
}
