using System.Collections;
using System.Globalization;
using System.Reflection;
using Earshot.Engine.Alerts;
using Earshot.Engine.MediaStreams;
using Earshot.Engine.Transcription;
using Earshot.Engine.VoiceActivity;
using Earshot.Server.Streams;
using Microsoft.Extensions.Configuration;

namespace Earshot.Server.Settings;

/// <summary>One setting as it takes effect.</summary>
/// <param name="Key">Under <c>Earshot</c>, for example <c>Recording:Directory</c>.</param>
/// <param name="Value">Its value in words; secrets are masked.</param>
/// <param name="Origin">Where it comes from.</param>
internal sealed record EffectiveSetting(string Key, string Value, string Origin);

/// <summary>What was read, and everything that is wrong with it.</summary>
internal sealed record SettingsResult(EarshotSettings Settings, IReadOnlyList<EffectiveSetting> Effective, IReadOnlyList<string> Errors);

/// <summary>Reads all settings from a configuration. Every error is collected: an unknown key names the nearest known one.</summary>
internal static class SettingsReader
{
    public const string Root = "Earshot";
    private static readonly string[] Secrets = ["AuthToken", "Secret", "Password", "ApiKey"];

    /// <summary>Stands in <see cref="KnownKeys"/> where the operator chooses the name.</summary>
    public const string AnyName = "NAME";

    /// <summary>Every key that there is, without the leading <c>Earshot:</c>.</summary>
    public static IReadOnlyList<string> KnownKeys { get; } =
        [.. KeysOf(typeof(EarshotSettings), "")];

    public static SettingsResult Read(IConfiguration configuration)
    {
        var settings = new EarshotSettings();
        var errors = new List<string>();
        var effective = new List<EffectiveSetting>();
        ReadAll(configuration, "", settings, effective, errors);
        FindUnknown(configuration.GetSection(Root), "", errors);
        errors.AddRange(OutsideRoot(configuration));
        errors.AddRange(PlainNames.NotBuilt.Where(n => !string.IsNullOrEmpty(configuration[n])).Select(n => $"{n} is set, but what it switches on is not built yet; unset it"));
        if (errors.Count == 0) Check(settings, errors);
        return new SettingsResult(settings, effective, errors);
    }

    private static IEnumerable<string> KeysOf(Type type, string path) => PropertiesOf(type).SelectMany(p => Join(path, p.Name) is var key && IsLeaf(p.PropertyType) ? [key]
        : ItemOf(p.PropertyType) is { } item ? KeysOf(item, Join(key, AnyName)) : KeysOf(p.PropertyType, key));

    private static void ReadAll(IConfiguration configuration, string path, object section, List<EffectiveSetting> effective, List<string> errors)
    {
        foreach (PropertyInfo property in PropertiesOf(section.GetType()))
        {
            string key = Join(path, property.Name);
            if (IsLeaf(property.PropertyType))
            {
                effective.Add(ReadOne(configuration, key, section, property, errors));
                continue;
            }
            object inner = property.GetValue(section)!;
            if (ItemOf(property.PropertyType) is not { } item)
            {
                ReadAll(configuration, key, inner, effective, errors);
                continue;
            }
            foreach (IConfigurationSection named in configuration.GetSection($"{Root}:{key}").GetChildren().Where(c => c.Value is null))
            {
                object entry = Activator.CreateInstance(item)!;
                ((IDictionary)inner)[named.Key] = entry;
                ReadAll(configuration, Join(key, named.Key), entry, effective, errors);
            }
        }
    }

    /// <summary>Settings that are computed from others are none themselves.</summary>
    private static IEnumerable<PropertyInfo> PropertiesOf(Type type) => type.GetProperties().Where(p => p.CanWrite || !IsLeaf(p.PropertyType));

    private static bool IsLeaf(Type type) => type.IsValueType || type == typeof(string);

    /// <summary>What a section with names of the operator's choice has under each; null for another section.</summary>
    private static Type? ItemOf(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>) ? type.GetGenericArguments()[1] : null;

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}:{name}";

    /// <summary>True when the known key begins with these names.</summary>
    private static bool Begins(string known, string[] names)
    {
        string[] parts = known.Split(':');
        return parts.Length >= names.Length && names.Index().All(n => parts[n.Index] == AnyName || parts[n.Index].Equals(n.Item, StringComparison.OrdinalIgnoreCase));
    }

    private static EffectiveSetting ReadOne(IConfiguration configuration, string key, object section, PropertyInfo property, List<string> errors)
    {
        string? text = configuration[$"{Root}:{key}"];
        string origin = text is null ? "default" : OriginOf(configuration, $"{Root}:{key}");
        foreach ((string plain, string target) in PlainNames.Keys)
        {
            if (target != key || configuration[plain] is not { Length: > 0 } value) continue;
            if (origin.StartsWith("command line", StringComparison.Ordinal)) continue;
            (text, origin) = (value, $"environment {plain}");
        }
        if (text is not null)
        {
            if (TryConvert(text, property.PropertyType, out object? converted)) property.SetValue(section, converted);
            else
            {
                errors.Add($"{Root}:{key} is '{text}' ({origin}); expected {Expected(property.PropertyType)}");
                origin = "default"; // What was set has no value.
            }
        }
        string shown = Convert.ToString(property.GetValue(section), CultureInfo.InvariantCulture) ?? "";
        if (Secrets.Any(s => property.Name.EndsWith(s, StringComparison.Ordinal)) && shown.Length > 0) shown = "(set)";
        if (section is AlertDeliveryOptions && property.Name == nameof(AlertDeliveryOptions.Url) && shown.Length > 0) shown = HttpPost.Shown(shown); // A chat's address is its key.
        if (Uri.TryCreate(shown, UriKind.Absolute, out Uri? address) && address.UserInfo.Length > 0) shown = shown.Replace(address.UserInfo + "@", "(set)@", StringComparison.Ordinal);
        return new EffectiveSetting(key, shown, origin);
    }

    private static void FindUnknown(IConfigurationSection section, string path, List<string> errors)
    {
        foreach (IConfigurationSection child in section.GetChildren())
        {
            string key = path.Length == 0 ? child.Key : $"{path}:{child.Key}";
            string[] names = key.Split(':');
            bool isSection = KnownKeys.Any(k => Begins(k, names) && k.Split(':').Length > names.Length);
            if (isSection && child.Value is null) FindUnknown(child, key, errors);
            else if (!KnownKeys.Any(k => Begins(k, names) && k.Split(':').Length == names.Length)) errors.Add(Unknown(child, key));
        }
    }

    /// <summary>Sections of ours that a settings file has beside <c>Earshot</c> instead of in it: they would be dead.</summary>
    private static IEnumerable<string> OutsideRoot(IConfiguration configuration)
    {
        if (configuration is not IConfigurationRoot root) return [];
        string[] sections = [.. KnownKeys.Select(k => k.Split(':')[0]).Concat(PlainNames.NotBuiltSections).Distinct()];
        return root.Providers.OfType<Microsoft.Extensions.Configuration.Json.JsonConfigurationProvider>().SelectMany(file => file.GetChildKeys([], null).Distinct()
            .Where(k => sections.Contains(k, StringComparer.OrdinalIgnoreCase))
            .Select(k => $"{file.Source.Path}: '{k}' stands beside '{Root}' and has no effect; write {{ \"{Root}\": {{ \"{k}\": … }} }}"));
    }

    private static string Unknown(IConfigurationSection child, string key)
    {
        string section = key.Split(':')[0];
        if (PlainNames.NotBuiltSections.Contains(section, StringComparer.OrdinalIgnoreCase)) return $"{Root}:{key} is set, but '{section}' is not built yet; remove it";
        string leaf = child.GetChildren().FirstOrDefault()?.Key is { } inner ? $"{key}:{inner}" : key;
        string nearest = KnownKeys.MinBy(k => Distance(k.ToUpperInvariant(), leaf.ToUpperInvariant()))!;
        return $"{Root}:{key} is not a setting; the nearest is {Root}:{nearest}";
    }

    private static void Check(EarshotSettings s, List<string> errors)
    {
        void Must(bool holds, string message)
        {
            if (!holds) errors.Add(message);
        }

        void CheckNumber(string key, NumberOptions voice)
        {
            Must(voice.Mode is "" or VoiceOptions.StartMode or VoiceOptions.ConnectMode, $"Earshot:{key}:Mode is '{voice.Mode}'; expected 'start' or 'connect'");
            Must(voice.Bot.Length == 0 || s.Bots.ContainsKey(voice.Bot), $"Earshot:{key}:Bot is '{voice.Bot}', but there is no Earshot:Bots:{voice.Bot}:Url");
            Must(voice.Bot.Length == 0 || voice.Mode == VoiceOptions.ConnectMode || s.Voice.Mode == VoiceOptions.ConnectMode, $"Earshot:{key}:Bot needs Earshot:{key}:Mode 'connect'");
            if (voice.Then.Length > 0 && !TwiML.TryParseThen(voice.Then, out _, out string? problem)) errors.Add($"Earshot:{key}:Then: {problem}");
        }

        CheckNumber("Voice", s.Voice);
        foreach ((string number, NumberOptions own) in s.Voice.Numbers) CheckNumber($"Voice:Numbers:{number}", own);
        foreach ((string bot, Earshot.Server.Taps.BotOptions own) in s.Bots)
            Must(Uri.TryCreate(own.Url, UriKind.Absolute, out Uri? address) && address.Scheme is "ws" or "wss", $"Earshot:Bots:{bot}:Url is '{own.Url}'; expected the bot's WebSocket address, as in wss://bot.example.com/media");
        Must(SpeechDetectors.Choices.Contains(s.Analysis.VoiceActivity), $"Earshot:Analysis:VoiceActivity is '{s.Analysis.VoiceActivity}'; expected {string.Join(", ", SpeechDetectors.Choices)}");
        errors.AddRange(AlertOptionsCheck.Errors(s.Alerts, $"{Root}:Alerts", s.Jobs.Enabled));
        errors.AddRange(TranscriptionOptionsCheck.Errors(s.Transcription, $"{Root}:Transcription"));
        Must(s.Recording.FlushInterval > TimeSpan.Zero && s.Recording.FlushInterval <= TimeSpan.FromSeconds(1), "Earshot:Recording:FlushInterval must be above 0 and at most 1 s");
        Must(s.Recording.FsyncInterval > TimeSpan.Zero, "Earshot:Recording:FsyncInterval must be above 0");
        Must(s.Recording.SegmentLength >= TimeSpan.FromSeconds(1) && s.Recording.SegmentLength <= TimeSpan.FromHours(24), "Earshot:Recording:SegmentLength must be from 1 s to 24 h: beyond that a WAV's sizes come near their end");
        Must(s.Recording.BufferLimit >= TimeSpan.FromSeconds(1) && s.Recording.BufferLimit <= TimeSpan.FromMinutes(5), "Earshot:Recording:BufferLimit must be from 1 s to 5 min");
        Must(s.Recording.WriterThreads is >= 1 and <= 64, "Earshot:Recording:WriterThreads must be from 1 to 64");
        Must(s.Jobs.Parallel is >= 1 and <= 64, "Earshot:Jobs:Parallel must be from 1 to 64");
        Must(s.Jobs.Waiting is >= 1 and <= 64, "Earshot:Jobs:Waiting must be from 1 to 64");
        Must(s.Recording.RetentionDays >= 0, "Earshot:Recording:RetentionDays must be 0 (for ever) or more");
        Must(s.Recording.Directory.Length > 0, "Earshot:Recording:Directory must not be empty");
        Must(s.Ingest.MaxMessageBytes is >= 1024 and <= 128 << 10, "Earshot:Ingest:MaxMessageBytes must be from 1024 to 131072");
        Must(s.Ingest.IdleTimeout > TimeSpan.Zero && s.Ingest.StartTimeout > TimeSpan.Zero, "Earshot:Ingest:IdleTimeout and StartTimeout must be above 0");
        Must(s.Ingest.ReorderWindowMs is >= 0 and <= 2000, "Earshot:Ingest:ReorderWindowMs must be from 0 to 2000");
        Must(s.Transport.ReadInterval >= s.Transport.ArrivalResolution && s.Transport.ReadInterval <= TimeSpan.FromMilliseconds(500), "Earshot:Transport:ReadInterval must be from ArrivalResolution to 500 ms");
        Must(s.Transport.ArrivalResolution >= TimeSpan.FromMilliseconds(1), "Earshot:Transport:ArrivalResolution must be 1 ms or more");
        Must(s.Server.PublicBaseUrl.Length == 0 || (Uri.TryCreate(s.Server.PublicBaseUrl, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"), $"PUBLIC_BASE_URL is '{s.Server.PublicBaseUrl}'; expected an address such as https://calls.example.com");
        Must(Uri.TryCreate(s.Twilio.ApiBaseUrl, UriKind.Absolute, out Uri? api) && api.Scheme is "http" or "https", $"Earshot:Twilio:ApiBaseUrl is '{s.Twilio.ApiBaseUrl}'; expected an http or https address");
        Must(s.CatalogUrl.StartsWith("sqlite:", StringComparison.Ordinal), "DATABASE_URL: only sqlite:PATH is built; leave it unset to use earshot.db in the data folder");
    }

    private static string OriginOf(IConfiguration configuration, string key)
    {
        if (configuration is not IConfigurationRoot root) return "configuration";
        foreach (IConfigurationProvider provider in root.Providers.Reverse())
        {
            if (!provider.TryGet(key, out _)) continue;
            string name = provider.ToString() ?? "";
            return provider.GetType().Name switch
            {
                "EnvironmentVariablesConfigurationProvider" => $"environment {key.Replace(":", "__", StringComparison.Ordinal).ToUpperInvariant()}",
                "MemoryConfigurationProvider" => "command line",
                "JsonConfigurationProvider" => name.Split('\'') is { Length: > 1 } parts ? parts[1] : name,
                _ => name,
            };
        }
        return "configuration";
    }

    private static bool TryConvert(string text, Type type, out object? value)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        value = null;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) value = text;
        else if (type == typeof(bool)) value = text.Trim().ToUpperInvariant() switch { "TRUE" or "1" or "YES" or "ON" => true, "FALSE" or "0" or "NO" or "OFF" => false, _ => null };
        else if (type == typeof(int) && int.TryParse(text, NumberStyles.AllowLeadingSign, invariant, out int i)) value = i;
        else if (type == typeof(long) && long.TryParse(text, NumberStyles.AllowLeadingSign, invariant, out long l)) value = l;
        else if (type == typeof(double) && double.TryParse(text, NumberStyles.Float, invariant, out double d)) value = d;
        else if (type == typeof(TimeSpan) && Durations.TryParse(text, out TimeSpan span)) value = span;
        return value is not null;
    }

    private static string Expected(Type type) =>
        type == typeof(bool) ? "true or false" : type == typeof(TimeSpan) ? "a time such as 200ms, 5s, 10m, 12h or 7d" : "a number";

    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}
