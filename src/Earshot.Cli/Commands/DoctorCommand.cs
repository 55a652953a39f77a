using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Earshot.Cli.Output;
using Earshot.Engine.Catalog;
using Earshot.Engine.Storage;
using Earshot.Engine.Transcription;
using Earshot.Engine.VoiceActivity;
using Earshot.Server.Settings;
using Earshot.Whisper;
using Microsoft.Data.Sqlite;

namespace Earshot.Cli.Commands;

/// <summary>One thing that was looked at.</summary>
internal sealed record Check(string What, bool Ok, string Detail);

/// <summary><c>earshot doctor</c>: what is missing to take real calls.</summary>
internal static class DoctorCommand
{
    private const long RoomForAnHour = 512L << 20;

    public static Command Create()
    {
        Option<bool> json = CommonOptions.Json();
        return StoreSession.Command("doctor", "Say what is missing to take real calls", [json], (session, parsed) =>
        {
            Check[] checks = [.. Look(session)];
            if (parsed.GetValue(json)) Report.Json(checks);
            else foreach (Check check in checks) Console.WriteLine($"{(check.Ok ? "ok     " : "MISSING")} {check.What}: {check.Detail}");
            return checks.All(c => c.Ok) ? ExitCodes.Ok : ExitCodes.Findings;
        });
    }

    private static IEnumerable<Check> Look(StoreSession session)
    {
        EarshotSettings settings = session.Settings;
        yield return new("auth token", settings.Twilio.AuthToken.Length > 0, settings.Twilio.AuthToken.Length > 0 ? "set" : "set TWILIO_AUTH_TOKEN to your account's auth token: every request of the carrier is checked with it");
        yield return new("signatures", settings.Twilio.ValidateSignatures, settings.Twilio.ValidateSignatures ? "checked" : "TWILIO_VALIDATE_SIGNATURES=false: no real call gets in; remove it");
        bool isPublic = settings.Server.PublicBaseUrl.StartsWith("https://", StringComparison.Ordinal);
        yield return new("public address", isPublic, isPublic ? $"{settings.Server.PublicBaseUrl}; the number's webhook is {settings.Server.PublicBaseUrl.TrimEnd('/')}/twilio/voice (POST)" : "set PUBLIC_BASE_URL to the https address under which the carrier reaches this machine (a tunnel or a proxy in front of http://127.0.0.1:5080)");
        yield return Recordings(session.Get<IRecordingStorage>(), settings);
        yield return Catalog(session);
        yield return Port(settings);
        SpeechChoice speech = session.Get<SpeechChoice>();
        yield return Transcription(settings.Transcription);
        yield return new("voice activity", speech.Warning is null, $"{speech.Detector.Name}: {speech.Why}");
    }

    private static Check Transcription(TranscriptionOptions options)
    {
        switch (options.Engine)
        {
            case TranscriptionOptions.None:
                return new("transcription", true, "off (Transcription:Engine)");
            case TranscriptionOptions.OpenAiEngine:
                return new("transcription", true, $"{options.OpenAi.BaseUrl} with '{options.OpenAi.Model}'{(options.OpenAi.ApiKey.Length > 0 ? "" : ", without a key")}");
        }
        try
        {
            return new("transcription", true, $"whisper.cpp {WhisperLibrary.Load(options.Whisper.Library).Version} with {WhisperFiles.FindModel(options.Whisper.Model)}");
        }
        catch (WhisperException e)
        {
            return new("transcription", false, e.Message);
        }
    }

    private static Check Recordings(IRecordingStorage storage, EarshotSettings settings)
    {
        if (!settings.Recording.Enabled) return new("recordings", false, "ENABLE_AUDIO_RECORDING is false: nothing is recorded");
        try
        {
            storage.WriteWhole("doctor.probe", "ok"u8, durable: true);
            storage.Delete("doctor.probe");
            bool room = storage.FreeBytes >= RoomForAnHour;
            return new("recordings", room, $"{storage.Location} can be written, {Report.Size(storage.FreeBytes)} free{(room ? "" : ": too little, a call of an hour with both tracks needs about 420 MiB")}");
        }
        catch (Exception e) when (StorageFault.Is(e))
        {
            return new("recordings", false, StorageFault.Describe(e, storage.Location));
        }
    }

    private static Check Catalog(StoreSession session)
    {
        try
        {
            return new("catalog", true, $"{session.Get<CatalogDatabase>().Path}, {session.Get<CallStore>().Count()} calls");
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            return new("catalog", false, $"{session.Settings.CatalogUrl}: {e.Message}");
        }
    }

    private static Check Port(EarshotSettings settings)
    {
        string first = settings.Server.Urls.Split(';')[0];
        if (!Uri.TryCreate(first, UriKind.Absolute, out Uri? url)) return new("port", false, $"'{first}' is not an address such as http://127.0.0.1:5080");
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, url.Port);
            probe.Start();
            return new("port", true, $"{url.Port} is free");
        }
        catch (SocketException)
        {
            bool server = Earshot.Server.Operations.DataLock.IsHeld(settings.Server, settings.Recording);
            return new("port", server, server ? $"{url.Port} is in use; a server runs over this data folder" : $"{url.Port} is in use by another program: stop it, or serve with --urls");
        }
    }
}
