using Earshot.Audio.Detection;

namespace Earshot.Engine.Transcription;

/// <summary>What is wrong with the settings of transcription.</summary>
internal static class TranscriptionOptionsCheck
{
    /// <param name="options">The settings.</param>
    /// <param name="path">Their place, as in <c>Earshot:Transcription</c>.</param>
    public static IEnumerable<string> Errors(TranscriptionOptions options, string path)
    {
        if (!TranscriptionOptions.Engines.Contains(options.Engine)) yield return $"{path}:Engine is '{options.Engine}'; expected one of {string.Join(", ", TranscriptionOptions.Engines)}";
        if (options.Parallel is < 1 or > 64) yield return $"{path}:Parallel must be from 1 to 64";
        if (options.MostAttempts is < 1 or > 10) yield return $"{path}:MostAttempts must be from 1 to 10";
        if (options.Timeout < TimeSpan.FromSeconds(1) || options.Timeout > options.Deadline) yield return $"{path}:Timeout must be from 1 s to {path}:Deadline";
        if (options.Deadline > TimeSpan.FromHours(1)) yield return $"{path}:Deadline must be at most 1 h";
        if (options.LongestPiece < TimeSpan.FromSeconds(5) || options.LongestPiece > TimeSpan.FromSeconds(30)) yield return $"{path}:LongestPiece must be from 5 s to 30 s";
        if (options.JoinPause < TimeSpan.Zero || options.JoinPause > TimeSpan.FromSeconds(5)) yield return $"{path}:JoinPause must be from 0 to 5 s";
        if (options.Live.Policy is not (LiveTranscriptionOptions.Skip or LiveTranscriptionOptions.CatchUp)) yield return $"{path}:Live:Policy is '{options.Live.Policy}'; expected 'skip' or 'catch-up'";
        if (options.Live.VoiceActivity is not ("" or EnergySpeech.DetectorName)) yield return $"{path}:Live:VoiceActivity is '{options.Live.VoiceActivity}'; expected 'energy', or nothing for the detector of the analysis";
        if (options.Live.MostLag < TimeSpan.FromSeconds(1) || options.Live.MostLag > TimeSpan.FromMinutes(10)) yield return $"{path}:Live:MostLag must be from 1 s to 10 min";
        if (options.Live.LongestPiece < TimeSpan.FromSeconds(3) || options.Live.LongestPiece > TimeSpan.FromSeconds(30)) yield return $"{path}:Live:LongestPiece must be from 3 s to 30 s";
        if (options.Live.PartialEvery != TimeSpan.Zero && (options.Live.PartialEvery < TimeSpan.FromSeconds(0.5) || options.Live.PartialEvery > TimeSpan.FromSeconds(30))) yield return $"{path}:Live:PartialEvery must be 0 (never) or from 0.5 s to 30 s";
        if (options.Live.Enabled && !options.IsOn) yield return $"{path}:Live:Enabled needs {path}:Engine";
        if (options.DoubtBelow is not (>= 0 and <= 1)) yield return $"{path}:DoubtBelow must be from 0 to 1";
        foreach ((string place, string language) in options.Numbers.Select(n => ($"{path}:Numbers:{n.Key}:Language", n.Value.Language)).Append(($"{path}:Language", options.Language)))
            if (!IsLanguage(language)) yield return $"{place} is '{language}'; expected a language of two or three letters, as in 'fr', or nothing";
        if (!Uri.TryCreate(options.OpenAi.BaseUrl, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https")) yield return $"{path}:OpenAi:BaseUrl (OPENAI_BASE_URL) is '{options.OpenAi.BaseUrl}'; expected an address such as http://127.0.0.1:8080/v1";
        if (options.Whisper.Threads is < 0 or > 256) yield return $"{path}:Whisper:Threads must be from 0 (shared out) to 256";
        if (options.Whisper.Model.Length == 0) yield return $"{path}:Whisper:Model is empty; expected a name of 'earshot models list' or the path of a ggml file";
        if (options.OpenAi.PricePerMinute is not (null or (>= 0 and < 1000))) yield return $"{path}:OpenAi:PricePerMinute must be 0 or more";
    }

    /// <summary>Two or three letters with what may follow, as in <c>pt-BR</c>, or nothing.</summary>
    public static bool IsLanguage(string text) =>
        text.Length == 0 || (text.Split('-')[0] is { Length: 2 or 3 } main && main.All(char.IsAsciiLetter) && text.Length <= 12 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
}
