namespace Earshot.Engine.Alerts;

/// <summary>Where messages go.</summary>
internal sealed class AlertDeliveryOptions
{
    /// <summary><c>webhook</c>, <c>slack</c> or <c>email</c>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Of a webhook and of Slack: where to POST.</summary>
    public string Url { get; set; } = "";

    /// <summary>Of a webhook: the key of its signature.</summary>
    public string Secret { get; set; } = "";

    /// <summary>Of e-mail: who sends it.</summary>
    public string From { get; set; } = "";

    /// <summary>Of e-mail: who gets it, separated by commas.</summary>
    public string To { get; set; } = "";

    /// <summary>The mail server.</summary>
    public string SmtpHost { get; set; } = "";

    /// <summary>Its port: 587 with STARTTLS, 465 with TLS from the first byte, 25 without.</summary>
    public int SmtpPort { get; set; } = 587;

    /// <summary>TLS before anything is said: STARTTLS, on port 465 from the first byte. The connection fails where the server does not have it.</summary>
    public bool SmtpTls { get; set; } = true;

    /// <summary>TLS from the first byte on another port than 465 too.</summary>
    public bool SmtpTlsFirst { get; set; }

    /// <summary>Name at the mail server; empty for none.</summary>
    public string SmtpUser { get; set; } = "";

    public string SmtpPassword { get; set; } = "";
}
