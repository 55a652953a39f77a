namespace Earshot.Engine.VoiceActivity;

/// <summary>What a tensor holds, by the numbers of ONNX.</summary>
internal enum OnnxType
{
    /// <summary>32-bit floating point.</summary>
    Float = 1,

    /// <summary>64-bit whole numbers.</summary>
    Int64 = 7,
}
