using Earshot.Audio.Detection;

namespace Earshot.Engine.Analysis;

/// <summary>How a wrong reading is told: the kind's name, what is heard, what to do.</summary>
internal sealed record CodecMistakeWords(string Kind, string Message, string Advice)
{
    private const string Fix = " 'earshot analyze FILE --fix out.wav' writes it as it should be.";

    public static CodecMistakeWords Of(CodecMistake mistake) => mistake switch
    {
        CodecMistake.ALawAsMuLaw => new("alaw-as-mulaw", "The voice is there but harsh and hissing, even in pauses: A-law bytes were read as mu-law.",
            "Decode with A-law, or ask the sender for mu-law (Twilio Media Streams carry mu-law only)." + Fix),
        CodecMistake.MuLawAsALaw => new("mulaw-as-alaw", "The voice is there but harsh and hissing, even in pauses: mu-law bytes were read as A-law.",
            "Decode with mu-law." + Fix),
        CodecMistake.PcmAsMuLaw => new("pcm16-as-mulaw", "Loud noise at half speed, hardly a voice in it: 16-bit samples were sent where mu-law bytes belong.",
            "Encode the samples as mu-law at 8 kHz before they are sent." + Fix),
        CodecMistake.SwappedPcmAsMuLaw => new("pcm16be-as-mulaw", "Loud noise at half speed, hardly a voice in it: 16-bit samples, high byte first, were sent where mu-law bytes belong.",
            "Encode the samples as mu-law at 8 kHz before they are sent." + Fix),
        CodecMistake.PcmAsALaw => new("pcm16-as-alaw", "Loud noise at half speed, hardly a voice in it: 16-bit samples were read as A-law bytes.",
            "Read the bytes as 16-bit samples." + Fix),
        CodecMistake.MuLawAsPcm => new("mulaw-as-pcm16", "Loud noise at double speed: mu-law bytes were read as 16-bit samples.",
            "Decode the bytes as mu-law." + Fix),
        CodecMistake.ALawAsPcm => new("alaw-as-pcm16", "Loud noise at double speed: A-law bytes were read as 16-bit samples.",
            "Decode the bytes as A-law." + Fix),
        CodecMistake.SwappedBytes => new("swapped-bytes", "Loud noise with the rhythm of a voice: the two bytes of each sample stand the wrong way round.",
            "Read the samples in the other byte order." + Fix),
        _ => new("shifted-byte", "Loud noise: the samples are read from the middle of one, a byte too many or too few stands in front.",
            "Cut off exactly the header before the samples are read; count its bytes." + Fix),
    };
}
