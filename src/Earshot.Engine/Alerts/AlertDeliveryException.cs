namespace Earshot.Engine.Alerts;

/// <summary>A message was not taken. Its text is shown to people.</summary>
internal sealed class AlertDeliveryException(string message, Exception? inner = null) : Exception(message, inner);
