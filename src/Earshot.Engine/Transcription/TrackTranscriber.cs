using Earshot.Audio.Detection;
using Earshot.Audio.Levels;
using Earshot.Audio.Wave;

namespace Earshot.Engine.Transcription;

/// <summary>What one track is and how its words are to be made.</summary>
internal sealed record TrackRequest
{
    /// <summary>Opens the file at its start; read for its pieces, and before that for its speech where that is not known.</summary>
    public required Func<WaveReader> Open { get; init; }

    /// <summary>Where somebody speaks, when that is known; null to have it found.</summary>
    public KnownSpeech? Speech { get; init; }

    public int Channel { get; init; }
    public string Track { get; init; } = "";
    public string Speaker { get; init; } = "";
    public string Language { get; init; } = "";

    /// <summary>What the engine gets; Earshot's own recordings give the carrier's samples at half their rate.</summary>
    public int RateHz { get; init; } = 16_000;

    /// <summary>True for a recording whose every second sample is the carrier's own.</summary>
    public bool Doubled { get; init; }

    /// <summary>What was heard live of the same track; null where nothing was.</summary>
    public Transcript? Live { get; init; }

    /// <summary>Hears the seconds that are done, once in a while.</summary>
    public Action<double>? Progress { get; init; }
}

/// <summary>Speech that was found before.</summary>
/// <param name="Detector">What found it.</param>
/// <param name="Places">In order, in seconds from the recording's first sample.</param>
/// <param name="DurationSeconds">Length of the recording.</param>
internal sealed record KnownSpeech(string Detector, IReadOnlyList<(double StartSeconds, double EndSeconds)> Places, double DurationSeconds)
{
    public (IReadOnlyList<SampleRange> Speech, string Detector, long Samples) At(int rateHz)
    {
        long Sample(double seconds) => (long)Math.Round(seconds * rateHz);
        return ([.. Places.Select(p => new SampleRange(Sample(p.StartSeconds), Sample(p.EndSeconds) - Sample(p.StartSeconds)))], Detector, Sample(DurationSeconds));
    }
}

/// <summary>Makes a track's transcript: finds its speech, sends it piece by piece, puts the answers on the track's time and weighs them. At most <c>Parallel</c> pieces are in memory.</summary>
internal sealed class TrackTranscriber(TranscriptionOptions options, ISpeechDetector detector)
{
    private const int DetectRateHz = 16_000;
    private const int BlockSamples = 8192;

    /// <summary>With more sound than this, a network that hears no speech is believed.</summary>
    private const double LeastHeardSeconds = 2;

    /// <exception cref="WaveFormatException">There is no audio in the file.</exception>
    /// <exception cref="OperationCanceledException">It was called off.</exception>
    public async Task<Transcript> RunAsync(ITranscriber engine, TrackRequest request, CancellationToken cancellation)
    {
        (IReadOnlyList<SampleRange> speech, string found, long samples) = request.Speech?.At(request.RateHz) ?? FindSpeech(request, cancellation);
        var transcript = new Transcript
        {
            State = TranscriptStates.NoSpeech,
            Reason = "Nobody speaks, so nothing was sent to the engine.",
            Engine = engine.Engine,
            Model = engine.Model,
            Language = request.Language,
            Track = request.Track,
            Speaker = request.Speaker,
            SampleRateHz = request.RateHz,
            SpeechDetector = found,
            DurationSeconds = Math.Round((double)samples / request.RateHz, 3),
            SpeechSeconds = Math.Round(speech.Sum(r => r.Length) / (double)request.RateHz, 3),
        };
        if (speech.Count == 0) return transcript;
        PieceResult[] pieces = await Pieces(engine, request, speech, samples, cancellation);
        return Assemble(transcript, request, engine, pieces);
    }

    /// <summary>As the analysis finds it: where the network hears nothing at all in a recording with a single short word, energy says where it is.</summary>
    private (IReadOnlyList<SampleRange> Speech, string Detector, long Samples) FindSpeech(TrackRequest request, CancellationToken cancellation)
    {
        using var source = new SpeechSource(request.Open(), request.Channel, DetectRateHz);
        var energy = new EnergySpeechDetector(DetectRateHz);
        ISpeechFinder? network = detector is EnergySpeech ? null : detector.OpenRecording(DetectRateHz);
        var block = new short[BlockSamples];
        var floats = new float[BlockSamples];
        long samples = 0;
        int read;
        while ((read = source.Read(block)) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            SampleConversion.ToFloats(block.AsSpan(0, read), floats);
            energy.Add(floats.AsSpan(0, read));
            network?.Add(floats.AsSpan(0, read));
            samples += read;
        }
        if (samples == 0) throw new WaveFormatException("there is no audio in the file: its header is followed by nothing. Record it again.");
        double scale = (double)request.RateHz / DetectRateHz;
        long Scaled(long sample) => (long)Math.Round(sample * scale);
        (IReadOnlyList<SampleRange> speech, string name) = (energy.Complete(), EnergySpeech.DetectorName);
        if (network is not null)
        {
            IReadOnlyList<SampleRange> heard = SpeechEdges.Place(network.Complete(), Levels(energy), DetectRateHz);
            if (heard.Count > 0 || speech.Sum(r => r.Length) >= LeastHeardSeconds * DetectRateHz) (speech, name) = (heard, detector.Name);
        }
        return ([.. speech.Select(r => new SampleRange(Scaled(r.Start), Scaled(r.End) - Scaled(r.Start)))], name, Scaled(samples));
    }

    private static float[] Levels(EnergySpeechDetector energy)
    {
        var levels = new float[energy.FrameCount];
        for (int i = 0; i < levels.Length; i++) levels[i] = (float)energy.LevelDbfs(i);
        return levels;
    }

    private async Task<PieceResult[]> Pieces(ITranscriber engine, TrackRequest request, IReadOnlyList<SampleRange> speech, long samples, CancellationToken cancellation)
    {
        var told = new TranscribeRequest(request.Language, options.Prompt);
        var made = new List<Task<PieceResult>>();
        using var places = new SemaphoreSlim(options.Parallel);
        bool failed = false; // The engine is away or refuses: what is left would fare no better, and cost.
        using var source = new SpeechSource(request.Open(), request.Channel, request.RateHz, request.Doubled);
        foreach ((SpeechStretch stretch, short[] audio) in Cut(source, SpeechCutter.Cut(speech, samples, request.RateHz, options.JoinPause, options.LongestPiece), request.RateHz))
        {
            try
            {
                await places.WaitAsync(cancellation);
                cancellation.ThrowIfCancellationRequested();
            }
            catch (OperationCanceledException)
            {
                await ((Task)Task.WhenAll(made)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }
            if (Volatile.Read(ref failed)) break;
            request.Progress?.Invoke((double)stretch.Audio.Start / request.RateHz);
            made.Add(One(stretch, audio));
        }
        return await Task.WhenAll(made);

        async Task<PieceResult> One(SpeechStretch stretch, short[] audio)
        {
            var piece = new SpeechPiece(audio, request.RateHz);
            try
            {
                EngineAnswer answer = await engine.TranscribeAsync(piece, told, cancellation);
                return new PieceResult(stretch, piece.Seconds, answer.Language, SegmentPlacer.Place(stretch, piece, answer), null);
            }
            catch (TranscriptionException e)
            {
                Volatile.Write(ref failed, true);
                return new PieceResult(stretch, piece.Seconds, "", [], e);
            }
            finally
            {
                places.Release();
            }
        }
    }

    /// <summary>Reads the stretches' samples; one that is too long is cut at its quietest place.</summary>
    private IEnumerable<(SpeechStretch Stretch, short[] Audio)> Cut(SpeechSource source, IReadOnlyList<SpeechStretch> stretches, int rateHz)
    {
        int most = SpeechCutter.MostSamples(options.LongestPiece, rateHz);
        var buffer = new short[most];
        long at = 0;
        foreach (SpeechStretch stretch in stretches)
        {
            while (at < stretch.Audio.Start)
            {
                int passed = source.Read(buffer.AsSpan(0, (int)Math.Min(most, stretch.Audio.Start - at)));
                if (passed == 0) yield break;
                at += passed;
            }
            int filled = 0;
            do
            {
                int wanted = (int)Math.Min(most - filled, stretch.Audio.End - at), read = source.Read(buffer.AsSpan(filled, wanted));
                filled += read;
                at += read;
                bool last = at >= stretch.Audio.End || read < wanted;
                int cut = last ? filled : SpeechCutter.QuietestPlace(buffer.AsSpan(0, filled), rateHz);
                if (cut == 0) break;
                long start = at - filled;
                yield return (new SpeechStretch(new SampleRange(start, cut), Within(stretch.Speech, start, start + cut)), buffer[..cut]);
                buffer.AsSpan(cut, filled - cut).CopyTo(buffer);
                filled -= cut;
                if (last) break;
            }
            while (true);
        }
    }

    private static SampleRange[] Within(IReadOnlyList<SampleRange> speech, long from, long to) =>
        [.. speech.Where(r => r.End > from && r.Start < to).Select(r => (Start: Math.Max(r.Start, from), End: Math.Min(r.End, to))).Select(r => new SampleRange(r.Start, r.End - r.Start))];

    private static Transcript Assemble(Transcript transcript, TrackRequest request, ITranscriber engine, PieceResult[] pieces)
    {
        TranscriptSegment[] segments = [.. pieces.SelectMany(p => p.Segments).Select(s => s.Weigh(request.Live))];
        TranscriptionException? failure = pieces.Select(p => p.Failure).FirstOrDefault(f => f is not null);
        double sent = pieces.Sum(p => p.Failure is null ? p.SentSeconds : 0);
        transcript = transcript with
        {
            Segments = segments,
            Language = pieces.Select(p => p.Language).FirstOrDefault(l => l.Length > 0) ?? request.Language,
            SentSeconds = Math.Round(sent, 3),
            Requests = pieces.Length,
            CostDollars = Math.Round(sent / 60 * engine.PricePerMinute, 6),
        };
        if (failure is not null)
        {
            int failed = pieces.Count(p => p.Failure is not null);
            string which = failed == pieces.Length ? "" : $"after {pieces.Length - failed} pieces: ";
            return transcript with { State = TranscriptStates.Failed, Reason = which + failure.Message, MayPass = pieces.Any(p => p.Failure is { MayPass: true }) };
        }
        bool any = segments.Any(s => !s.WithoutSpeech);
        return transcript with
        {
            State = any ? TranscriptStates.Text : TranscriptStates.SpeechWithoutText,
            Reason = any ? "" : FormattableString.Invariant($"Somebody speaks for {transcript.SpeechSeconds:0.0} s, and the engine gave no text for it."),
        };
    }

    private sealed record PieceResult(SpeechStretch Stretch, double SentSeconds, string Language, IReadOnlyList<PlacedSegment> Segments, TranscriptionException? Failure);
}
