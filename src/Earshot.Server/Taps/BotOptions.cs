namespace Earshot.Server.Taps;

/// <summary>A bot behind the tap.</summary>
internal sealed class BotOptions
{
    /// <summary>Its own media socket: <c>ws://</c> or <c>wss://</c>. A user and password in it go along as an Authorization header.</summary>
    public string Url { get; set; } = "";

    /// <summary>Signs the bot's URL as the carrier would with this token; empty passes the carrier's own signature through.</summary>
    public string AuthToken { get; set; } = "";
}
