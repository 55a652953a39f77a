using System.Globalization;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Earshot.Engine.Alerts;

/// <summary>Sends the notice as an e-mail in plain text.</summary>
internal sealed class EmailDelivery(AlertDeliveryOptions options) : IAlertDelivery
{
    /// <summary>Here the server speaks TLS from the first byte (RFC 8314).</summary>
    private const int SubmissionsPort = 465;

    public string Target => string.Create(CultureInfo.InvariantCulture, $"email {options.To} by {options.SmtpHost}:{options.SmtpPort}");

    public async Task SendAsync(AlertNotice notice, CancellationToken cancellation)
    {
        using MimeMessage message = Message(notice);
        using var smtp = new SmtpClient();
        try
        {
            await smtp.ConnectAsync(options.SmtpHost, options.SmtpPort, Security, cancellation);
            if (options.SmtpUser.Length > 0) await smtp.AuthenticateAsync(options.SmtpUser, options.SmtpPassword, cancellation);
            await smtp.SendAsync(message, cancellation);
            await smtp.DisconnectAsync(quit: true, cancellation);
        }
        catch (Exception e) when (e is CommandException or ProtocolException or AuthenticationException or SslHandshakeException or SocketException or IOException or NotSupportedException)
        {
            string said = e is SslHandshakeException ? $"no TLS: {e.InnerException?.Message ?? e.Message.Split('\n')[0]}" : e.Message;
            throw new AlertDeliveryException($"{options.SmtpHost}:{options.SmtpPort.ToString(CultureInfo.InvariantCulture)}: {said.ReplaceLineEndings(" ").Trim()}", e);
        }
    }

    private SecureSocketOptions Security => !options.SmtpTls ? SecureSocketOptions.None : options.SmtpPort == SubmissionsPort || options.SmtpTlsFirst ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls;

    private MimeMessage Message(AlertNotice notice)
    {
        var message = new MimeMessage { Subject = $"[Earshot] {notice.Headline}", Body = new TextPart("plain") { Text = Body(notice) } };
        message.From.Add(MailboxAddress.Parse(options.From));
        foreach (string to in AlertRule.Split(options.To)) message.To.Add(MailboxAddress.Parse(to));
        message.Headers.Add("Auto-Submitted", "auto-generated"); // RFC 3834: no holiday note comes back.
        if (notice.Id.Length > 0) message.MessageId = $"{notice.Id}@earshot"; // The same in each attempt.
        return message;
    }

    private static string Body(AlertNotice notice) => string.Create(CultureInfo.InvariantCulture, $"""
        {notice.Message}

        {notice.Url}

        Rule: {notice.Rule} ({notice.Condition})
        Open since: {notice.OpenedAt:yyyy-MM-dd HH:mm:ss} UTC, fired {notice.Count} time{(notice.Count == 1 ? "" : "s")}

        """).ReplaceLineEndings("\r\n");
}
