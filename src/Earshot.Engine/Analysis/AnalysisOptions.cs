namespace Earshot.Engine.Analysis;

/// <summary>The thresholds of findings, and what is measured. docs/measures says what each is held against and why.</summary>
internal sealed class AnalysisOptions
{
    /// <summary>What finds the speech: <c>silero</c>, <c>energy</c>, or <c>auto</c>, which is Silero where its model and ONNX Runtime are.</summary>
    public string VoiceActivity { get; set; } = "auto";

    /// <summary>Silero's model (ONNX, version 5 or 6); empty: beside the program or in the cache of get-silero.sh.</summary>
    public string SileroModel { get; set; } = "";

    /// <summary>ONNX Runtime's C library; empty: beside the program or in the cache of get-silero.sh.</summary>
    public string OnnxRuntime { get; set; } = "";

    /// <summary>Measure levels, clipping, silence, loudness and peaks alone: many times as fast.</summary>
    public bool LevelsOnly { get; set; }

    /// <summary>No sample of a silence is above this, in dBFS.</summary>
    public double SilenceDbfs { get; set; } = -60;

    /// <summary>The least length of a silence that is listed.</summary>
    public double SilenceSeconds { get; set; } = 2;

    /// <summary>From here on a pause without speech is reported.</summary>
    public double LongSilenceSeconds { get; set; } = 4;

    /// <summary>From here on it weighs as a warning, where the file is one side of nothing else.</summary>
    public double LongSilenceWarningSeconds { get; set; } = 8;

    /// <summary>Active speech level below which speech is too quiet, in dBov (ITU-T P.56).</summary>
    public double TooQuietDbov { get; set; } = -36;

    /// <summary>Active speech level above which speech is too loud, in dBov (ITU-T P.56).</summary>
    public double TooLoudDbov { get; set; } = -10;

    /// <summary>Share of samples in flat tops that is reported.</summary>
    public double ClippingPercent { get; set; } = 0.05;

    /// <summary>Share of samples in flat tops that is an error.</summary>
    public double ClippingErrorPercent { get; set; } = 1;

    /// <summary>Mean of the samples as a share of full scale.</summary>
    public double DcOffset { get; set; } = 0.01;

    /// <summary>Speech over noise below which noise is worth knowing.</summary>
    public double NoiseInfoSnrDb { get; set; } = 25;

    /// <summary>Speech over noise below which noise disturbs.</summary>
    public double NoiseSnrDb { get; set; } = 16;

    /// <summary>Speech over noise below which words are lost.</summary>
    public double NoiseErrorSnrDb { get; set; } = 6;

    /// <summary>Noise is steady: between the faintest hundredth and the faintest tenth of all moments it moves less than this.</summary>
    public double NoiseSpreadDb { get; set; } = 11.5;

    /// <summary>A pause of one side of a call that is worth knowing: the other side may speak meanwhile.</summary>
    public double LongSilenceOneSideSeconds { get; set; } = 30;

    /// <summary>Level of 2.4 to 3.4 kHz against 300 to 1000 Hz below which a voice is muffled.</summary>
    public double MuffledDb { get; set; } = -33;

    /// <summary>How far a line of the mains stands above what is around it.</summary>
    public double HumRatioDb { get; set; } = 10;

    /// <summary>Level of hum that is heard, in dBFS.</summary>
    public double HumDbfs { get; set; } = -50;

    /// <summary>How many times sharper than the sound around it a click is.</summary>
    public double ClickRatio { get; set; } = 18;

    /// <summary>Clicks that are reported.</summary>
    public int ClickCount { get; set; } = 1;

    /// <summary>How much smoother the audio becomes when a wrong reading is undone, in log10 of power.</summary>
    public double CodecGain { get; set; } = 0.2;

    /// <summary>How smooth speech is at the least.</summary>
    public double CodecLeast { get; set; } = 0.05;

    /// <summary>Two channels that are so much alike are one.</summary>
    public double SameCorrelation { get; set; } = 0.98;

    /// <summary>An echo fainter than this is not heard.</summary>
    public double EchoLossDb { get; set; } = 36;

    /// <summary>How far the echo stands out among all delays (GCC-PHAT), times their RMS.</summary>
    public double EchoClarity { get; set; } = 12;

    /// <summary>Both at once for so long altogether is reported.</summary>
    public double TalkOverSeconds { get; set; } = 0.5;

    /// <summary>An answer that takes so long is slow.</summary>
    public double SlowResponseSeconds { get; set; } = 2;

    /// <summary>Bits of a linear scale that are too few.</summary>
    public double LowBitDepth { get; set; } = 9.1;
}
