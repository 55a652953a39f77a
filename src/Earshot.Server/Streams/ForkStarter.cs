using Earshot.Engine.MediaStreams;
using Earshot.Server.Access;

namespace Earshot.Server.Streams;

/// <summary>Starts and stops a fork to this server on a call that is already running, by the carrier's API.</summary>
internal sealed class ForkStarter(HttpClient http, TwilioOptions twilio, ServerOptions server)
{
    /// <summary>What is missing for it, in words; null when nothing is.</summary>
    public string? Missing =>
        twilio.AccountSid.Length == 0 || twilio.AuthToken.Length == 0 ? "set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: the carrier's API asks for them"
        : server.PublicBaseUrl.Length == 0 ? "set PUBLIC_BASE_URL: the carrier must know where this server is"
        : null;

    /// <summary>Starts a fork of both tracks, or of one.</summary>
    public Task<StreamRequestResult> StartAsync(string callSid, string track, CancellationToken stop)
    {
        string web = server.PublicBaseUrl.TrimEnd('/');
        var stream = new TwiMLStream
        {
            Url = "ws" + web["http".Length..] + VoiceEndpoints.MediaPath,
            Track = track,
            StatusCallback = web + "/twilio/status",
            StatusCallbackMethod = "POST",
        };
        return Resource.StartAsync(callSid, stream, stop);
    }

    public Task<StreamRequestResult> StopAsync(string callSid, string streamSid, CancellationToken stop) => Resource.StopAsync(callSid, streamSid, stop);

    private StreamsResource Resource => new(http, twilio.ApiBaseUrl, twilio.AccountSid, twilio.AuthToken);
}
