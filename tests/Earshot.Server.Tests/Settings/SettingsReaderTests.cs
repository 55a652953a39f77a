using Earshot.Server.Settings;
using Microsoft.Extensions.Configuration;

namespace Earshot.Server.Tests.Settings;

public sealed class SettingsReaderTests
{
    [Fact]
    public void Nothing_set_is_right_and_shows_its_defaults()
    {
        SettingsResult read = Read();
        read.Errors.ShouldBeEmpty();
        read.Effective.Select(e => e.Key).ShouldBe(SettingsReader.KnownKeys.Where(k => !k.Contains(SettingsReader.AnyName, StringComparison.Ordinal)));
        read.Effective.ShouldAllBe(e => e.Origin == "default");
        (read.Settings.Recording.Enabled, read.Settings.Recording.Directory, read.Settings.Recording.RetentionDays, read.Settings.Twilio.ValidateSignatures).ShouldBe((true, "audio_recordings", 0, true));
    }

    [Theory]
    [InlineData("ENABLE_AUDIO_RECORDING", "false", "Recording:Enabled", "False")]
    [InlineData("AUDIO_RECORDINGS_DIR", "/r", "Recording:Directory", "/r")]
    [InlineData("RECORDING_RETENTION_DAYS", "7", "Recording:RetentionDays", "7")]
    [InlineData("TWILIO_ACCOUNT_SID", "AC1", "Twilio:AccountSid", "AC1")]
    [InlineData("TWILIO_AUTH_TOKEN", "secret", "Twilio:AuthToken", "(set)")]
    [InlineData("TWILIO_PHONE_NUMBER", "+1", "Twilio:PhoneNumber", "+1")]
    [InlineData("TWILIO_VALIDATE_SIGNATURES", "0", "Twilio:ValidateSignatures", "False")]
    [InlineData("PUBLIC_BASE_URL", "https://x.example", "Server:PublicBaseUrl", "https://x.example")]
    [InlineData("DATABASE_URL", "sqlite:/d", "Database:Url", "sqlite:/d")]
    public void Plain_names_work_and_secrets_are_not_shown(string name, string value, string key, string shown)
    {
        SettingsResult read = Read((name, value));
        read.Errors.ShouldBeEmpty();
        EffectiveSetting setting = read.Effective.Single(e => e.Key == key);
        (setting.Value, setting.Origin).ShouldBe((shown, "environment " + name));
    }

    [Theory]
    [InlineData("Earshot:Recording:FlushIntervall", "Recording:FlushInterval")]
    [InlineData("Earshot:Recordings:Directory", "Recording:Directory")]
    [InlineData("Earshot:Recording:Retention", "Recording:RetentionDays")]
    [InlineData("Earshot:Twilio:Token", "Twilio:AuthToken")]
    [InlineData("Earshot:Speaker:Inbound", "Speakers:Inbound")]
    public void An_unknown_key_names_the_nearest(string key, string nearest) =>
        Read((key, "1")).Errors.ShouldHaveSingleItem().ShouldBe($"{string.Join(':', key.Split(':').Take(key.Contains("Recordings", StringComparison.Ordinal) || key.Contains("Speaker:", StringComparison.Ordinal) ? 2 : 3))} is not a setting; the nearest is Earshot:{nearest}");

    [Theory]
    [InlineData("S3_BUCKET")]
    [InlineData("S3_ENDPOINT")]
        [InlineData("Earshot:Encryption:Key")]
    public void What_is_not_built_is_refused(string key) => Read((key, "x")).Errors.ShouldHaveSingleItem().ShouldContain("not built yet");

    [Fact]
    public void A_key_for_a_speech_engine_uploads_nothing_and_is_no_error() => Read(("OPENAI_API_KEY", "x")).Errors.ShouldBeEmpty();

    [Theory]
    [InlineData("Earshot:Recording:Enabled", "maybe", "true or false")]
    [InlineData("Earshot:Recording:FlushInterval", "soon", "a time")]
    [InlineData("Earshot:Recording:FlushInterval", "0s", "above 0")]
    [InlineData("Earshot:Recording:FlushInterval", "2s", "at most 1 s")]
    [InlineData("Earshot:Recording:FsyncInterval", "0s", "FsyncInterval")]
    [InlineData("Earshot:Recording:SegmentLength", "25h", "24 h")]
    [InlineData("Earshot:Recording:BufferLimit", "10m", "5 min")]
    [InlineData("Earshot:Recording:WriterThreads", "0", "1 to 64")]
    [InlineData("Earshot:Recording:WriterThreads", "two", "a number")]
    [InlineData("Earshot:Jobs:Parallel", "0", "1 to 64")]
    [InlineData("Earshot:Jobs:Waiting", "0", "1 to 64")]
    [InlineData("Earshot:Recording:RetentionDays", "-1", "0 (for ever) or more")]
    [InlineData("Earshot:Recording:Directory", "", "must not be empty")]
    [InlineData("Earshot:Ingest:MaxMessageBytes", "1048576", "131072")]
    [InlineData("Earshot:Ingest:IdleTimeout", "0s", "IdleTimeout")]
    [InlineData("Earshot:Ingest:ReorderWindowMs", "5000", "ReorderWindowMs")]
    [InlineData("Earshot:Transport:ReadInterval", "1s", "ReadInterval")]
    [InlineData("Earshot:Transport:ArrivalResolution", "0ms", "ArrivalResolution")]
    [InlineData("Earshot:Voice:Mode", "listen", "expected 'start' or 'connect'")]
    [InlineData("Earshot:Voice:Numbers:+15550100002:Mode", "listen", "Numbers:+15550100002")]
    [InlineData("Earshot:Voice:Then", "sing:song", "Voice:Then")]
    [InlineData("Earshot:Server:PublicBaseUrl", "calls.example.com", "PUBLIC_BASE_URL")]
    [InlineData("Earshot:Database:Url", "postgres://x", "only sqlite")]
    public void A_wrong_value_is_named(string key, string value, string words)
    {
        string error = Read((key, value)).Errors.ShouldHaveSingleItem();
        error.ShouldContain(words);
        if (key is not ("Earshot:Server:PublicBaseUrl" or "Earshot:Database:Url")) error.ShouldContain(key.Split(':')[^1]);
    }

    [Fact]
    public void A_number_of_ours_has_settings_of_its_own_and_the_rest_from_all()
    {
        SettingsResult read = Read(("Earshot:Voice:Then", "say:Goodbye."), ("Earshot:Voice:Numbers:+15550100002:Mode", "connect"));
        read.Errors.ShouldBeEmpty();
        read.Effective.Single(e => e.Key == "Voice:Numbers:+15550100002:Mode").Value.ShouldBe("connect");
        (read.Settings.Voice.For("+15550100002").Mode, read.Settings.Voice.For("+15550100002").Then).ShouldBe(("connect", "say:Goodbye."));
        (read.Settings.Voice.For("+15550100003").Mode, read.Settings.Voice.For("+15550100003").Then).ShouldBe(("start", "say:Goodbye."));
        Read(("Earshot:Voice:Numbers:+15550100002:Mod", "connect")).Errors.ShouldHaveSingleItem().ShouldContain("nearest is Earshot:Voice:Numbers:NAME:Mode");
    }

    [Fact]
    public void Bots_are_named_by_the_operator()
    {
        SettingsResult read = Read(("Earshot:Bots:sales:Url", "wss://bot.example.com/media"), ("Earshot:Bots:sales:AuthToken", "secret"), ("Earshot:Voice:Mode", "connect"), ("Earshot:Voice:Bot", "sales"));
        read.Errors.ShouldBeEmpty();
        read.Settings.Bots["Sales"].Url.ShouldBe("wss://bot.example.com/media");
        read.Effective.Single(e => e.Key == "Bots:sales:AuthToken").Value.ShouldBe("(set)");
        Read(("Earshot:Bots:sales:Url", "wss://me:secret@bot.example.com/media")).Effective.Single(e => e.Key == "Bots:sales:Url").Value.ShouldBe("wss://(set)@bot.example.com/media");
        Read(("Earshot:Bots:sales:Url", "https://bot.example.com")).Errors.ShouldHaveSingleItem().ShouldContain("Bots:sales:Url");
        Read(("Earshot:Voice:Mode", "connect"), ("Earshot:Voice:Bot", "sales")).Errors.ShouldHaveSingleItem().ShouldContain("there is no Earshot:Bots:sales:Url");
        Read(("Earshot:Bots:sales:Url", "ws://b/"), ("Earshot:Voice:Bot", "sales")).Errors.ShouldHaveSingleItem().ShouldContain("Mode 'connect'");
    }

    [Theory]
    [InlineData("Rules:x:When", "fnding", "expected one of finding, measure")]
    [InlineData("Rules:x:When", "measure", "Rules:x:Measure is missing")]
    [InlineData("Rules:x:When", "stage", "Rules:x:Stage is 0")]
    [InlineData("Rules:x:When", "low-disk", "Rules:x:Below is missing")]
    [InlineData("Rules:x:Severity", "awful", "expected info, warning or error")]
    [InlineData("Rules:x:Finding", "humm", "Rules:x:Finding is 'humm'")]
    [InlineData("Rules:x:Track", "left", "expected inbound, outbound")]
    [InlineData("Rules:x:Percent", "20", "Rules:x:Calls")]
    [InlineData("Rules:x:Calls", "20", "Rules:x:Percent")]
    [InlineData("Rules:x:Quiet", "0s", "Rules:x:Quiet must be above 0")]
    [InlineData("Rules:x:Deliveries", "ops", "there is no Earshot:Alerts:Deliveries:ops")]
    [InlineData("Rules:x:Above", "much", "a number")]
    [InlineData("Deliveries:d:Kind", "pigeon", "expected webhook, slack or email")]
    [InlineData("Deliveries:d:Url", "ops.example.com", "Deliveries:d:Url")]
    [InlineData("Deliveries:d:Secret", "", "Deliveries:d:Secret is missing")]
    public void A_wrong_alert_is_named(string key, string value, string words)
    {
        Dictionary<string, string> settings = new(StringComparer.Ordinal)
        {
            ["Rules:x:When"] = "finding", ["Deliveries:d:Kind"] = "webhook", ["Deliveries:d:Url"] = "https://x.example/hook", ["Deliveries:d:Secret"] = "s",
        };
        Read([.. settings.Select(s => ($"Earshot:Alerts:{s.Key}", s.Value))]).Errors.ShouldBeEmpty();
        settings[key] = value;
        string error = Read([.. settings.Select(s => ($"Earshot:Alerts:{s.Key}", s.Value))]).Errors.ShouldHaveSingleItem();
        error.ShouldContain(words);
        error.ShouldContain("Earshot:Alerts:");
    }

    [Fact]
    public void What_is_secret_in_a_delivery_is_not_shown()
    {
        SettingsResult read = Read(("Earshot:Alerts:Deliveries:d:Kind", "slack"), ("Earshot:Alerts:Deliveries:d:Url", "https://chat.example/T0/B0/key"), ("Earshot:Alerts:Deliveries:d:Secret", "hush"), ("Earshot:Alerts:Deliveries:d:SmtpPassword", "hush"));
        read.Errors.ShouldBeEmpty();
        read.Effective.Where(e => e.Value.Contains("hush", StringComparison.Ordinal) || e.Value.Contains("key", StringComparison.Ordinal)).ShouldBeEmpty();
        read.Effective.Single(e => e.Key == "Alerts:Deliveries:d:Url").Value.ShouldBe("https://chat.example/…");
    }

    [Fact]
    public void Every_error_is_told_at_once()
    {
        IReadOnlyList<string> errors = Read(("Earshot:Recording:Enabled", "maybe"), ("Earshot:Nonsense", "1"), ("S3_BUCKET", "b"), ("RECORDING_RETENTION_DAYS", "many")).Errors;
        errors.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("200ms", 200)]
    [InlineData("5s", 5000)]
    [InlineData("1.5m", 90_000)]
    [InlineData("12h", 43_200_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("00:00:05", 5000)]
    public void Times_have_a_unit(string text, double ms)
    {
        Durations.TryParse(text, out TimeSpan time).ShouldBeTrue();
        time.TotalMilliseconds.ShouldBe(ms);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("")]
    [InlineData("5 lightyears")]
    [InlineData("99999999999999d")]
    [InlineData("-5s")]
    public void Other_words_are_no_times(string text) => Durations.TryParse(text, out _).ShouldBeFalse();

    private static SettingsResult Read(params (string Key, string Value)[] values) =>
        SettingsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Key, (string?)v.Value))).Build());
}
