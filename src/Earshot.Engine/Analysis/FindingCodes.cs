namespace Earshot.Engine.Analysis;

/// <summary>The codes of findings. Outsiders rely on them.</summary>
internal static class FindingCodes
{
    public const string Clipping = "clipping";
    public const string TooQuiet = "too-quiet";
    public const string TooLoud = "too-loud";
    public const string DcOffset = "dc-offset";
    public const string Noise = "noise";
    public const string Hum = "hum";
    public const string AllSilent = "all-silent";
    public const string LongSilence = "long-silence";
    public const string NoSpeech = "no-speech";
    public const string Muffled = "muffled";
    public const string Clicks = "clicks";
    public const string Dropouts = "dropouts";
    public const string RepeatedFrames = "repeated-frames";
    public const string LostAudio = "lost-audio";
    public const string DeliveryStalls = "delivery-stalls";
    public const string WrongCodec = "wrong-codec";
    public const string WrongByteOrder = "wrong-byte-order";
    public const string WrongRate = "wrong-rate";
    public const string Truncated = "truncated";
    public const string Echo = "echo";
    public const string TalkOver = "talk-over";
    public const string SlowResponse = "slow-response";
    public const string BlankChannel = "blank-channel";
    public const string IdenticalChannels = "identical-channels";
    public const string InvertedChannels = "inverted-channels";
    public const string ChannelOffset = "channel-offset";
    public const string LowBitDepth = "low-bitdepth";
    public const string SpeechWithoutText = "speech-without-text";
    public const string TextWithoutSpeech = "text-without-speech";

    /// <summary>True for what the transcript tells, not the audio.</summary>
    public static bool IsOfWords(string code) => code is SpeechWithoutText or TextWithoutSpeech;

    /// <summary>True for what only two sides together can tell.</summary>
    public static bool IsOfBothSides(string code) => code is Echo or TalkOver or SlowResponse or BlankChannel or IdenticalChannels or InvertedChannels or ChannelOffset;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Clipping, TooQuiet, TooLoud, DcOffset, Noise, Hum, AllSilent, LongSilence, NoSpeech, Muffled, Clicks, Dropouts, RepeatedFrames, LostAudio, DeliveryStalls,
        WrongCodec, WrongByteOrder, WrongRate, Truncated, Echo, TalkOver, SlowResponse, BlankChannel, IdenticalChannels, InvertedChannels, ChannelOffset, LowBitDepth, SpeechWithoutText, TextWithoutSpeech,
    ];
}
