namespace Earshot.Server.Alerts;

/// <summary>Alerts, rules and deliveries.</summary>
internal sealed record AlertOverview
{
    /// <summary>Open ones first, then newest first.</summary>
    public required IReadOnlyList<AlertDetail> Alerts { get; init; }

    public required IReadOnlyList<AlertRuleDetail> Rules { get; init; }
    public required IReadOnlyList<AlertDeliveryDetail> Deliveries { get; init; }
}

/// <summary>One time that a rule held.</summary>
internal sealed record AlertDetail
{
    public required long Id { get; init; }
    public required string Rule { get; init; }

    /// <summary><c>info</c>, <c>warning</c> or <c>error</c>.</summary>
    public required string Severity { get; init; }

    /// <summary><c>open</c> or <c>resolved</c>.</summary>
    public required string State { get; init; }

    /// <summary>The latest call; null where it is about the server or a share of calls.</summary>
    public string? CallSid { get; init; }

    public required string Message { get; init; }

    /// <summary>Path of the page that shows the place.</summary>
    public required string Link { get; init; }

    /// <summary>How often it fired.</summary>
    public required long Count { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }
    public required DateTimeOffset LastFiredAt { get; init; }
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Why it is over; empty while it is open.</summary>
    public required string Resolution { get; init; }

    /// <summary>The latest calls that it is about, newest first.</summary>
    public required IReadOnlyList<AlertCall> Calls { get; init; }

    /// <summary>What was and is to be sent, oldest first.</summary>
    public required IReadOnlyList<AlertSending> Deliveries { get; init; }
}

/// <summary>A call that matched.</summary>
internal sealed record AlertCall(string CallSid, DateTimeOffset At, string Message, string Link);

/// <summary>A message about an alert.</summary>
/// <param name="Delivery">Its name in the settings.</param>
/// <param name="Event"><c>opened</c>, <c>repeated</c> or <c>resolved</c>.</param>
/// <param name="State"><c>pending</c>, <c>sent</c> or <c>failed</c>.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">Why the last attempt failed.</param>
/// <param name="NextAt">When it is tried again, while it is pending.</param>
/// <param name="SentAt">When it was taken.</param>
internal sealed record AlertSending(string Delivery, string Event, string State, int Attempts, string Error, DateTimeOffset? NextAt, DateTimeOffset? SentAt);

/// <summary>A rule of the settings.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Condition">What it looks for, in words.</param>
/// <param name="QuietSeconds">How long it keeps quiet once it has spoken.</param>
/// <param name="Deliveries">Whom it tells; empty for the page alone.</param>
/// <param name="Problem">Why it may never fire; null when there is no doubt.</param>
internal sealed record AlertRuleDetail(string Name, string Condition, double QuietSeconds, IReadOnlyList<string> Deliveries, string? Problem);

/// <summary>A delivery of the settings; no secret is in it.</summary>
internal sealed record AlertDeliveryDetail(string Name, string Target);
