using Earshot.Audio.Detection;
using Microsoft.Extensions.Logging;

namespace Earshot.Engine.VoiceActivity;

/// <summary>Chooses the detector of speech: the network where it is wanted and there, energy otherwise.</summary>
internal static partial class SpeechDetectors
{
    /// <summary>The network where it is found, energy otherwise.</summary>
    public const string Auto = "auto";

    /// <summary>Settings that there are.</summary>
    public static IReadOnlyList<string> Choices { get; } = [Auto, SileroSpeech.DetectorName, EnergySpeech.DetectorName];

    /// <summary>Opens what is chosen. Nothing that is missing or broken stops the work: the choice then says what to do about it.</summary>
    /// <param name="choice">One of <see cref="Choices"/>.</param>
    /// <param name="modelPath">The model; empty: where <see cref="SileroFiles"/> finds it.</param>
    /// <param name="runtimePath">ONNX Runtime; empty: where <see cref="SileroFiles"/> finds it.</param>
    /// <param name="logger">Hears once where another was asked for, or is broken.</param>
    public static SpeechChoice Choose(string choice, string modelPath, string runtimePath, ILogger logger)
    {
        SpeechChoice chosen = Choose(choice, modelPath, runtimePath);
        if (chosen.Warning is { } warning) Log.NotSilero(logger, warning);
        return chosen;
    }

    private static SpeechChoice Choose(string choice, string modelPath, string runtimePath)
    {
        if (choice == EnergySpeech.DetectorName) return new SpeechChoice(new EnergySpeech(), "chosen by setting", null);
        SileroFiles files = SileroFiles.Find(modelPath, runtimePath);
        if (files.Missing is { } missing)
        {
            bool asked = choice == SileroSpeech.DetectorName || modelPath.Length > 0 || runtimePath.Length > 0;
            return new SpeechChoice(new EnergySpeech(), missing, asked ? missing : null);
        }
        try
        {
            return new SpeechChoice(new SileroSpeech(SileroModel.Load(files.Runtime, files.Model)), files.Model, null);
        }
        catch (OnnxException e)
        {
            string problem = $"{files.Model} with {files.Runtime}: {e.Message}. Fetch both anew with {SileroFiles.Script}, or set Analysis:VoiceActivity to energy";
            return new SpeechChoice(new EnergySpeech(), problem, problem);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 4301, Level = LogLevel.Warning, Message = "Speech is found by energy, not by Silero: {Problem}")]
        public static partial void NotSilero(ILogger logger, string problem);
    }
}
