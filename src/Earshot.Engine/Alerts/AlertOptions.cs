namespace Earshot.Engine.Alerts;

/// <summary>When someone is told, and where. Without a rule nothing is ever sent.</summary>
internal sealed class AlertOptions
{
    /// <summary>Rules, by name.</summary>
    public Dictionary<string, AlertRuleOptions> Rules { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where messages go, by name.</summary>
    public Dictionary<string, AlertDeliveryOptions> Deliveries { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The address under which those who get a message open the pages; empty is where the server listens.</summary>
    public string LinkBase { get; set; } = "";

    /// <summary>Calls that ended longer ago are analysed without an alert: a catalog that is built again wakes nobody.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long after the first failure a message is tried again; then twice as long, and so on, an hour at most.</summary>
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Days for which an alert that is over is kept, with what was sent of it; 0 is for ever.</summary>
    public int KeepDays { get; set; } = 90;

    /// <summary>Whether rules look at imported files as they do at calls.</summary>
    public bool Imported { get; set; }

    /// <summary>How often a message is tried.</summary>
    public int MostAttempts { get; set; } = 12;
}
