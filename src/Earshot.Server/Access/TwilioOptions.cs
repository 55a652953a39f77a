namespace Earshot.Server.Access;

/// <summary>The carrier's account.</summary>
internal sealed class TwilioOptions
{
    public string AccountSid { get; set; } = "";

    /// <summary>Signs the carrier's requests; without it <c>/twilio/*</c> answers 403.</summary>
    public string AuthToken { get; set; } = "";

    /// <summary>The other valid token while one is being changed.</summary>
    public string SecondaryAuthToken { get; set; } = "";

    /// <summary>Where the carrier's REST API is; another address for a stand-in.</summary>
    public string ApiBaseUrl { get; set; } = "https://api.twilio.com";

    public string PhoneNumber { get; set; } = "";

    /// <summary>False takes unsigned requests, from this machine alone.</summary>
    public bool ValidateSignatures { get; set; } = true;
}
