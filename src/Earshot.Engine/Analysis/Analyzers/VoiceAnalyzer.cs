using Earshot.Audio.Detection;

namespace Earshot.Engine.Analysis.Analyzers;

/// <summary>What all the measures together say of the voice: none at all, muffled, at the wrong speed. It sees no samples of its own.</summary>
internal sealed class VoiceAnalyzer : ITrackAnalyzer
{
    private const double PureTonePercent = 93;
    private const double DoublePitchHz = 300;
    private const double DoubleManPitchHz = 150;
    private const double DoubleMidBandDb = -6.5;
    private const double DoubleHighBandDb = -7;
    private const double HalfPitchHz = 140;
    private const double HalfModulationHz = 3.1;
    private const double HalfHighBandDb = -45;
    private const double LeastSpeechSeconds = 1;
    private const double LeastUnheardSeconds = 5;
    private const double LeastToneSeconds = 1.2;

    public void Add(in SampleBlock block)
    {
    }

    public void Complete(TrackContext track)
    {
        double modulation = Modulation(track.LevelsDbfs);
        track.Measure("modulationHz", modulation);
        if (track.Has(FindingCodes.AllSilent)) return;
        bool tones = track.Value("toneSharePercent") > PureTonePercent && track.DurationSeconds >= LeastToneSeconds;
        bool misread = track.Has(FindingCodes.WrongCodec) || track.Has(FindingCodes.WrongByteOrder);
        if (track.Sounding.Count == 0 || tones || (!misread && IsUnheard(track)))
        {
            NoSpeech(track, tones);
            return;
        }
        if (track.SoundingSeconds < LeastSpeechSeconds || misread) return;
        double pitch = track.Value("medianPitchHz"), high = track.Value("highBandDb");
        bool voiced = track.Value("voicedPercent") > 10;
        // A man's voice at double speed has a woman's pitch, and its first formant lies where nobody has one. A treble turned up lifts the high band too.
        bool formantsTooHigh = pitch >= DoubleManPitchHz && track.Value("midBandDb") > DoubleMidBandDb && high < DoubleHighBandDb;
        if (voiced && formantsTooHigh && pitch < DoublePitchHz) WrongRate(track, track.Value("midBandDb"), DoubleMidBandDb, "dB", "double-speed", "The voice runs too fast and too high, as if sped up.", "half");
        else if (voiced && pitch >= DoublePitchHz) WrongRate(track, pitch, DoublePitchHz, "Hz", "double-speed", "The voice runs too fast and too high, as if sped up.", "half");
        else if (voiced && pitch < HalfPitchHz && modulation < HalfModulationHz && high < HalfHighBandDb) WrongRate(track, pitch, HalfPitchHz, "Hz", "half-speed", "The voice runs too slowly and too low, as if slowed down.", "double");
        else if (high < track.Options.MuffledDb)
            track.Report(FindingCodes.Muffled, high < track.Options.MuffledDb - 15 ? Severity.Error : Severity.Warning, (high, track.Options.MuffledDb, "dB"),
                "The voice is dull, as from behind a door: consonants are hard to tell apart.",
                "Look for a resampler or low-pass set for half the rate, a narrow codec on the way, or a covered microphone; the telephone carries up to 3400 Hz.");
    }

    /// <summary>A network that listens for voices hears none in what moves like one: animals, music, machines. It needs some time to be sure.</summary>
    private static bool IsUnheard(TrackContext track) => track.Speech.Count == 0 && track.SpeechDetector != EnergySpeech.DetectorName && track.SoundingSeconds >= LeastUnheardSeconds;

    private static void NoSpeech(TrackContext track, bool tones)
    {
        (track.Speech, track.Sounding) = ([], []);
        track.MeasureSpeech();
        track.Findings.RemoveAll(f => f.Code is FindingCodes.TooLoud or FindingCodes.TooQuiet or FindingCodes.Noise);
        track.Report(FindingCodes.NoSpeech, Severity.Warning, (0, 0, "%"),
            tones ? "Only tones are heard, nobody speaks." : "Something is heard, but nobody speaks.",
            tones ? "This is ringing, a busy signal or a beep: look at whether the call was ever answered." : "Look at what the stream was connected to: a muted microphone behind a noisy line, music on hold, a fax.");
    }

    private static void WrongRate(TrackContext track, double value, double threshold, string unit, string kind, string message, string factor) =>
        track.Report(FindingCodes.WrongRate, Severity.Error, (value, threshold, unit), message,
            $"The header states {track.SampleRateHz} Hz; the samples were made for {factor} that rate. State the true rate where the audio is wrapped or resampled, or let 'earshot analyze FILE --fix out.wav' write it so.", kind: kind);

    /// <summary>The centre of the frequencies at which the level moves, 1 to 16 Hz: about 4 Hz where people speak.</summary>
    private static double Modulation(IReadOnlyList<float> levels)
    {
        const int Longest = 3000;
        int count = Math.Min(levels.Count, Longest);
        if (count < 100) return double.NaN;
        double mean = 0, weight = 0, sum = 0;
        for (int i = 0; i < count; i++) mean += Math.Max(levels[i], -60) / count;
        for (double hz = 1; hz <= 16; hz += 0.5)
        {
            double re = 0, im = 0, step = 2 * Math.PI * hz * 0.01;
            for (int i = 0; i < count; i++)
            {
                double level = Math.Max(levels[i], -60) - mean;
                re += level * Math.Cos(step * i);
                im += level * Math.Sin(step * i);
            }
            double power = re * re + im * im;
            weight += power;
            sum += power * hz;
        }
        return weight > 0 ? sum / weight : double.NaN;
    }
}
