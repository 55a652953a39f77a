namespace Earshot.Engine.Alerts;

/// <summary>Takes a message to those who want it.</summary>
internal interface IAlertDelivery
{
    /// <summary>Where it goes, for people; no secret is in it.</summary>
    string Target { get; }

    /// <summary>Sends it once.</summary>
    /// <exception cref="AlertDeliveryException">It was not taken; the message says why.</exception>
    Task SendAsync(AlertNotice notice, CancellationToken cancellation);
}
