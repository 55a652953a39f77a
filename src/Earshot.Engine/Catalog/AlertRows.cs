namespace Earshot.Engine.Catalog;

/// <summary>States of alerts and of what is sent of them.</summary>
internal static class AlertStates
{
    public const string Open = "open";
    public const string Resolved = "resolved";

    /// <summary>A delivery that waits for its turn or its next attempt.</summary>
    public const string Pending = "pending";

    public const string Sent = "sent";

    /// <summary>A delivery whose last attempt failed.</summary>
    public const string Failed = "failed";
}

/// <summary>One time that a rule held, from its beginning to its end.</summary>
internal sealed record AlertRow
{
    /// <summary>0 until it is stored.</summary>
    public long Id { get; init; }

    public required string Rule { get; init; }

    /// <summary><c>info</c>, <c>warning</c> or <c>error</c>.</summary>
    public required string Severity { get; init; }

    /// <summary><c>open</c> or <c>resolved</c>.</summary>
    public required string State { get; init; }

    /// <summary>The latest call; empty where the alert is about the server.</summary>
    public string CallSid { get; init; } = "";

    public required string Message { get; init; }

    /// <summary>Path of the page that shows the place.</summary>
    public required string Link { get; init; }

    /// <summary>How often it fired.</summary>
    public long Count { get; init; }

    public DateTimeOffset OpenedAt { get; init; }
    public DateTimeOffset FiredAt { get; init; }
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Why it is over, in words.</summary>
    public string Resolution { get; init; } = "";

    /// <summary>The state that the deliveries know; empty before the first.</summary>
    public string Told { get; init; } = "";

    public DateTimeOffset? ToldAt { get; init; }
}

/// <summary>What a rule thought of a call, or of a side of it.</summary>
internal sealed record AlertLook
{
    public required string Rule { get; init; }

    /// <summary>The rule's condition in words: a changed rule looks afresh.</summary>
    public required string Condition { get; init; }

    public required string Subject { get; init; }
    public required string CallSid { get; init; }
    public DateTimeOffset At { get; init; }
    public bool Matched { get; init; }
    public string Message { get; init; } = "";
    public string Link { get; init; } = "";
}

/// <summary>One message about an alert to one delivery.</summary>
internal sealed record AlertDeliveryRow
{
    public long Id { get; init; }
    public long AlertId { get; init; }

    /// <summary>Its name in the settings.</summary>
    public required string Delivery { get; init; }

    /// <summary>What is sent, as JSON.</summary>
    public required string Notice { get; init; }

    /// <summary><c>pending</c>, <c>sent</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    public int Attempts { get; init; }
    public DateTimeOffset NextAt { get; init; }

    /// <summary>Why the last attempt failed; empty when it did not.</summary>
    public string Error { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? SentAt { get; init; }
}

/// <summary>How many calls a rate rests on.</summary>
internal sealed record AlertRate
{
    public long Matched { get; init; }
    public long Total { get; init; }
}
