namespace Earshot.Engine.Alerts;

/// <summary>The deliveries of the settings, by name.</summary>
internal sealed class AlertDeliveries : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly HttpPost post = new();
    private readonly Dictionary<string, IAlertDelivery> byName;
    private readonly TimeProvider time;

    public AlertDeliveries(AlertOptions options, TimeProvider time)
    {
        this.time = time;
        byName = options.Deliveries.ToDictionary(d => d.Key, d => Make(d.Value), StringComparer.OrdinalIgnoreCase);
    }

    public IReadOnlyDictionary<string, IAlertDelivery> All => byName;

    /// <summary>Sends once. Null when it was taken, else why not.</summary>
    public async Task<string?> TrySendAsync(string delivery, AlertNotice notice, CancellationToken cancellation)
    {
        if (!byName.TryGetValue(delivery, out IAlertDelivery? to)) return $"there is no delivery '{delivery}' in the settings any more";
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            await to.SendAsync(notice with { SentAt = time.GetUtcNow() }, either.Token);
            return null;
        }
        catch (AlertDeliveryException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return $"{to.Target} did not answer within {AlertRule.Span(Patience)}";
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return $"{to.Target}: {e.GetType().Name}: {e.Message}"; // Whatever a library throws: it is an attempt, and the next one comes later.
        }
    }

    public void Dispose() => post.Dispose();

    private IAlertDelivery Make(AlertDeliveryOptions options) => options.Kind.ToLowerInvariant() switch
    {
        AlertDeliveryKinds.Webhook => new WebhookDelivery(options, post),
        AlertDeliveryKinds.Slack => new SlackDelivery(options, post),
        AlertDeliveryKinds.Email => new EmailDelivery(options),
        _ => throw new ArgumentException($"'{options.Kind}' is no kind of delivery", nameof(options)),
    };
}
