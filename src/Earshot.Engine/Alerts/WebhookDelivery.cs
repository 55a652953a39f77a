using System.Security.Cryptography;
using System.Text;

namespace Earshot.Engine.Alerts;

/// <summary>Posts the notice as JSON, signed: <c>X-Earshot-Signature: sha256=HEX</c> is the HMAC-SHA256 of the body with the delivery's secret.</summary>
internal sealed class WebhookDelivery(AlertDeliveryOptions options, HttpPost post) : IAlertDelivery
{
    public const string SignatureHeader = "X-Earshot-Signature";

    public string Target => $"webhook {HttpPost.Shown(options.Url)}";

    public Task SendAsync(AlertNotice notice, CancellationToken cancellation)
    {
        byte[] body = Encoding.UTF8.GetBytes(notice.ToJson());
        return post.SendAsync(options.Url, body, [KeyValuePair.Create(SignatureHeader, Sign(options.Secret, body))], cancellation);
    }

    public static string Sign(string secret, ReadOnlySpan<byte> body) => "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));
}
