using Earshot.Audio.Detection;
using Earshot.Audio.Wave;

namespace Earshot.Engine.Analysis;

/// <summary>Measures a recording in one pass over its samples and says what is wrong with it.</summary>
/// <remarks>Memory does not grow with the samples: what is kept grows by about 1.5 MB an hour and channel (levels for the speech detector and for pictures).</remarks>
internal static class RecordingAnalyzer
{
    /// <summary>The most samples of a channel that are taken at a time.</summary>
    public const int BlockSamples = 8192;

    /// <summary>Analyses the audio that is left in the reader.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="options">Thresholds.</param>
    /// <param name="detector">Finds the speech.</param>
    /// <param name="file">What the file is called in the report.</param>
    /// <param name="facts">What the recorder knows, where it recorded it.</param>
    /// <param name="progress">Hears the seconds analysed, once in a while.</param>
    /// <param name="observer">Sees every block of interleaved samples, for pictures.</param>
    /// <param name="cancellation">Stops between two blocks.</param>
    /// <exception cref="WaveFormatException">There is no audio in the file.</exception>
    public static AnalysisReport Analyze(WaveReader reader, AnalysisOptions options, ISpeechDetector detector, string file = "", RecordingFacts? facts = null, Action<double>? progress = null, SamplesObserver? observer = null, CancellationToken cancellation = default)
    {
        WaveFormat format = reader.Format;
        int channels = format.Channels;
        var tracks = new TrackAnalysis[channels];
        for (int c = 0; c < channels; c++) tracks[c] = new TrackAnalysis(new TrackContext(TrackName(c, channels, facts), format, options, facts), detector);
        ConversationAnalysis? both = channels == 2 && !options.LevelsOnly ? new ConversationAnalysis(format.SampleRateHz, options) : null;
        var interleaved = new short[BlockSamples * channels];
        var one = new short[BlockSamples];
        int read;
        while ((read = reader.Read(interleaved)) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<short> block = interleaved.AsSpan(0, read);
            observer?.Invoke(block);
            for (int c = 0; c < channels; c++) tracks[c].Add(Channel(block, channels, c, one));
            both?.Add(tracks[0].Floats(read / channels), tracks[1].Floats(read / channels));
            progress?.Invoke(tracks[0].Track.DurationSeconds);
        }
        if (tracks[0].Track.Samples == 0) throw new WaveFormatException("there is no audio in the file: its header is followed by nothing. Record it again.");
        foreach (TrackAnalysis track in tracks) track.Complete();
        return Report(file, reader, [.. tracks.Select(t => t.Track)], both);
    }

    private static ReadOnlySpan<short> Channel(ReadOnlySpan<short> block, int channels, int channel, short[] destination)
    {
        if (channels == 1) return block;
        int count = block.Length / channels;
        for (int i = 0, at = channel; i < count; i++, at += channels) destination[i] = block[at];
        return destination.AsSpan(0, count);
    }

    private static AnalysisReport Report(string file, WaveReader reader, IReadOnlyList<TrackContext> tracks, ConversationAnalysis? both)
    {
        WaveFormat format = reader.Format;
        var findings = new List<Finding>();
        ConversationReport? conversation = both?.Complete(tracks[0], tracks[1], findings);
        findings.AddRange([.. FileFindings.Of(reader, tracks[0]), .. tracks.SelectMany(t => t.Findings)]);
        return new AnalysisReport
        {
            File = file,
            DurationSeconds = Math.Round(tracks[0].DurationSeconds, 6),
            SampleRateHz = format.SampleRateHz,
            Channels = format.Channels,
            Encoding = format.Encoding.ToString().ToLowerInvariant(),
            BitsPerSample = format.BitsPerSample,
            Warnings = FileFindings.Words(reader.Warnings),
            Verdict = VerdictOf(findings),
            Findings = [.. findings.OrderByDescending(f => f.Severity).ThenBy(f => Rank(f.Code)).ThenBy(f => f.StartSeconds)],
            Conversation = conversation,
            Repair = new RepairFacts(Math.Max(tracks[0].Mistake.Step, 1)),
            Tracks = [.. tracks.Select(t => t.ToReport())],
        };
    }

    /// <summary>Among equals what causes others stands first: audio that was read by the wrong rule is loud, offset and no speech as well, and what clips is loud.</summary>
    private static int Rank(string code) => code switch
    {
        FindingCodes.WrongCodec or FindingCodes.WrongByteOrder or FindingCodes.WrongRate => 0,
        FindingCodes.Clipping => 1,
        _ => 2,
    };

    /// <summary>What the findings come to.</summary>
    public static Verdict VerdictOf(IReadOnlyList<Finding> findings) =>
        findings.Any(f => f.Severity == Severity.Error) ? Verdict.Bad : findings.Any(f => f.Severity == Severity.Warning) ? Verdict.Fair : Verdict.Good;

    private static string TrackName(int channel, int channels, RecordingFacts? facts) => (channels, channel) switch
    {
        (1, _) => facts?.Track ?? "mono",
        (2, 0) => "left",
        (2, 1) => "right",
        _ => $"channel {channel + 1}",
    };
}

/// <summary>Sees interleaved samples as they are read.</summary>
internal delegate void SamplesObserver(ReadOnlySpan<short> interleaved);
