namespace Earshot.Engine.VoiceActivity;

/// <summary>ONNX Runtime refuses: the message says what.</summary>
internal sealed class OnnxException(string message) : Exception(message);
