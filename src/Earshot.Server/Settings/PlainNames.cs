namespace Earshot.Server.Settings;

/// <summary>Environment variables that work beside the keys under <c>Earshot</c>.</summary>
internal static class PlainNames
{
    /// <summary>Variable to key, without the leading <c>Earshot:</c>.</summary>
    public static IReadOnlyDictionary<string, string> Keys { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ENABLE_AUDIO_RECORDING"] = "Recording:Enabled",
        ["AUDIO_RECORDINGS_DIR"] = "Recording:Directory",
        ["RECORDING_RETENTION_DAYS"] = "Recording:RetentionDays",
        ["TWILIO_ACCOUNT_SID"] = "Twilio:AccountSid",
        ["TWILIO_AUTH_TOKEN"] = "Twilio:AuthToken",
        ["TWILIO_PHONE_NUMBER"] = "Twilio:PhoneNumber",
        ["TWILIO_VALIDATE_SIGNATURES"] = "Twilio:ValidateSignatures",
        ["PUBLIC_BASE_URL"] = "Server:PublicBaseUrl",
        ["DATABASE_URL"] = "Database:Url",
        ["OPENAI_API_KEY"] = "Transcription:OpenAi:ApiKey",
        ["OPENAI_BASE_URL"] = "Transcription:OpenAi:BaseUrl",
    };

    /// <summary>Variables whose capability is not built yet: set, they are an error, so that nobody believes they work.</summary>
    public static IReadOnlyList<string> NotBuilt { get; } = ["S3_BUCKET", "S3_ENDPOINT"];

    /// <summary>Sections that are planned and not built yet.</summary>
    public static IReadOnlyList<string> NotBuiltSections { get; } = ["Access", "Archive", "Encryption", "S3"];
}
