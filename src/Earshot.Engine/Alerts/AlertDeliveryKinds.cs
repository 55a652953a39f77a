namespace Earshot.Engine.Alerts;

/// <summary>The kinds of deliveries as they stand in settings.</summary>
internal static class AlertDeliveryKinds
{
    public const string Webhook = "webhook";
    public const string Slack = "slack";
    public const string Email = "email";
}
