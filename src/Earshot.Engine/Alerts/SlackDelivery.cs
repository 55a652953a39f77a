using System.Text.Json;

namespace Earshot.Engine.Alerts;

/// <summary>The body of an incoming webhook of Slack, and of all that take the same.</summary>
internal sealed record SlackMessage(string Text);

/// <summary>Posts the notice to an incoming webhook of Slack or of what speaks like it.</summary>
internal sealed class SlackDelivery(AlertDeliveryOptions options, HttpPost post) : IAlertDelivery
{
    public string Target => $"slack {HttpPost.Shown(options.Url)}";

    public Task SendAsync(AlertNotice notice, CancellationToken cancellation) =>
        post.SendAsync(options.Url, JsonSerializer.SerializeToUtf8Bytes(new SlackMessage(Text(notice)), AlertJson.Plain.SlackMessage), [], cancellation);

    private static string Text(AlertNotice notice) => $"*{Escape(notice.Headline)}*\n{Escape(notice.Message)}\n<{Escape(notice.Url)}|{(notice.CallSid is null ? "Open Earshot" : "Open the call")}>";

    /// <summary>The three characters that Slack reads as markup.</summary>
    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
