using System.Runtime.InteropServices;

namespace Earshot.Whisper;

/// <summary><c>whisper_context_params</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ContextParameters
{
    public byte UseGpu;
    public byte FlashAttention;
    public int GpuDevice;
    public byte DtwTimestamps;
    public int DtwPreset;
    public int DtwTop;
    public nuint DtwHeads;
    public nint DtwHeadList;
    public nuint DtwMemory;

    /// <summary>True where the library's own defaults lie as they do here.</summary>
    public readonly bool IsSane => UseGpu is 0 or 1 && FlashAttention is 0 or 1 && GpuDevice == 0 && DtwTimestamps == 0 && DtwPreset == 0 && DtwTop == -1 && DtwHeads == 0 && DtwMemory is > 0 and < 1u << 30;
}

/// <summary><c>whisper_token_data</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TokenData
{
    public int Id;
    public int TimestampId;
    public float Probability;
    public float LogProbability;
    public float TimestampProbability;
    public float TimestampSum;

    /// <summary>In 10 ms.</summary>
    public long Start;
    public long End;
    public long DtwStart;
    public float VoiceLength;
}

/// <summary><c>whisper_full_params</c>, as 1.8 and 1.9 lay it out. It goes by value, so its size must be theirs.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FullParameters
{
    public int Strategy;
    public int Threads;
    public int MostTextContext;
    public int OffsetMs;
    public int DurationMs;
    public byte Translate;
    public byte NoContext;
    public byte NoTimestamps;
    public byte SingleSegment;
    public byte PrintSpecial;
    public byte PrintProgress;
    public byte PrintRealtime;
    public byte PrintTimestamps;
    public byte TokenTimestamps;
    public float TimestampThreshold;
    public float TimestampSumThreshold;
    public int LongestText;
    public byte SplitOnWord;
    public int MostTokens;
    public byte DebugMode;
    public int AudioContext;
    public byte SpeakerTurns;
    public byte* SuppressExpression;
    public byte* InitialPrompt;
    public byte CarryPrompt;
    public int* PromptTokens;
    public int PromptTokenCount;
    public byte* Language;
    public byte DetectLanguage;
    public byte SuppressBlank;
    public byte SuppressNonSpeech;
    public float Temperature;
    public float LargestFirstTimestamp;
    public float LengthPenalty;
    public float TemperatureStep;
    public float EntropyThreshold;
    public float LogProbabilityThreshold;
    public float NoSpeechThreshold;
    public int BestOf;
    public int BeamSize;
    public float Patience;
    public nint OnSegment;
    public nint OnSegmentData;
    public nint OnProgress;
    public nint OnProgressData;
    public nint OnEncoder;
    public nint OnEncoderData;
    public delegate* unmanaged[Cdecl]<void*, byte> Abort;
    public void* AbortData;
    public nint FilterLogits;
    public nint FilterLogitsData;
    public nint GrammarRules;
    public nuint GrammarRuleCount;
    public nuint GrammarStart;
    public float GrammarPenalty;
    public byte VoiceActivity;
    public byte* VoiceActivityModel;
    public float VoiceThreshold;
    public int VoiceShortestSpeechMs;
    public int VoiceShortestSilenceMs;
    public float VoiceLongestSpeechSeconds;
    public int VoicePadMs;
    public float VoiceOverlap;

    /// <summary>True where the library's own defaults, from its first field to its last, lie as they do here: another version's would not.</summary>
    public readonly bool IsSane =>
        Strategy == 0 && MostTextContext == 16384 && TimestampThreshold == 0.01f && TimestampSumThreshold == 0.01f && AudioContext == 0 && SuppressBlank == 1 && Temperature == 0 && LargestFirstTimestamp == 1
        && LengthPenalty == -1 && TemperatureStep == 0.2f && EntropyThreshold == 2.4f && LogProbabilityThreshold == -1 && NoSpeechThreshold == 0.6f && BestOf == 5 && Abort is null && GrammarRules == 0
        && GrammarPenalty == 100 && VoiceActivity == 0 && VoiceThreshold == 0.5f && VoiceOverlap == 0.1f;
}
